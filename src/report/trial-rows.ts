/** A journal's trials as plain rows, for tables, plots and status lines. */
import {
  isFailed,
  isMeasurement,
  type JournalRecord,
  observedValue,
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
  /** Best value of this and all trials before it that saw all of their images; absent while there is none. */
  readonly best?: number;
  /** Number of the trial that has the best value. */
  readonly bestTrial?: number;
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
  let best: { readonly best: number; readonly bestTrial: number } | undefined;
  for (const record of records) {
    if (record.kind !== 'ask') continue;
    const end = ends.get(record.trial);
    const ending = endOf(end);
    const whole = end?.state === 'complete';
    if (
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
      ...best,
    });
  }
  return rows;
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
