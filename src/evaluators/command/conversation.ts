/**
 * Requests and answers with one process, one at a time. Whatever breaks the protocol ends the process; the open request
 * is answered when it is gone, so that its last words are known and nothing of it is left when another is started.
 */
import { type AnsweredRequest, type AnswerTo, checkAnswer } from './check-answer.js';
import type { Described } from './check-model-answer.js';
import { type Child, startChild } from './child.js';
import type { EvaluatorProgress } from './events.js';
import { type EvaluatorFault, fault } from './fault.js';
import type { DescriptionReply, EvaluatorReply } from './messages.js';
import type { EvaluatorSettings } from './options.js';
import { readReply } from './read-reply.js';

/** How a request ended. */
export type Answer<R extends AnsweredRequest> =
  | { readonly kind: 'answered'; readonly reply: AnswerTo<R> }
  /** By an `error` message: the process goes on. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The process is gone. */
  | { readonly kind: 'fault'; readonly fault: EvaluatorFault }
  /** By the signal. The process may be gone. */
  | { readonly kind: 'aborted' };

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: EvaluatorProgress) => void;
  /** Whether the process knows `cancel`. */
  readonly canCancel: boolean;
}

export interface ConversationHooks {
  readonly onStderr: (line: string) => void;
  /** The process broke down by itself, in a request or between two, and is gone. */
  readonly onFault: (fault: EvaluatorFault, stderr: readonly string[]) => void;
}

/** A request without its number, which the conversation gives it. */
export type Unnumbered<R> = R extends { readonly id: number } ? Omit<R, 'id'> : never;

interface Open {
  readonly request: AnsweredRequest;
  readonly options: AskOptions;
  readonly settle: (answer: Answer<AnsweredRequest>) => void;
  timer: NodeJS.Timeout | undefined;
  aborted: boolean;
}

export class Conversation {
  readonly #settings: EvaluatorSettings;
  readonly #hooks: ConversationHooks;
  readonly #child: Child;
  #open: Open | undefined;
  #lastId = 0;
  /** Before it described itself no answer is about classes or images. */
  #described: Described = { classes: 0, pixels: 0 };
  #fault: EvaluatorFault | undefined;
  #ended = false;

