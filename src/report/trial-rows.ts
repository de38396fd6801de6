/** A journal's trials as plain rows, for tables, plots and status lines. */
import {
  type AskRecord,
  isFailed,
  isMeasurement,
  isRaced,
  type JournalRecord,
  leaderOf,
  observedValue,
  type OutcomeBlock,
  type TellRecord,
  type TrialState,
} from '../trial/index.js';

/** One trial. */
export interface TrialRow {
  readonly number: number;
  readonly state: TrialState;
  /** The point in the unit cube, which for α spaces is the α vector. */
  readonly unit: readonly number[];
  /** The rule that chose it, and a label such as `linear` where there is one. */
  readonly by: string;
  readonly label?: string;
  /** What it scored; absent for running and failed trials. */
  readonly value?: number;
  readonly clean?: number;
  readonly robust?: number;
  /** Why it failed. */
  readonly failed?: string;
  /** Images behind the value; there where trials are judged on parts of a sample. */
  readonly images?: number;
  /**
   * Best value of this and all trials before it that saw all of their images; absent while there is none. Where trials are judged on
   * parts of a sample, of the points judged on the most images, by all of their trials.
   */
  readonly best?: number;
  /** Number of the trial that has the best value. */
  readonly bestTrial?: number;
  /** Images behind the best value; there where trials are judged on parts of a sample. */
  readonly bestImages?: number;
}

/** Rows in trial order, from the records of a journal in their order; the header says which direction is better. */
export function trialRows(records: readonly JournalRecord[]): TrialRow[] {
  const ends = new Map<number, TellRecord>();
  let sign = 1;
  for (const record of records) {
    if (record.kind === 'header') sign = record.direction === 'minimize' ? -1 : 1;
    if (record.kind === 'tell') ends.set(record.trial, record);
  }
  const rows: TrialRow[] = [];
  let best: Best | undefined;
  const raced = isRaced(records.filter((record) => record.kind === 'ask'));
  const lead = leaderIn(records);
  for (const record of records) {
    if (record.kind !== 'ask') continue;
    const end = ends.get(record.trial);
    const ending = endOf(end);
    const whole = end?.state === 'complete';
    if (raced) {
      best = lead(record, end);
    } else if (
      whole &&
      ending.value !== undefined &&
      (best === undefined || sign * ending.value > sign * best.best)
    ) {
      best = { best: ending.value, bestTrial: record.trial };
    }
    const { by, label } = record.origin;
    rows.push({
      number: record.trial,
      state: end?.state ?? 'running',
      unit: record.unit,
      by,
      ...(label === undefined ? {} : { label }),
      ...ending,
      ...(raced && end !== undefined && isMeasurement(end.outcome) ? { images: end.outcome.images } : {}),
      ...best,
    });
  }
  return rows;
}

interface Best {
  readonly best: number;
  readonly bestTrial: number;
  readonly bestImages?: number;
}

/** The best point as trials come, by all images that each was judged on. */
function leaderIn(
  records: readonly JournalRecord[],
): (ask: AskRecord, end: TellRecord | undefined) => Best | undefined {
  const [header] = records;
  const reports = new Map<number, OutcomeBlock[]>();
  for (const record of records) {
    if (record.kind !== 'report') continue;
    reports.set(record.trial, [...(reports.get(record.trial) ?? []), record.block]);
  }
  if (header?.kind !== 'header') return () => undefined;
  const lead = leaderOf(header.direction, header.weights);
  return ({ trial: number, unit, blocks }, end) => {
    const sample = end !== undefined && isMeasurement(end.outcome) ? end.outcome.sample : undefined;
    const leader = lead({
      number,
      unit,
      state: end?.state ?? 'running',
      ...(end === undefined ? {} : { outcome: end.outcome }),
      reported: (reports.get(number) ?? []).filter((block) => block.sample === sample),
      ...(blocks === undefined ? {} : { blocks }),
    });
    if (leader === undefined) return undefined;
    const { mean, images } = leader.measurement;
    return { best: mean, bestTrial: leader.trial, bestImages: images };
  };
}

function endOf(end: TellRecord | undefined): Pick<TrialRow, 'value' | 'clean' | 'robust' | 'failed'> {
  if (end === undefined) return {};
  if (isFailed(end.outcome)) return { failed: end.outcome.failed };
  const value = observedValue(end.outcome);
  const { clean, robust } = isMeasurement(end.outcome) ? end.outcome : {};
  return {
    ...(value === undefined ? {} : { value }),
    ...(clean === undefined ? {} : { clean }),
    ...(robust === undefined ? {} : { robust }),
  };
}
