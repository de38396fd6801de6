/** A point that was not tried, where the acquisition is greatest among a fixed number of random ones. */
import type { Acquisition } from '../../../acquisition/index.js';
import type { RandomStream } from '../../../math/index.js';
import { isNearAny } from './near-duplicates.js';

const AROUND = 128;
const ANYWHERE = 128;

export interface FreshPoint {
  readonly x: Float64Array;
  /** Points compared. */
  readonly looked: number;
}

/**
 * The best of 128 Gaussian steps from the centres and 128 uniform points, those near known points left out. If that
 * leaves none (a cube full of known points), the last uniform point.
 */
export function freshPoint(
  acquisition: Acquisition,
  centres: Float64Array,
  localSd: Float64Array,
  known: Float64Array,
  lengthscales: Float64Array,
  stream: RandomStream,
): FreshPoint {
  const d = lengthscales.length;
  const points = new Float64Array((AROUND + ANYWHERE) * d);
  for (let at = 0; at < AROUND * d; at++) {
    const step = localSd[at % d] * stream.normal();
    points[at] = Math.min(1, Math.max(0, centres[at % centres.length] + step));
  }
  stream.fillUniform(points.subarray(AROUND * d));
  const values = acquisition.values(points, AROUND + ANYWHERE);
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (isNearAny(points.subarray(i * d, (i + 1) * d), known, lengthscales)) continue;
    if (best < 0 || values[i] > values[best] || Number.isNaN(values[best])) best = i;
  }
  const chosen = best < 0 ? AROUND + ANYWHERE - 1 : best;
  return { x: points.slice(chosen * d, (chosen + 1) * d), looked: AROUND + ANYWHERE };
}
