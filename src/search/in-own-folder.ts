/** Work in a run's folder without a study: one process at a time, and none on what another configuration left there. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock } from '../storage/lock.js';
import { storageError } from '../storage/storage-error.js';
import { BASELINES_FILE } from './baselines-results.js';
import { assertOwnFolder } from './found-finished.js';
import { readBaselines } from './results-file.js';
import { assertSameFacts, type SearchFacts } from './search-facts.js';

/**
 * Checks that a folder holds neither a search nor scores of another configuration.
 * @throws BoSearchError `E_CONFIG_CHANGED` naming the first difference.
 */
export function assertNothingForeign(out: string, facts: SearchFacts): void {
  assertOwnFolder(out, facts);
  const file = join(out, BASELINES_FILE);
  if (existsSync(file)) assertSameFacts(readBaselines(file).facts, facts, out);
}

/**
 * Holds the folder's lock, that of a search in it, over a task; the folder is made if it is not there.
 * @throws BoSearchError `E_LOCKED` if another process works in the folder, `E_STORAGE` if it cannot be written, and as
 * `assertNothingForeign` does; whatever the task throws.
 */
export async function inOwnFolder<T>(out: string, facts: SearchFacts, task: () => Promise<T>): Promise<T> {
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw storageError(`${out}: expected a folder`, error);
  });
  const lock = acquireLock(out);
  try {
    // again: a rival may have been here since
    assertNothingForeign(out, facts);
    return await task();
  } finally {
    lock.release();
  }
}
