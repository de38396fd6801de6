/** Looks into a run's folder without touching it: no lock is taken, a writer may be at work. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BoSearchError } from '../errors.js';
import { trialRows, type TrialRow } from '../report/index.js';
import { currentOwner, isGone, ownerFromJson } from '../storage/lock-owner.js';
import { JOURNAL_FILE, readJournal } from '../storage/index.js';
import { LOCK_FILE } from '../storage/lock.js';
import { type HeaderRecord, imageJudgements, type JournalRecord } from '../trial/index.js';
import { factsOf, type SearchFacts, type SessionFacts } from './search-facts.js';
import { RESULTS_FILE } from './results.js';
import type { ImagesDone } from './events.js';
import { readResults } from './results-file.js';

/** What a folder's journal says. */
export interface RunStatus {
  /** The folder of the run. */
  readonly folder: string;
  /** Path of the journal. */
  readonly journal: string;
  readonly header: HeaderRecord;
  /** Facts of a search; absent where another program made the study. */
  readonly facts?: SearchFacts;
  /** Evaluations wanted in all, where the last session said so. */
  readonly wanted?: number;
  /** Of a race: image judgements made and wanted in all, and trials that ended with a part of their blocks. */
  readonly race?: ImagesDone & { readonly stopped: number };
  /** Tensor runtime of the last session. */
  readonly backend?: string;
  readonly trials: readonly TrialRow[];
  readonly ended: number;
  readonly failed: number;
  readonly running: number;
  /** The best complete trial, where there is one. */
  readonly best?: TrialRow;
  /** Process that writes it now, where one lives. */
  readonly writer?: { readonly pid: number; readonly host: string };
  /** Seconds since the journal was last written. */
  readonly idleSeconds: number;
  /** Whether all evaluations that were wanted are compared on held-out images, and nobody is at work. */
  readonly finished: boolean;
  readonly warnings: readonly string[];
}

/**
 * The state of a run.
 * @param path - its folder, or the journal in it.
 * @param now - milliseconds since 1970.
 * @throws BoSearchError `E_ARGUMENT` if there is no such run, `E_JOURNAL` with the line if it is damaged.
 */
export function readRun(path: string, now: number): RunStatus {
  assertRunIn(path);
  const { place, records, warnings } = readJournal(path);
  const folder = dirname(place);
  const [header] = records;
  if (header.kind !== 'header') {
    throw new BoSearchError('E_JOURNAL', `${place}:1: expected a header, got ${header.kind}`);
  }
  const facts = factsOf(header);
  const trials = trialRows(records);
  const count = (state: TrialRow['state']) => trials.filter((trial) => trial.state === state).length;
  const bestTrial = trials.at(-1)?.bestTrial;
  const writer = livingWriter(folder);
  const ended = trials.length - count('running');
  const { images, ...session } = lastSession(records);
  const race =
    images === undefined
      ? {}
      : { race: { judged: judgedIn(records), of: images, stopped: count('stopped') } };
  return {
    folder,
    journal: place,
    header,
    ...(facts === undefined ? {} : { facts }),
    ...session,
    ...race,
    trials,
    ended,
    failed: count('failed'),
    running: count('running'),
    ...(bestTrial === undefined ? {} : { best: trials[bestTrial] }),
    ...(writer === undefined ? {} : { writer }),
    idleSeconds: Math.max(0, (now - statSync(place).mtimeMs) / 1000),
    finished:
      writer === undefined &&
      (images !== undefined || ended >= (session.wanted ?? 0)) &&
      isCompared(folder, ended, images),
    warnings: warnings.map(({ message }) => message),
  };
}

function assertRunIn(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === true || existsSync(join(path, JOURNAL_FILE))) return;
  const got = stats === undefined ? 'no such folder' : `a folder without ${JOURNAL_FILE}`;
  throw new BoSearchError('E_ARGUMENT', `${path}: expected the folder of a run, got ${got}`, {
    hint: 'check the path',
  });
}

/** Whether the results in a folder are of all of its evaluations, and of a race of that many image judgements. */
function isCompared(folder: string, ended: number, images = 0): boolean {
  const file = join(folder, RESULTS_FILE);
  if (!existsSync(file)) return false;
  try {
    const { evaluations, race, draws } = readResults(file).search;
    return evaluations >= ended && (race?.purifications.budget ?? 0) >= images * draws;
  } catch {
    // damaged: the next run makes them again
    return false;
  }
}

function judgedIn(records: readonly JournalRecord[]): number {
  return records.reduce(
    (sum, record) => sum + (record.kind === 'report' ? imageJudgements(record.block) : 0),
    0,
  );
}

function lastSession(records: readonly JournalRecord[]): {
  wanted?: number;
  images?: number;
  backend?: string;
} {
  const session = records.findLast((record) => record.kind === 'session');
  const about = session?.about as Partial<SessionFacts> | null | undefined;
  return {
    ...(typeof about?.evaluations === 'number' ? { wanted: about.evaluations } : {}),
    ...(typeof about?.images === 'number' ? { images: about.images } : {}),
    ...(typeof about?.backend === 'string' ? { backend: about.backend } : {}),
  };
}

function livingWriter(folder: string): { pid: number; host: string } | undefined {
  const lock = join(folder, LOCK_FILE);
  if (!existsSync(lock)) return undefined;
  try {
    const owner = ownerFromJson(readFileSync(lock, 'utf8'));
    if (owner === undefined || isGone(owner, currentOwner())) return undefined;
    return { pid: owner.pid, host: owner.host };
  } catch {
    // the writer let go of it between the two looks
    return undefined;
  }
}
