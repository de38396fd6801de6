/** From what the Gaussian process sees to units of the objective. */
import type { Observations } from '../observations.js';
import { untransform } from '../outcome-transform.js';
import type { Surrogate } from '../surrogate.js';
import { Z95 } from '../z95.js';

export interface Units {
  /** +1 to maximise, −1 to minimise. */
  readonly sign: 1 | -1;
  /** The objective at a standardised value z. */
  toObjective(z: number): number;
  /** A power of two about as large as what the objective varies by: sums of squares in it neither over- nor underflow. */
  readonly size: number;
  /** |d objective / dz| at z: what a small standardised difference is worth. */
  slopeAt(z: number): number;
}

export function unitsOf({ transform, sign }: Observations, { fit }: Surrogate): Units {
  const { shift, scale } = fit.standardisation;
  const toObjective = (z: number): number => untransform(transform, sign * (shift + scale * z));
  return {
    sign,
    toObjective,
    size: transform === 'identity' ? 2 ** Math.floor(Math.log2(scale)) : 1,
    slopeAt(z) {
      if (transform === 'identity') return scale;
      const p = toObjective(z);
      return scale * p * (1 - p);
    },
  };
}

/** The 95 % interval in units of the objective, low end first. */
export function intervalOf(units: Units, mean: number, sd: number): readonly [number, number] {
  const ends = [units.toObjective(mean - Z95 * sd), units.toObjective(mean + Z95 * sd)] as const;
  return ends[0] <= ends[1] ? ends : [ends[1], ends[0]];
}
