/** Writes schedules where no other file is lost by it. */
import { readFileSync, statSync } from 'node:fs';
import { BoSearchError } from '../errors.js';
import { writeWhole } from '../search/index.js';

/**
 * Writes the text of a schedules file; a schedules file that is there is replaced.
 * @throws BoSearchError `E_STORAGE` if anything else is there; it is left as it was.
 */
export async function writeSchedules(path: string, text: string): Promise<void> {
  const got = inTheWay(path);
  if (got !== undefined) {
    throw new BoSearchError(
      'E_STORAGE',
      `${path}: expected no file yet, or schedules to replace, got ${got}`,
      {
        hint: 'it is left as it was: choose another place, or move it away',
      },
    );
  }
  await writeWhole(path, text);
}

function inTheWay(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return 'a folder';
  try {
    const value = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as {
      format?: unknown;
    } | null;
    if (value?.format === 'bo-search/schedules') return undefined;
  } catch {
    // no JSON, so no schedules
  }
  return 'another file';
}
