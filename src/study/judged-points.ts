/**
 * What was seen of each point, where trials are judged on parts of a sample: the images of all of its trials together,
 * each once.
 */
import {
  isFailed,
  type Measurement,
  measurementOf,
  type Outcome,
  type OutcomeBlock,
  type ScoreWeights,
  type TrialState,
} from '../trial/index.js';

/** What of a trial is looked at. */
export interface JudgedTrial {
  readonly number: number;
  readonly unit: readonly number[];
  readonly state: TrialState;
  readonly outcome?: Outcome;
  readonly reported?: readonly OutcomeBlock[];
  readonly blocks?: readonly number[];
}

/** A point, and what its images add up to. */
export interface JudgedPoint {
  /** Its last ended trial that has a value. */
  readonly trial: number;
  /** Of all different images it was judged on, of the sample of that trial. */
  readonly measurement: Measurement;
}

/** Whether trials are judged on parts of a sample, so that an outcome alone does not say how much stands behind it. */
export function isRaced(trials: readonly JudgedTrial[]): boolean {
  return trials.some(({ blocks }) => blocks !== undefined);
}

/** The points that ended trials judged in blocks, in the order of their first trials. */
export function judgedPoints(trials: readonly JudgedTrial[], weights?: ScoreWeights): readonly JudgedPoint[] {
  const points = new Map<string, { trial: number; blocks: OutcomeBlock[] }>();
  for (const { number, unit, state, outcome, reported = [] } of trials) {
    if (state === 'running' || outcome === undefined || isFailed(outcome) || reported.length === 0) continue;
    const key = unit.join();
    const { sample } = reported[0];
    const before = points.get(key)?.blocks.filter((block) => block.sample === sample) ?? [];
    const fresh = reported.filter(({ block }) => !before.some((other) => other.block === block));
    points.set(key, { trial: number, blocks: [...before, ...fresh] });
  }
  return [...points.values()].map(({ trial, blocks }) => ({
    trial,
    measurement: measurementOf(blocks, weights),
  }));
}

/** The points that were judged on the most images: others have an easier or a harder part behind them, or luck. */
export function fullestPoints(points: readonly JudgedPoint[]): readonly JudgedPoint[] {
  const most = Math.max(...points.map(({ measurement }) => measurement.images));
  return points.filter(({ measurement }) => measurement.images === most);
}

/** The best of some points, the first of equals; undefined where there is none. */
export function bestPoint(
  points: readonly JudgedPoint[],
  direction: 'maximize' | 'minimize',
): JudgedPoint | undefined {
  const sign = direction === 'maximize' ? 1 : -1;
  let best: JudgedPoint | undefined;
  for (const point of points) {
    if (best === undefined || sign * point.measurement.mean > sign * best.measurement.mean) best = point;
  }
  return best;
}
