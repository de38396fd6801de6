/**
 * An evaluator across the processes that play it: starts one, describes it, and when one broke down starts the next,
 * later each time, holding it to the same description. Gives up when restarts alone do not help.
 */
import type { EvaluatorGoneError } from '../../errors.js';
import { canonicalJson } from '../../objective/images/content-hash.js';
import type { AnsweredRequest } from './check-answer.js';
import { type Answer, type AskOptions, Conversation, type Unnumbered } from './conversation.js';
import { type EvaluatorFault, fault, faultError, goneError } from './fault.js';
import { type DescribeRequest, type DescriptionReply, PROTOCOL_VERSION } from './messages.js';
import { backoffSeconds, evaluatorName, type EvaluatorSettings } from './options.js';
import { pause } from './pause.js';

/** What one request is asked under. */
export type RequestOptions = Pick<AskOptions, 'signal' | 'onProgress'>;

/** Why the last process is of no use any more. */
interface Trouble {
  readonly fault: EvaluatorFault;
  readonly stderr: readonly string[];
}

/** One process that has said what it is. */
export interface Player {
  readonly conversation: Conversation;
  /** Hashes of the samples it made, by name. */
  readonly samples: Map<string, string>;
}

export class Session {
  readonly settings: EvaluatorSettings;
  readonly name: string;
  #player: Player | undefined;
  #described: DescriptionReply | undefined;
  #restarts = 0;
  /** The last fault, while no good answer has come since. */
  #trouble: Trouble | undefined;
  #gone: EvaluatorGoneError | undefined;

  constructor(settings: EvaluatorSettings) {
    this.settings = settings;
    this.name = evaluatorName(settings);
  }

