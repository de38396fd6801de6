/** Records in memory: for studies that need not outlive their process, and for tests. */
import { BoSearchError } from '../errors.js';
import type { JournalRecord, Storage } from '../trial/index.js';

let opened = 0;

/**
 * A storage that keeps its records in memory.
 * @param records - those of an earlier storage, to go on from.
 */
export function createMemoryStorage(records: readonly JournalRecord[] = []): Storage {
  const kept = [...records];
  let open = true;
  return {
    place: 'memory',
    token: `memory-${++opened}`,
    warnings: [],
    read: (from = 0) => kept.slice(from),
    append: async (record) => {
      if (!open) throw closedError('memory');
      kept.push(record);
    },
    close: async () => {
      open = false;
    },
  };
}

/** What every append after `close` throws. */
export function closedError(place: string): BoSearchError {
  return new BoSearchError('E_STORAGE', `${place}: expected an open storage, got a closed one`, {
    hint: 'open the study again',
  });
}
