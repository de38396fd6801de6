/** A model that could be conditioned, and what is recommended by it. */
import type { Recommended } from '../../policy.js';
import type { Model } from '../model-of.js';
import type { Surrogate } from '../surrogate.js';
import { type Units, unitsOf } from './units.js';

export interface FittedModel extends Model {
  readonly surrogate: Surrogate;
}

export interface Fitted {
  readonly model: FittedModel;
  readonly recommended: Recommended;
}

/** The posterior at one point. */
export interface FittedPoint {
  /** Mean and standard deviation, standardised, noise left out. */
  readonly mean: number;
  readonly sd: number;
  /** |d objective / d standardised| at the mean. */
  readonly slope: number;
  readonly units: Units;
}

export function fittedAt({ observations, surrogate }: FittedModel, x: Float64Array): FittedPoint {
  const units = unitsOf(observations, surrogate);
  const { mean, variance } = surrogate.gp.predict(x, 1);
  return { mean: mean[0], sd: Math.sqrt(variance[0]), slope: units.slopeAt(mean[0]), units };
}
