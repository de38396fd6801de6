/** One worker thread as the pool sees it: calls by number, and an end that nobody waits past. */
import { Worker } from 'node:worker_threads';
import { BoSearchError, internalError } from '../../errors.js';
import { CalledOff } from './cotangent-meeting.js';
import type { Answer, OpenedFacts, Reply, Work, WorkerSettings } from './messages.js';
import { fromWireError } from './wire-error.js';

/** How a thread is started. */
export interface ThreadOptions {
  /** For messages, for example `worker 1 of 2`. */
  readonly name: string;
  /** Module of the thread. */
  readonly entry: URL;
  readonly settings: WorkerSettings;
}

/** Hears the logits of a `vjp` that waits for its cotangent. */
type OnMeeting = (logits: Float32Array) => void;

/** A call under way. */
interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
  readonly onMeeting: OnMeeting;
}

/** A started thread. It keeps the process alive while it opens and while it has work, not while it is idle. */
export class WorkerThread {
  /** What it opened; rejects if it could not, or died on the way. */
  readonly opened: Promise<OpenedFacts>;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #ended: { readonly reason: unknown } | undefined;
  #reject: (reason: unknown) => void = () => undefined;

  constructor({ name, entry, settings }: ThreadOptions) {
    this.#name = name;
    // Flags of the process are not for our module: with --input-type, for one, no thread would start.
    this.#worker = new Worker(entry, { workerData: settings, name, execArgv: [] });
    this.opened = new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#worker.on('message', (reply: Reply) => this.#hear(reply, resolve));
    });
    this.#worker.on('error', (cause) => this.#end(this.#death(`it threw "${cause.message}"`, cause)));
    this.#worker.on('exit', (code) => this.#end(this.#death(`it ended with exit code ${code}`)));
  }

  /**
   * Asks for work; what is asked first is done first.
   * @param hand - buffers to give away with the request.
   * @throws what the work threw; after the thread's end, the reason of that.
   */
  ask(work: Work, hand: readonly ArrayBuffer[] = [], onMeeting: OnMeeting = ignore): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) throw this.#ended.reason;
      const call = (this.#calls += 1);
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(call, { resolve, reject, onMeeting });
      this.#worker.postMessage({ call, work }, [...hand]);
    });
  }

  /** Stops the thread; calls under way and later ones reject with the reason. */
  async stop(reason: unknown): Promise<void> {
    this.#end(reason);
    await this.#worker.terminate();
  }

  /** What comes after the end is heard no more: least of all may it let the process go that waits for the thread to stop. */
  #hear(reply: Reply, opened: (facts: OpenedFacts) => void): void {
    if (this.#ended !== undefined) return;
    switch (reply.kind) {
      case 'opened':
        this.#worker.unref();
        return opened(reply.facts);
      case 'not-opened':
        return this.#end(fromWireError(reply.error));
      case 'meeting':
        return this.#waiting.get(reply.call)?.onMeeting(reply.logits);
      case 'done':
        return this.#settled(reply.call).resolve(reply.answer);
      case 'failed':
        return this.#settled(reply.call).reject(fromWireError(reply.error));
      case 'called-off':
        return this.#settled(reply.call).reject(new CalledOff('called off'));
    }
  }

  /** The call that is answered. */
  #settled(call: number): Waiting {
    const found = this.#waiting.get(call);
    if (found === undefined) {
      throw internalError(`${this.#name} answered call ${call}, which nobody made`);
    }
    this.#waiting.delete(call);
    if (this.#waiting.size === 0) this.#worker.unref();
    return found;
  }

  #end(reason: unknown): void {
    this.#ended ??= { reason };
    this.#reject(this.#ended.reason);
    for (const { reject } of this.#waiting.values()) reject(this.#ended.reason);
    this.#waiting.clear();
  }

  #death(how: string, cause?: unknown): BoSearchError {
    return new BoSearchError(
      'E_BACKEND',
      `${this.#name}: expected answers until the pool closes, but ${how}`,
      {
        hint: 'open a new pool; if memory ran out, take fewer workers or smaller chunks',
        cause,
      },
    );
  }
}

function ignore(): void {}