  constructor(settings: EvaluatorSettings, hooks: ConversationHooks) {
    this.#settings = settings;
    this.#hooks = hooks;
    this.#child = startChild(settings, {
      onLine: (line) => this.#read(line),
      onStderr: hooks.onStderr,
      onFault: (found) => this.#break(found),
      onGone: (end) => this.#gone(end),
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether another request can be asked. */
  get usable(): boolean {
    return this.#fault === undefined && !this.#ended;
  }

  /** Whether it broke down by itself, rather than being ended. */
  get broken(): boolean {
    return this.#fault !== undefined;
  }

  /** Resolves when a process that is being ended is gone; until then none other should be started. */
  get gone(): Promise<void> {
    return this.#child.gone;
  }

  stderrTail(): string[] {
    return this.#child.stderrTail();
  }

  /** Sends a request and waits for its answer; an earlier one must have been answered. Never rejects. */
  async ask<R extends AnsweredRequest>(body: Unnumbered<R>, options: AskOptions): Promise<Answer<R>> {
    if (options.signal.aborted) return { kind: 'aborted' };
    const request = { ...body, id: ++this.#lastId } as AnsweredRequest;
    const onAbort = (): void => this.#abort();
    options.signal.addEventListener('abort', onAbort, { once: true });
    const answer = await new Promise<Answer<AnsweredRequest>>((settle) => {
      this.#open = { request, options, settle, timer: undefined, aborted: false };
      if (this.#fault !== undefined) return this.#settle({ kind: 'fault', fault: this.#fault });
      this.#child.send(JSON.stringify(request));
      this.#limit();
    });
    options.signal.removeEventListener('abort', onAbort);
    if (answer.kind === 'refused') await whatWasWritten();
    return answer as Answer<R>;
  }

  /** Ends the process politely, by the end of its input; killed after the grace. */
  async close(): Promise<void> {
    this.#ended = true;
    return this.#child.close();
  }

  /** Ends the process at once, as after a fault, but on the caller's wish. */
  async kill(): Promise<void> {
    this.#ended = true;
    return this.#child.kill();
  }

  #read(line: Uint8Array): void {
    const read = readReply(line);
    if (read.kind === 'fault') return this.#break(read.fault);
    const misplaced = this.#misplaced(read.reply);
    if (misplaced !== undefined) return this.#break(misplaced);
    this.#take(this.#open as Open, read.reply);
  }

  #misplaced({ id, kind }: EvaluatorReply): EvaluatorFault | undefined {
    const open = this.#open;
    if (open?.request.id === id) return undefined;
    if (id < (open?.request.id ?? this.#lastId + 1)) {
      return fault('second-answer', `expected nothing more about request ${id}, got ${kind}`);
    }
    return open === undefined
      ? fault('unasked', `expected no message without a request, got ${kind} for request ${id}`)
      : fault('wrong-id', `${kind}.id: expected ${open.request.id}, got ${id}`);
  }

  #take(open: Open, reply: EvaluatorReply): void {
    if (reply.kind === 'progress') {
      const { done, of, note } = reply;
      open.options.onProgress({ done, of, ...(note === undefined ? {} : { note }) });
      if (!open.aborted) this.#limit();
      return;
    }
    if (open.aborted) return this.#settle({ kind: 'aborted' });
    if (reply.kind === 'error') return this.#settle({ kind: 'refused', message: reply.message });
    const wrong = checkAnswer(open.request, reply, this.#described);
    if (wrong !== undefined) return this.#break(wrong);
    if (reply.kind === 'description') this.#described = sizesOf(reply);
    this.#settle({ kind: 'answered', reply: reply as AnswerTo<AnsweredRequest> });
  }

  /** Starts the time limit of the open request, anew after each message but for the first request's. */
  #limit(): void {
    const open = this.#open;
    if (open === undefined) return;
    const { startSeconds, silenceSeconds } = this.#settings;
    if (open.request.kind === 'describe') {
      const message = `expected a description within ${startSeconds} s, got none`;
      open.timer ??= setTimeout(() => this.#break(fault('slow-start', message)), startSeconds * 1000);
      return;
    }
    clearTimeout(open.timer);
    const message = `expected a message within ${silenceSeconds} s, got none`;
    open.timer = setTimeout(() => this.#break(fault('silence', message)), silenceSeconds * 1000);
  }

  #abort(): void {
    const open = this.#open;
    if (open === undefined || open.aborted) return;
    open.aborted = true;
    clearTimeout(open.timer);
    if (!open.options.canCancel || !this.usable) return void this.kill();
    const cancel = { id: ++this.#lastId, kind: 'cancel', of: open.request.id };
    this.#child.send(JSON.stringify(cancel));
    open.timer = setTimeout(() => void this.kill(), this.#settings.graceSeconds * 1000);
  }

  /** The process broke a rule: it is ended, and when it is gone the open request hears of it. */
  #break(found: EvaluatorFault): void {
    if (!this.usable) return;
    this.#fault = found;
    clearTimeout(this.#open?.timer);
    void this.#child.kill();
  }

  #gone(end: EvaluatorFault): void {
    if (!this.#ended) {
      this.#fault ??= end;
      this.#hooks.onFault(this.#fault, this.stderrTail());
    }
    const aborted = this.#open?.aborted === true || this.#fault === undefined;
    this.#settle(aborted ? { kind: 'aborted' } : { kind: 'fault', fault: this.#fault ?? end });
  }

  #settle(answer: Answer<AnsweredRequest>): void {
    const open = this.#open;
    if (open === undefined) return;
    clearTimeout(open.timer);
    this.#open = undefined;
    open.settle(answer);
  }
}

function sizesOf({ classes, attackable }: DescriptionReply): Described {
  const [height, width, channels] = attackable?.shape ?? [0, 0, 0];
  return { classes: classes.length, pixels: height * width * channels };
}

/** Until what is in the pipes now has been read: standard error may be behind standard output. */
async function whatWasWritten(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
