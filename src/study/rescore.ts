/**
 * When a fresh sample replaces an old one, the best points of the old one are judged again on it.
 *
 * Outcomes of two samples are not comparable as they stand: a point that led on the old images may have been lucky with
 * them. A sample counts as old, and worth translating from, if more trials share it than are to be judged again; where
 * every trial has a sample of its own nothing is re-scored.
 */
import { isMeasurement, type Measurement } from '../trial/index.js';
import type { StudyState } from './state.js';
import type { Trial } from './trial.js';

/** How many points are judged again by default: the incumbent and the top three after it. */
export const DEFAULT_RESCORE = 4;

/** A point to judge again, and the label that tells it from others. */
export interface Rescore {
  readonly trial: Trial;
  readonly label: string;
}

/** The next point to judge again on the newest sample; undefined where none is due. A function of the journal alone. */
export function nextRescore(state: StudyState): Rescore | undefined {
  const count = state.header.rescore;
  const change = count === 0 ? undefined : lastChangeOfSample(state);
  if (change === undefined || change.earlier.length <= count) return undefined;
  const sign = state.header.direction === 'maximize' ? -1 : 1;
  const best = [...change.earlier].sort((a, b) => sign * (meanOf(a) - meanOf(b)) || a.number - b.number);
  const asked = new Set(
    state.trials.filter((trial) => trial.origin.by === 'rescore').map((trial) => trial.origin.label),
  );
  return distinct(best)
    .slice(0, count)
    .map((trial) => ({ trial, label: `trial ${trial.number} on ${change.sample}` }))
    .find(({ label }) => !asked.has(label));
}

/** The newest sample, and the complete trials on the sample it replaced, as they stood at the first sight of it. */
function lastChangeOfSample(state: StudyState): { sample: string; earlier: Trial[] } | undefined {
  const measured = state.endings.map((number) => state.trials[number]).filter((trial) => sampleOf(trial));
  const sample = measured.length === 0 ? undefined : sampleOf(measured[measured.length - 1]);
  if (sample === undefined) return undefined;
  const before = measured.slice(
    0,
    measured.findIndex((trial) => sampleOf(trial) === sample),
  );
  const old = before.length === 0 ? undefined : sampleOf(before[before.length - 1]);
  const earlier = before.filter((trial) => trial.state === 'complete' && sampleOf(trial) === old);
  return { sample, earlier };
}

/** Each point once, under its best trial. */
function distinct(trials: readonly Trial[]): Trial[] {
  const seen = new Set<string>();
  return trials.filter((trial) => {
    const point = trial.unit.join();
    return !seen.has(point) && seen.add(point);
  });
}

function sampleOf(trial: Trial): string | undefined {
  const { outcome } = trial;
  return outcome !== undefined && isMeasurement(outcome) ? outcome.sample : undefined;
}

function meanOf(trial: Trial): number {
  return (trial.outcome as Measurement).mean;
}
