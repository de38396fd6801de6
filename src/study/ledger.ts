/** The writing side of a study: its state, the journal behind it, whose turn it is, and who listens. */
import { BoSearchError } from '../errors.js';
import type { JournalRecord, Storage } from '../trial/index.js';
import type { StudyEvent, StudyListener } from './events.js';
import { applyRecord } from './replay.js';
import type { StudyState } from './state.js';
import type { Trial } from './trial.js';

/** One study's records and the state they lead to. Everything that changes either goes through `inTurn`. */
export class Ledger {
  readonly storage: Storage;
  readonly state: StudyState;
  private readonly listeners = new Set<StudyListener>();
  /** The trials as last shown; absent since they changed. */
  private shown: readonly Trial[] | undefined;
  private open = true;
  /** Resolves, never rejects, when the task before is through. */
  private tail: Promise<unknown> = Promise.resolve();

  /** @param state - what the records of the storage lead to. */
  constructor(storage: Storage, state: StudyState) {
    this.storage = storage;
    this.state = state;
  }

  /** All trials by number, as they stand; the list that was given out before does not change. */
  get trials(): readonly Trial[] {
    this.shown ??= Object.freeze([...this.state.trials]);
    return this.shown;
  }

  /** Runs tasks one after another, in call order; a failed one does not stop the next. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (!this.open) {
      return Promise.reject(
        new BoSearchError('E_STORAGE', `${this.storage.place}: expected an open study, got a closed one`),
      );
    }
    const done = this.tail.then(task);
    this.tail = done.catch(() => undefined);
    return done;
  }

  /** Keeps a record and takes its step, in the form in which a reader of the journal will see it. */
  async commit(record: JournalRecord): Promise<void> {
    const kept = JSON.parse(JSON.stringify(record)) as JournalRecord;
    await this.storage.append(kept);
    applyRecord(this.state, kept);
    this.shown = undefined;
  }

  emit(event: StudyEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  /** Adds a listener. @returns what takes it away again. */
  listen(listener: StudyListener | undefined): () => void {
    if (listener === undefined) return () => undefined;
    const own: StudyListener = (event) => listener(event);
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  }

  /** Closes the storage when the tasks before are through; later ones are refused. */
  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.tail;
    await this.storage.close();
  }
}
