/** What the writers of other forms give: files to write, and what their form could not hold. */
import { BoSearchError } from '../../errors.js';
import type { Schedule, SchedulesFile } from '../schedules-file.js';
import { schedulesFromJson } from '../schedules-file.js';

/** One file to write. */
export interface WrittenFile {
  /** Name without a folder. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Schedules in another form. */
export interface WrittenSchedules {
  /** In the order in which to write them: one that others name comes before those that name it. */
  readonly files: readonly WrittenFile[];
  /** What the form has no place for and was left out, such as `metrics`; empty where nothing was. */
  readonly lost: readonly string[];
}

/** The fields of a schedule that a form may have no place for. */
export type ScheduleField = 'kind' | 'label' | 'effectiveAlphas' | 'metrics' | 'provenance';

/**
 * A checked copy of what is to be written.
 * @throws BoSearchError `E_SCHEDULES` where the JSON form would be refused.
 */
export function checkedForWriting(file: SchedulesFile, where: string): SchedulesFile {
  return schedulesFromJson(file, where);
}

/** Those of `fields` that at least one of the schedules has. */
export function fieldsPresent(
  schedules: readonly Schedule[],
  fields: readonly ScheduleField[],
): ScheduleField[] {
  return fields.filter((field) => schedules.some((schedule) => schedule[field] !== undefined));
}

/** Refuses a name that is no plain file name. @throws BoSearchError `E_ARGUMENT` */
export function assertStem(stem: string, where: string): void {
  if (/^[^/\\\0]+$/.test(stem) && stem !== '.' && stem !== '..') return;
  throw new BoSearchError(
    'E_ARGUMENT',
    `${where}: expected a file name without folder or extension, got ${JSON.stringify(stem)}`,
  );
}
