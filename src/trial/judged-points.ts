/**
 * What was seen of each point, where trials are judged on parts of a sample: the images of all of its trials together,
 * each once.
 */
import { measurementOf } from './measurement.js';
import { isFailed } from './observed.js';
import type { Measurement, Outcome, OutcomeBlock, ScoreWeights } from './outcome.js';
import type { TrialState } from './record.js';

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
  /** All different blocks it was judged on, of the sample of that trial. */
  readonly blocks: readonly OutcomeBlock[];
  readonly measurement: Measurement;
}

/** Whether trials are judged on parts of a sample, so that an outcome alone does not say how much stands behind it. */
export function isRaced(trials: readonly Pick<JudgedTrial, 'blocks'>[]): boolean {
  return trials.some(({ blocks }) => blocks !== undefined);
}

/** The points that ended trials judged in blocks, in the order of their first trials. */
export function judgedPoints(trials: readonly JudgedTrial[], weights?: ScoreWeights): readonly JudgedPoint[] {
  const points = new Map<string, JudgedPoint>();
  for (const trial of trials) {
    const key = keyOf(trial);
    const point = withTrial(points.get(key), trial, weights);
    if (point !== undefined) points.set(key, point);
  }
  return [...points.values()];
}

/**
 * The best point as trials end, in any order: of those that were judged on the most images, for others have an easier or
 * a harder part behind them, or luck; the first of equals.
 * @returns a function that takes a trial and gives the best of all so far; undefined while no ended trial has blocks.
 */
export function leaderOf(
  direction: 'maximize' | 'minimize',
  weights?: ScoreWeights,
): (trial: JudgedTrial) => JudgedPoint | undefined {
  const sign = direction === 'maximize' ? 1 : -1;
  const points = new Map<string, JudgedPoint>();
  let best: JudgedPoint | undefined;
  return (trial) => {
    const key = keyOf(trial);
    const point = withTrial(points.get(key), trial, weights);
    if (point === undefined) return best;
    points.set(key, point);
    const { images, mean } = point.measurement;
    const most = best?.measurement.images ?? 0;
    // a point's value changes only with its images, so the leader is passed by more images or on as many
    if (images > most || (images === most && sign * mean > sign * (best?.measurement.mean ?? -Infinity))) {
      best = point;
    }
    return best;
  };
}

/** The leader of all trials; undefined where no ended one has blocks. */
export function leadingPoint(
  trials: readonly JudgedTrial[],
  direction: 'maximize' | 'minimize',
  weights?: ScoreWeights,
): JudgedPoint | undefined {
  const lead = leaderOf(direction, weights);
  return trials.reduce<JudgedPoint | undefined>((_, trial) => lead(trial), undefined);
}

function keyOf({ unit }: JudgedTrial): string {
  return unit.join();
}

/** A point with one more of its trials; undefined where the trial brings no blocks. */
function withTrial(
  before: JudgedPoint | undefined,
  { number, state, outcome, reported = [] }: JudgedTrial,
  weights: ScoreWeights | undefined,
): JudgedPoint | undefined {
  const [first] = reported;
  if (state === 'running' || outcome === undefined || isFailed(outcome) || first === undefined)
    return undefined;
  const known = before?.blocks.filter(({ sample }) => sample === first.sample) ?? [];
  const fresh = reported.filter(({ block }) => !known.some((other) => other.block === block));
  const blocks = [...known, ...fresh];
  return { trial: number, blocks, measurement: measurementOf(blocks, weights) };
}
