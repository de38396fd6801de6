/** How the points of a race stand under the model: their posterior means, and which is likely better than which. */
import { normalCdf } from '../../../../math/index.js';
import type { PolicyContext } from '../../policy.js';
import type { Surrogate } from '../surrogate.js';
import { type RacedPoint, racedPoints } from './judged-point.js';

export interface Standing {
  readonly point: RacedPoint;
  /** Posterior mean of the function there, in the surrogate's units. */
  readonly mean: number;
}

/** The points with at least one block or value, best first, the earlier of equals. */
export function standings(context: PolicyContext, { gp }: Surrogate): readonly Standing[] {
  const points = racedPoints(context).filter(hasValue);
  const mean = gp.predictMean(Float64Array.from(points.flatMap(({ unit }) => unit)), points.length);
  return points.map((point, p) => ({ point, mean: mean[p] })).sort((a, b) => b.mean - a.mean);
}

/** Posterior probability that the function is greater at `a` than at `b`; ½ where the two are one to the model. */
export function probabilityBetter({ gp }: Surrogate, a: readonly number[], b: readonly number[]): number {
  const { mean, covariance } = gp.reference(Float64Array.from([...a, ...b]), 2);
  const variance = covariance[0] + covariance[3] - 2 * covariance[1];
  const difference = mean[0] - mean[1];
  if (!(variance > 0)) return difference === 0 ? 0.5 : Number(difference > 0);
  return normalCdf(difference / Math.sqrt(variance));
}

function hasValue({ blocks, trials }: RacedPoint): boolean {
  return blocks.length > 0 || trials.some(({ outcome }) => outcome !== undefined && !('failed' in outcome));
}
