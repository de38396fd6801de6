/**
 * The outcome transform: values as they are, or shares on the logit scale.
 *
 * A share near 0 or 1 moves little however much better the point is; on the logit scale it moves, and binomial noise
 * is more nearly equal along it.
 */
import { empiricalLogit, inverseLogit } from '../../../gp/index.js';
import type { Outcome } from '../../../trial/index.js';
import { isCount, isMeasurement } from '../../../trial/index.js';

export type OutcomeTransform = 'identity' | 'logit';

/** A transformed outcome with the slope of the transform there, for variances by the delta method. */
export interface Transformed {
  readonly value: number;
  readonly slope: number;
}

/** What `auto` means: the logit where every outcome is a count of draws or a mean of scores, else the identity. */
export function automaticTransform(outcomes: readonly Outcome[]): OutcomeTransform {
  return outcomes.every((outcome) => isCount(outcome) || isMeasurement(outcome)) ? 'logit' : 'identity';
}

/**
 * Applies the transform to the share `share` of `draws` draws or images.
 * The logit is the empirical one, so that shares of 0 and 1 stay finite.
 */
export function transformShare(transform: OutcomeTransform, share: number, draws: number): Transformed {
  if (transform === 'identity') return { value: share, slope: 1 };
  const k = share * draws;
  return { value: empiricalLogit(k, draws).value, slope: draws / (k + 0.5) + draws / (draws - k + 0.5) };
}

/** Back to the outcome's own units. */
export function untransform(transform: OutcomeTransform, value: number): number {
  return transform === 'identity' ? value : inverseLogit(value);
}
