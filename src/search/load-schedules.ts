/** The schedules of a run, finished or not, or of a schedules file. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BoSearchError } from '../errors.js';
import { type SchedulesFile, schedulesFromJson } from '../schedules/index.js';
import { JOURNAL_FILE } from '../storage/index.js';
import { readRun } from './read-run.js';
import { SCHEDULES_FILE, schedulesSoFar } from './schedules-of-run.js';
import { schedulesOfStudy } from './schedules-of-study.js';

/** Schedules and where they come from. */
export interface LoadedSchedules {
  readonly file: SchedulesFile;
  /** Whether they are a finished run's or file's; else the best so far of a run under way. */
  readonly finished: boolean;
  readonly source: string;
  /** Where the run went on after they were written: what it holds now, and what they are of. */
  readonly behind?: { readonly folder: string; readonly ended: number; readonly evaluations: number };
}

/**
 * Loads schedules.
 * @param path - a run's folder, its journal, or a schedules file.
 * @param best - the α to export for a run under way, from its journal.
 * @throws BoSearchError `E_SCHEDULES` with place and reason, `E_STORAGE` or `E_JOURNAL`, or `E_TRIAL_STATE` if no
 * trial has a value yet.
 */
export function loadSchedules(path: string, best: (folder: string) => readonly number[]): LoadedSchedules {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? join(path, SCHEDULES_FILE) : path;
  if (!isFolder && !file.endsWith('.jsonl'))
    return { file: readSchedules(file), finished: true, source: file };
  if (isFolder && existsSync(file)) {
    const schedules = readSchedules(file);
    return { file: schedules, finished: true, source: file, ...behindJournal(path, schedules) };
  }
  return fromJournal(isFolder ? path : dirname(path), best);
}

/**
 * Reads a schedules file.
 * @throws BoSearchError `E_SCHEDULES`
 */
function readSchedules(path: string): SchedulesFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const found = missing ? 'no such file' : (cause as Error).message;
    throw new BoSearchError(
      'E_SCHEDULES',
      `${path}: expected a schedules file or the folder of a run, got ${found}`,
      {
        hint: 'check the path',
        cause,
      },
    );
  }
  return schedulesFromJson(text, path);
}

/** Compares with the journal beside it. */
function behindJournal(folder: string, { schedules }: SchedulesFile): Pick<LoadedSchedules, 'behind'> {
  const evaluations = schedules.find(({ kind }) => kind === 'learned')?.provenance?.evaluations;
  const ended = endedIn(folder);
  if (evaluations === undefined || ended === undefined || ended <= evaluations) return {};
  return { behind: { folder, ended, evaluations } };
}

function endedIn(folder: string): number | undefined {
  if (!existsSync(join(folder, JOURNAL_FILE))) return undefined;
  try {
    return readRun(folder, 0).ended;
  } catch {
    // a damaged journal says nothing of schedules that are whole
    return undefined;
  }
}

function fromJournal(folder: string, best: (folder: string) => readonly number[]): LoadedSchedules {
  const run = readRun(folder, 0);
  const { facts, header, journal, ended: evaluations } = run;
  const { seed, versions, space } = header;
  const session = { seed, evaluations, version: versions.boSearch };
  if (facts !== undefined) {
    const file = schedulesSoFar(facts, bestOfRun(folder, best), session);
    return { file, finished: false, source: journal };
  }
  if ((space as { readonly kind?: unknown } | null)?.kind !== 'alphas') {
    throw new BoSearchError(
      'E_SCHEDULES',
      `${journal}: expected a search of α, got a study of other parameters`,
      {
        hint: `take the point from npx bo-search best ${folder}, or study.recommend()`,
      },
    );
  }
  return { file: schedulesOfStudy(best(folder), session), finished: false, source: journal };
}

/** The α a run holds so far; a run is not told outcomes, it goes on. */
function bestOfRun(folder: string, best: (folder: string) => readonly number[]): readonly number[] {
  try {
    return best(folder);
  } catch (cause) {
    if (!(cause instanceof BoSearchError) || cause.code !== 'E_TRIAL_STATE') throw cause;
    throw new BoSearchError(
      'E_TRIAL_STATE',
      `${folder}: expected a run with an evaluation, got one without`,
      {
        hint: `npx bo-search run <your search.yaml> --out ${folder} goes on with it`,
        cause,
      },
    );
  }
}
