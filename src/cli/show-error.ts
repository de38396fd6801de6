/** Errors as people and programs read them. */
import process from 'node:process';
import type { CommanderError } from 'commander';
import { BoSearchError, type ErrorCode } from '../errors.js';
import { EXIT, exitCodeOf, type ExitCode } from './exit-codes.js';
import { COMMAND } from './shell-words.js';
import { note, print } from './terminal.js';

/** Mistakes in what was typed: the help says what is expected. */
const TYPED: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['E_ARGUMENT', 'E_OUTCOME', 'E_ALPHAS', 'E_SPACE']);

export interface ShowErrorOptions {
  /** Whether to put it on standard output too, as one JSON object. */
  readonly json?: boolean;
  /** Command it came from, whose help is pointed to where an error has no hint of its own. */
  readonly command?: string;
}

/**
 * Writes an error to standard error, `bo-search: <message>` and a hint; a stack only where DEBUG is set.
 * @returns the exit code it stands for.
 */
export function showError(error: unknown, { json = false, command }: ShowErrorOptions = {}): ExitCode {
  const { message, hint = helpHint(error, command) } = worded(error);
  note(`bo-search: ${message}`);
  if (hint !== undefined) note(`hint: ${hint}`);
  if (debugging() && error instanceof Error && error.stack !== undefined) note(error.stack);
  if (json) print(JSON.stringify({ kind: 'error', code: codeOf(error), message, hint }));
  return exitCodeOf(error);
}

/**
 * Puts a mistake in the options, which Commander has already worded on standard error, on standard output too.
 * @param json - whether to.
 * @returns the exit code it stands for.
 */
export function showUsageError({ message }: CommanderError, json: boolean): ExitCode {
  const said = message.replace(/^error: /, '').replaceAll('\n', ' ');
  if (json) print(JSON.stringify({ kind: 'error', code: 'E_USAGE', message: said }));
  return EXIT.usage;
}

function worded(error: unknown): { readonly message: string; readonly hint?: string } {
  if (error instanceof BoSearchError) {
    // a function of the library, which nobody called who typed a command
    const message = error.message.replace(/^openRuntime: /, '');
    return { message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  const said = error instanceof Error ? error.message : String(error);
  const message = said.startsWith('Internal error: ') ? said : `Internal error: ${said}`;
  return {
    message,
    hint: 'this is a defect of bo-search: run it again with DEBUG=1 and report what it prints',
  };
}

function helpHint(error: unknown, command: string | undefined): string | undefined {
  if (command === undefined || !(error instanceof BoSearchError) || !TYPED.has(error.code)) return undefined;
  return `${COMMAND} ${command} --help says what is expected`;
}

function codeOf(error: unknown): string {
  return error instanceof BoSearchError ? error.code : 'E_INTERNAL';
}

function debugging(): boolean {
  const { DEBUG } = process.env;
  return DEBUG !== undefined && DEBUG !== '' && DEBUG !== '0';
}
