/** Schedules from wherever they are: a run, a journal, or a file of any form. */
import { readStudy } from '../index.js';
import { isLoneArray, loneArrayWarning, readSchedulesFile } from '../schedules/index.js';
import { type LoadedSchedules, loadSchedules } from '../search/index.js';
import { note } from './terminal.js';

/** Files in other forms than JSON. */
const OTHER_FORMS = /\.(ya?ml|csv|tsv|npy)$/i;

/**
 * Loads schedules.
 * @param source - folder of a run, its journal, or a schedules file.
 * @throws BoSearchError as `loadSchedules` and `readSchedulesFile` do.
 */
export async function loadAnySchedules(source: string): Promise<LoadedSchedules> {
  if (OTHER_FORMS.test(source)) {
    const file = await readSchedulesFile(source);
    if (isLoneArray(source)) note(`warning: ${loneArrayWarning(source)}`);
    return { file, finished: true, source };
  }
  return loadSchedules(source, (folder) => readStudy(folder).recommend().alphas);
}
