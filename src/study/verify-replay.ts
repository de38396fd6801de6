/**
 * Proves a journal: every suggestion and decision in it is made again from the records before it, and compared bit for
 * bit. Each session begins with a policy that remembers nothing, as it did when it ran.
 */
import { BoSearchError } from '../errors.js';
import type { AskRecord, JournalRecord, Json, ReportRecord } from '../trial/index.js';
import { firstDifference, type JsonDifference } from './first-difference.js';
import { nextDecision } from './next-decision.js';
import { nextPoint } from './next-point.js';
import type { Policy } from './policies/policy.js';
import { replaying } from './replay.js';
import type { StudyState } from './state.js';

/** The first thing that came out otherwise. */
export interface ReplayDifference {
  readonly trial: number;
  /** Line of the journal. */
  readonly line: number;
  /** What differs, for example `unit[3]`, `origin.by`, `memo.n` or `decision`. */
  readonly part: string;
  /** Name of the parameter, where a coordinate differs. */
  readonly parameter?: string;
  /** What the journal holds; absent where it holds nothing there. */
  readonly journal?: Json;
  /** What was made again. */
  readonly replayed?: Json;
}

/** What a proof came to. */
export interface ReplayProof {
  /** Trials the journal holds. */
  readonly trials: number;
  /** The first trial whose suggestion was made again. */
  readonly from: number;
  /** Suggestions that were made again and are identical. */
  readonly suggestions: number;
  /** Decisions after blocks that were made again and are identical. */
  readonly decisions: number;
  /** Absent where all are identical; nothing after it was looked at. */
  readonly difference?: ReplayDifference;
}

export interface VerifyOptions {
  /** First trial to make again; what is before it is taken as it is. Default 0. */
  readonly from?: number;
  /** Called after each suggestion that was made again, with their number and how many there are. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Makes every suggestion and decision of some records again.
 * @param makePolicy - a policy as the study has it; called once a session.
 * @throws E_JOURNAL, with place and line, if the records do not follow from one another; E_ARGUMENT if there is no trial
 *   `from`.
 */
export function verifyReplay(
  records: readonly JournalRecord[],
  place: string,
  makePolicy: () => Policy,
  options: VerifyOptions = {},
): ReplayProof {
  const trials = records.filter(({ kind }) => kind === 'ask').length;
  const { from = 0, onProgress } = options;
  assertFrom(from, trials);
  let policy: Policy | undefined;
  let [suggestions, decisions] = [0, 0];
  const proof = () => ({ trials, from, suggestions, decisions });
  for (const { state, record, line } of replaying(records, place)) {
    if (record.kind === 'session') policy = undefined;
    if ((record.kind !== 'ask' && record.kind !== 'report') || record.trial < from) continue;
    policy ??= makePolicy();
    const difference =
      record.kind === 'ask'
        ? askDifference(state, policy, record)
        : decisionDifference(state, policy, record);
    if (difference !== undefined) {
      return { ...proof(), difference: worded(difference, state, record.trial, line) };
    }
    if (record.kind === 'report') {
      decisions++;
      continue;
    }
    suggestions++;
    onProgress?.(suggestions, trials - from);
  }
  return proof();
}

function assertFrom(from: number, trials: number): void {
  if (from === 0 || (Number.isSafeInteger(from) && from > 0 && from < trials)) return;
  throw new BoSearchError(
    'E_ARGUMENT',
    `replay from: expected a trial from 0 to ${Math.max(0, trials - 1)}, got ${from}`,
  );
}

function askDifference(state: StudyState, policy: Policy, record: AskRecord): JsonDifference | undefined {
  // in the form in which a journal keeps it
  const again = JSON.parse(JSON.stringify(nextPoint(state, policy))) as Readonly<
    Record<string, Json | undefined>
  >;
  const { unit, values, origin, blocks, memo } = record;
  for (const [part, kept] of Object.entries({ unit, values, origin, blocks, memo })) {
    const difference = firstDifference(kept, again[part], part);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** A block that came again is not in the journal: each report is a new one. */
function decisionDifference(
  state: StudyState,
  policy: Policy,
  { trial, block, decision }: ReportRecord,
): JsonDifference | undefined {
  const running = state.trials.at(trial);
  if (running === undefined) return undefined;
  return firstDifference(decision, nextDecision(state, policy, running, block), 'decision');
}

function worded(
  { path, expected, got }: JsonDifference,
  { space }: StudyState,
  trial: number,
  line: number,
): ReplayDifference {
  const index = /^(?:unit|values)\[(\d+)\]$/.exec(path)?.[1];
  const parameter = index === undefined ? undefined : space.names.at(Number(index));
  return {
    trial,
    line,
    part: path,
    ...(parameter === undefined ? {} : { parameter }),
    ...(expected === undefined ? {} : { journal: expected }),
    ...(got === undefined ? {} : { replayed: got }),
  };
}
