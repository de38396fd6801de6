/** What a command is given must be there: else it is a mistake in its arguments, not a state of the disk. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BoSearchError } from '../errors.js';

const JOURNAL_FILE = 'study.jsonl';

/**
 * Lets a journal pass, and a folder with one.
 * @throws BoSearchError `E_ARGUMENT` for a path that is not there, and a folder without a journal.
 */
export function assertStudyIn(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === true || existsSync(join(path, JOURNAL_FILE))) return;
  const got = stats === undefined ? 'no such folder' : `a folder without ${JOURNAL_FILE}`;
  throw new BoSearchError('E_ARGUMENT', `${path}: expected the folder of a study, got ${got}`, {
    hint: 'check the path; a study begins with run or ask',
  });
}