  /** As the first process gave it. */
  get description(): DescriptionReply {
    if (this.#described === undefined) throw new Error('Internal error: the evaluator is not described yet');
    return this.#described;
  }

  /**
   * Starts the first process and gets the description; there is no second try.
   * @throws BoSearchError `E_EVALUATOR`
   */
  async open(options: RequestOptions): Promise<void> {
    const conversation = this.#start();
    const answer = await this.#describe(conversation, options);
    if (answer.kind === 'answered') {
      this.#enter(conversation, answer.reply);
      return;
    }
    await conversation.kill();
    if (answer.kind === 'aborted') throw options.signal.reason;
    throw faultError(`${this.name}: describe`, faultOf(answer), conversation.stderrTail());
  }

  /**
   * A process that can be asked: the one there is, or a new one after a wait.
   * @throws EvaluatorGoneError after too many restarts, or where the new process is another evaluator.
   */
  async player(options: RequestOptions): Promise<Player> {
    for (;;) {
      if (this.#gone !== undefined) throw this.#gone;
      if (this.#player?.conversation.usable === true) return this.#player;
      await this.#player?.conversation.gone;
      if (this.#trouble !== undefined) await this.#waitItsTurn(this.#trouble, options.signal);
      await this.#restart(options);
    }
  }

  /** Asks the process; a fault is kept for the next restart. */
  async ask<R extends AnsweredRequest>(
    player: Player,
    request: Unnumbered<R>,
    options: RequestOptions,
  ): Promise<Answer<R>> {
    const canCancel = this.description.can?.includes('cancel') === true;
    return player.conversation.ask<R>(request, this.#reporting(request.kind, { ...options, canCancel }));
  }

  /** A caller got what it asked for: restarts are counted from here. */
  noteGoodAnswer(): void {
    this.#restarts = 0;
    if (this.#player?.conversation.usable === true) this.#trouble = undefined;
  }

  /** The process failed a step of its restart without breaking down; it is ended and counts as if it had. */
  async discard(player: Player, found: EvaluatorFault): Promise<void> {
    await player.conversation.kill();
    this.#note(found, player.conversation.stderrTail());
  }

  /** Nothing is asked any more: the evaluator is not what it was. */
  async leave(player: Player, where: string, found: EvaluatorFault): Promise<never> {
    await player.conversation.kill();
    this.#note(found, player.conversation.stderrTail());
    this.#gone = goneError(`${this.name}: ${where}`, found, player.conversation.stderrTail());
    throw this.#gone;
  }

  async close(): Promise<void> {
    await this.#player?.conversation.close();
    this.settings.onEvent({ kind: 'closed' });
  }

  async #waitItsTurn(trouble: Trouble, signal: AbortSignal): Promise<void> {
    const { restarts, backoff, onEvent } = this.settings;
    if (this.#restarts >= restarts) {
      const message = `${expectation(restarts)}; ${trouble.fault.message}`;
      this.#gone = goneError(this.name, { ...trouble.fault, message }, trouble.stderr);
      throw this.#gone;
    }
    this.#restarts++;
    const inSeconds = backoffSeconds(backoff, this.#restarts);
    onEvent({ kind: 'restarting', inSeconds, attempt: this.#restarts });
    await pause(inSeconds, signal);
  }

  /** One try: afterwards there is a usable player, or trouble. */
  async #restart(options: RequestOptions): Promise<void> {
    const conversation = this.#start();
    const answer = await this.#describe(conversation, options);
    if (answer.kind === 'answered') {
      const player = this.#enter(conversation, answer.reply);
      const changed = changeOf(this.description, answer.reply);
      if (changed !== undefined) await this.leave(player, 'describe after a restart', changed);
      return;
    }
    await conversation.kill();
    if (answer.kind === 'aborted') throw options.signal.reason;
    if (answer.kind === 'refused') this.#note(faultOf(answer), conversation.stderrTail());
  }

  #start(): Conversation {
    const { onEvent } = this.settings;
    const conversation = new Conversation(this.settings, {
      onStderr: (line) => onEvent({ kind: 'stderr', line }),
      onFault: (found, stderr) => this.#note(found, stderr),
    });
    const { pid } = conversation;
    onEvent({ kind: 'started', ...(pid === undefined ? {} : { pid }) });
    return conversation;
  }

  async #describe(conversation: Conversation, options: RequestOptions): Promise<Answer<DescribeRequest>> {
    const { task } = this.settings;
    const request = {
      kind: 'describe',
      protocol: PROTOCOL_VERSION,
      ...(task === undefined ? {} : { task }),
    } as const;
    return conversation.ask<DescribeRequest>(
      request,
      this.#reporting('describe', { ...options, canCancel: false }),
    );
  }

  #enter(conversation: Conversation, description: DescriptionReply): Player {
    this.#described ??= description;
    this.#player = { conversation, samples: new Map() };
    this.settings.onEvent({ kind: 'described', description });
    return this.#player;
  }

  #note(found: EvaluatorFault, stderr: readonly string[]): void {
    this.#trouble = { fault: found, stderr };
    this.settings.onEvent({ kind: 'fault', reason: found.reason, message: found.message, stderr });
  }

  #reporting(request: AnsweredRequest['kind'], options: AskOptions): AskOptions {
    const onProgress: AskOptions['onProgress'] = (progress) => {
      this.settings.onEvent({ kind: 'progress', request, ...progress });
      options.onProgress(progress);
    };
    return { ...options, onProgress };
  }
}

function expectation(restarts: number): string {
  if (restarts === 0) return 'expected good answers from the first process, with restarts: 0, got a fault';
  return `expected a good answer within ${restarts === 1 ? 'one restart' : `${restarts} restarts in a row`}, got none`;
}

/** What a request that was not answered met. */
export function faultOf(
  answer: Extract<Answer<AnsweredRequest>, { kind: 'refused' | 'fault' }>,
): EvaluatorFault {
  return answer.kind === 'fault'
    ? answer.fault
    : fault('refused', `expected an answer, got the error ${JSON.stringify(answer.message)}`);
}

/** All of a description that must be the same in every process: the device may differ, and the release. */
const LASTING = ['model', 'latents', 'classes', 'sets', 'can', 'attackable'] as const;

function changeOf(before: DescriptionReply, now: DescriptionReply): EvaluatorFault | undefined {
  for (const key of LASTING) {
    const [expected, got] = [before[key] ?? null, now[key] ?? null].map(canonicalJson);
    if (expected !== got)
      return fault('changed', `description.${key}: expected ${expected} as before, got ${got}`);
  }
  return undefined;
}
