/** What can go wrong with an evaluator: tagged reasons, and how each reads as an error. */
import { BoSearchError, EvaluatorGoneError } from '../../errors.js';

export type FaultReason =
  /** There is no such command or folder. */
  | 'no-command'
  /** It could not be started for another cause. */
  | 'not-started'
  | 'exit'
  | 'output-closed'
  | 'input-closed'
  /** No description in time. */
  | 'slow-start'
  /** No message about the open request in time. */
  | 'silence'
  | 'too-long'
  | 'not-utf8'
  | 'not-json'
  | 'not-object'
  | 'wrong-version'
  | 'wrong-kind'
  /** A part of the message is missing or of a wrong form. */
  | 'wrong-message'
  | 'wrong-id'
  /** A message about a request that was answered before. */
  | 'second-answer'
  /** A message while no request was open. */
  | 'unasked'
  /** Bits, labels or ids not as many as images, or other parts than asked for. */
  | 'wrong-count'
  /** It answered `describe` or a repeated `sample` by an error. */
  | 'refused'
  /** Another description or sample than before. */
  | 'changed';

export interface EvaluatorFault {
  readonly reason: FaultReason;
  /** `expected …, got …` */
  readonly message: string;
}

export function fault(reason: FaultReason, message: string): EvaluatorFault {
  return { reason, message };
}

/** Lines of a message, the last words of the evaluator's standard error under it. */
function withStderr(message: string, stderr: readonly string[]): string {
  return stderr.length === 0
    ? message
    : [`${message}\nlast lines of its standard error:`, ...stderr].join('\n  ');
}

/**
 * The error of one request.
 * @param where - the evaluator and what was asked of it.
 * @param stderr - last lines of standard error, oldest first.
 */
export function faultError(where: string, { reason, message }: EvaluatorFault, stderr: readonly string[]) {
  return new BoSearchError('E_EVALUATOR', withStderr(`${where}: ${message}`, stderr), {
    hint: HINTS[reason],
  });
}

/** The error of an evaluator that will not answer any more. */
export function goneError(where: string, { reason, message }: EvaluatorFault, stderr: readonly string[]) {
  return new EvaluatorGoneError(withStderr(`${where}: ${message}`, stderr), { hint: HINTS[reason] });
}

const PROTOCOL = 'only messages of the protocol may go to standard output, see docs/evaluator-protocol.md';
const FORM = 'docs/evaluator-protocol.md and schemas/evaluator-protocol.schema.json say what it must be';
const ONCE = 'answer each request once, the last message about it being the answer';
const LOOK = 'standard error may say why; the command can be tried by hand, one request a line';

const HINTS: Readonly<Record<FaultReason, string>> = {
  'no-command':
    'command is a list of program and arguments, no shell line; give cwd where paths are relative',
  'not-started': 'try the command in a terminal',
  exit: LOOK,
  'output-closed': 'keep standard output open until standard input ends',
  'input-closed': 'read standard input until it ends',
  'slow-start': 'raise startSeconds, or answer describe before loading what is slow',
  silence: 'send progress messages while a request is worked on, or raise silenceSeconds',
  'too-long': PROTOCOL,
  'not-utf8': PROTOCOL,
  'not-json': PROTOCOL,
  'not-object': PROTOCOL,
  'wrong-version': 'use releases of bo-search and evaluator that speak the same version',
  'wrong-kind': FORM,
  'wrong-message': FORM,
  'wrong-id': 'repeat the id of the request',
  'second-answer': ONCE,
  unasked: ONCE,
  'wrong-count': FORM,
  refused: LOOK,
  changed: 'start a new run for a changed model; make samples from their specification alone',
};
