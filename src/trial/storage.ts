/** The contract between a study and what keeps its records. */
import type { JournalRecord } from './record.js';

/**
 * An append-only list of records with one writer.
 *
 * Records are kept in the order of `append`; a record that was answered is never lost or changed, and one that was
 * not answered may be there or not, but never in part. Readers need no lock.
 */
export interface Storage {
  /** Where the records are, for messages: a path, or `memory`. */
  readonly place: string;
  /** Token of the lock this writer holds; no two writers ever have the same. */
  readonly token: string;
  /** What opening found; empty where all was well. */
  readonly warnings: readonly StorageWarning[];
  /** All records from position `from` (0 is the header). */
  read(from?: number): readonly JournalRecord[];
  /** Keeps one record; resolves when it is safe. Appends are carried out in call order. */
  append(record: JournalRecord): Promise<void>;
  /** Lets go of the lock; afterwards `append` throws `E_STORAGE`. */
  close(): Promise<void>;
}

/** Things a storage found that its user should know of but that stop nothing. */
export interface StorageWarning {
  readonly kind: 'torn-tail' | 'stale-lock';
  readonly message: string;
}
