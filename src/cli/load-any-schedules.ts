/** Schedules from wherever they are: a run, a journal, or a file of any form. */
import { readStudy } from '../index.js';
import { readSchedulesFile } from '../schedules/index.js';
import { type LoadedSchedules, loadSchedules } from '../search/index.js';

/** Files in other forms than JSON. */
const OTHER_FORMS = /\.(ya?ml|csv|tsv|npy)$/i;

/**
 * Loads schedules.
 * @param source - folder of a run, its journal, or a schedules file.
 * @throws BoSearchError as `loadSchedules` and `readSchedulesFile` do.
 */
export async function loadAnySchedules(source: string): Promise<LoadedSchedules> {
  if (OTHER_FORMS.test(source)) return { file: await readSchedulesFile(source), finished: true, source };
  return loadSchedules(source, (folder) => readStudy(folder).recommend().alphas);
}
