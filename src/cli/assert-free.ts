/** Says whether a place may be written: schedules are replaced by schedules of the same form, and nothing else is. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BoSearchError } from '../errors.js';
import { formOfContent, readSchedulesFile, type SchedulesFormat } from '../schedules/index.js';

/** Files that a run or the scoring of baselines writes itself, and the file beside which they are its own. */
const OF_A_RUN: Readonly<Record<string, string>> = {
  'study.jsonl': 'study.jsonl',
  'schedules.json': 'study.jsonl',
  'results.json': 'study.jsonl',
  'alphas.svg': 'study.jsonl',
  'baselines.json': 'baselines.json',
  'baseline-schedules.json': 'baselines.json',
};

/** What is to be written. */
export interface Target {
  readonly path: string;
  readonly form: SchedulesFormat;
  /** Files that were read for it. */
  readonly sources: readonly string[];
}

/**
 * Lets a new file pass, and one that holds schedules of the very form.
 * @throws BoSearchError `E_STORAGE` for the source itself, a file of a run, and any other file.
 */
export async function assertFree({ path, form, sources }: Target): Promise<void> {
  if (isOfRun(path)) throw refused(path, 'a place of its own', 'a file of the run in its folder');
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (sources.some((source) => isSame(source, path))) {
    throw refused(path, 'another place than the source', 'the source itself');
  }
  const wanted = 'no file yet, or schedules to replace';
  if (stats.isDirectory()) throw refused(path, wanted, 'a folder');
  const found = await formAt(path);
  if (found === undefined) throw refused(path, wanted, 'another file');
  if (found !== form) throw refused(path, wanted, `schedules in the form ${found}, not ${form}`);
}

function isOfRun(path: string): boolean {
  const name = basename(path);
  return Object.hasOwn(OF_A_RUN, name) && existsSync(join(dirname(path), OF_A_RUN[name]));
}

function isSame(source: string, path: string): boolean {
  return existsSync(source) && realpathSync(source) === realpathSync(path);
}

/** The form of the schedules in a file; undefined where it holds none. One that says it is one is, even if wrong. */
async function formAt(path: string): Promise<SchedulesFormat | undefined> {
  try {
    const form = formOfContent(readFileSync(path));
    if (form !== undefined && form !== 'json') await readSchedulesFile(path);
    return form;
  } catch {
    return undefined;
  }
}

function refused(path: string, expected: string, got: string): BoSearchError {
  return new BoSearchError('E_STORAGE', `${path}: expected ${expected}, got ${got}`, {
    hint: 'it is left as it was: choose another place, or move it away',
  });
}
