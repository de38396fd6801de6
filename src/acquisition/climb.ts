/**
 * Local ascent of an acquisition from many starts in lock-step.
 *
 * The search runs in t = x/l, coordinates in lengthscales, where the acquisition is about as curved in each; a bound
 * of the cube that is reached in t is exactly 0 or 1 in x.
 */
import type { BatchValueAndGradient, MinimizeResult } from '../math/index.js';
import { minimizeBoundedBatch } from '../math/index.js';
import type { Acquisition } from './acquisition.js';
import type { Budget } from './counted-acquisition.js';
import { countedGradients } from './counted-acquisition.js';

/** A step that gains less than this share of the value ends a climb. */
const FUNCTION_TOLERANCE = 1e-6;
/** A climb ends where the projected slope, in units of value per lengthscale, is at most this. */
const GRADIENT_TOLERANCE = 1e-4;
const MEMORY = 10;

export interface ClimbLimits {
  readonly maxIterations: number;
  /** Evaluations of each start. */
  readonly maxEvaluations: number;
  /** A difference of values that matters: the acquisition is divided by it. */
  readonly unit: number;
}

/** Where the climbs ended: `x` in the cube and `value` of the acquisition. */
export interface Climb {
  readonly x: Float64Array;
  readonly value: number;
  readonly stop: MinimizeResult['stop'];
}

/**
 * Climbs from each start.
 * @param starts - shape (q, d), in the unit cube.
 * @param scales - lengthscales l, shape (d).
 */
export function climb(
  acquisition: Acquisition,
  budget: Budget,
  starts: Float64Array,
  scales: Float64Array,
  limits: ClimbLimits,
): Climb[] {
  const d = acquisition.dimension;
  const q = starts.length / d;
  const upper = scales.map((l) => 1 / l);
  const results = minimizeBoundedBatch(
    negated(acquisition, budget, q, scales, upper, limits.unit),
    starts.map((x, k) => x / scales[k % d]),
    q,
    {
      lower: new Float64Array(d),
      upper,
      maxIterations: limits.maxIterations,
      maxEvaluations: limits.maxEvaluations,
      gradientTolerance: GRADIENT_TOLERANCE,
      functionTolerance: FUNCTION_TOLERANCE,
      memory: MEMORY,
    },
  );
  return results.map(({ x: t, value, stop }) => {
    const x = new Float64Array(d);
    toCube(t, 0, scales, upper, x, 0);
    return { x, value: -value * limits.unit, stop };
  });
}

/** The function that is minimised: minus the acquisition in its unit, over t. */
function negated(
  acquisition: Acquisition,
  budget: Budget,
  q: number,
  scales: Float64Array,
  upper: Float64Array,
  unit: number,
): BatchValueAndGradient {
  const d = acquisition.dimension;
  const x = new Float64Array(q * d);
  return (t, active, gradient, value) => {
    for (let k = 0; k < active.length; k++) toCube(t, active[k] * d, scales, upper, x, k * d);
    const batch = x.subarray(0, active.length * d);
    const { values, gradients } = countedGradients(acquisition, budget, batch, active.length);
    for (let k = 0; k < active.length; k++) {
      const row = active[k];
      value[row] = -values[k] / unit;
      for (let j = 0; j < d; j++) gradient[row * d + j] = (-gradients[k * d + j] * scales[j]) / unit;
    }
  };
}

function toCube(
  t: Float64Array,
  from: number,
  scales: Float64Array,
  upper: Float64Array,
  x: Float64Array,
  to: number,
): void {
  for (let j = 0; j < scales.length; j++) {
    x[to + j] = t[from + j] === upper[j] ? 1 : Math.min(1, t[from + j] * scales[j]);
  }
}
