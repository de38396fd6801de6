/** Which points of a race are best: finalists, and the one to recommend, in the study's own direction and units. */
import { standardEi } from '../../../../acquisition/index.js';
import { isFailed } from '../../../../trial/index.js';
import type { PolicyContext, Recommended, TrialSnapshot } from '../../policy.js';
import type { Model } from '../model-of.js';
import type { Observations } from '../observations.js';
import { untransform } from '../outcome-transform.js';
import type { Surrogate } from '../surrogate.js';
import { Z95 } from '../z95.js';
import { imageScores } from './image-scores.js';
import type { RacedPoint } from './judged-point.js';
import { standings } from './standing.js';

/** A point is recommended only where it was judged on at least this share of the most images of any point. */
const ENOUGH_IMAGES = 0.5;

/** Points that are looked at for finalists: those of greatest posterior mean. */
const LOOKED_AT = 80;

/**
 * At most `count` points that are worth fresh images: the one of greatest posterior mean, then one by one the point from
 * which most improvement is expected over every one chosen before. Points near each other improve little on each other, so
 * that the finalists differ.
 */
export function raceFinalists(
  context: PolicyContext,
  { observations, surrogate }: Model,
  count: number,
): readonly Recommended[] {
  if (surrogate === undefined || count < 1) return [];
  const candidates = standings(context, surrogate)
    .map(({ point }) => point)
    .filter(hasEnded)
    .slice(0, LOOKED_AT);
  return differing(surrogate, candidates, count).flatMap((point) =>
    recommended(point, observations, surrogate),
  );
}

/** The first point, then those of which the least improvement over one chosen before is greatest; the earlier of equals. */
function differing({ gp }: Surrogate, points: readonly RacedPoint[], count: number): readonly RacedPoint[] {
  const r = points.length;
  const { mean, covariance } = gp.reference(Float64Array.from(points.flatMap(({ unit }) => unit)), r);
  const worth = new Float64Array(r).fill(Infinity);
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, r)) {
    let next = -1;
    for (let i = 0; i < r; i++) {
      if (!chosen.includes(i) && (next < 0 || worth[i] > worth[next])) next = i;
    }
    chosen.push(next);
    for (let i = 0; i < r; i++) {
      const variance = covariance[i * r + i] + covariance[next * r + next] - 2 * covariance[i * r + next];
      worth[i] = Math.min(worth[i], expectedGain(mean[i] - mean[next], Math.sqrt(Math.max(0, variance))));
    }
  }
  return chosen.map((i) => points[i]);
}

/** E[max(0, X)] for X ~ N(difference, sd²). */
function expectedGain(difference: number, sd: number): number {
  return sd === 0 ? Math.max(0, difference) : sd * standardEi(difference / sd);
}

function hasEnded(point: RacedPoint): boolean {
  return lastEnded(point) !== undefined;
}

/** The last trial of the point that ended with a value. */
function lastEnded({ trials }: RacedPoint): TrialSnapshot | undefined {
  return trials.findLast(({ outcome }) => outcome !== undefined && !isFailed(outcome));
}

/** The point of greatest posterior mean among those judged on many images, by its last ended trial. */
export function bestOfRace(
  context: PolicyContext,
  { observations, surrogate }: Model,
): Recommended | undefined {
  if (surrogate === undefined) return undefined;
  const ranked = standings(context, surrogate).map(({ point }) => point);
  const most = Math.max(...ranked.map(imagesOf));
  const enough = ranked.filter((point) => imagesOf(point) >= ENOUGH_IMAGES * most);
  return enough.flatMap((point) => recommended(point, observations, surrogate))[0];
}

/** Images of the blocks of a point. */
function imagesOf({ blocks }: RacedPoint): number {
  return blocks.reduce((sum, block) => sum + imageScores(block).length, 0);
}

/**
 * The point with its posterior mean and 95 % interval, of which only what scores of images can be is told: from 0 to 1; nothing where
 * none of its trials has ended with a value.
 */
function recommended(point: RacedPoint, observations: Observations, { gp, fit }: Surrogate): Recommended[] {
  const last = lastEnded(point);
  if (last === undefined) return [];
  const at = Float64Array.from(point.unit);
  const { mean, variance } = gp.predict(at, 1);
  const { shift, scale } = fit.standardisation;
  const y = shift + scale * mean[0];
  const half = Z95 * scale * Math.sqrt(variance[0] + gp.meanVariance(at, 1)[0]);
  const { transform, sign } = observations;
  const toUser = (value: number) => Math.min(1, Math.max(0, untransform(transform, sign * value)));
  const ends = [toUser(y - half), toUser(y + half)].sort((a, b) => a - b);
  return [{ trial: last.number, mean: toUser(y), interval: [ends[0], ends[1]] }];
}
