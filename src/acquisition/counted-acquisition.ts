/** An acquisition that counts the points it is evaluated at: the budget of a maximiser is such a count. */
import type { Acquisition, ValuesWithGradients } from './acquisition.js';

/** Points evaluated at a time: so many rows of covariances stay in the processor's cache. */
const CHUNK = 128;

/** A budget in evaluations of one point, and what is used of it. A gradient counts no extra. */
export interface Budget {
  readonly total: number;
  used: number;
}

export function left(budget: Budget): number {
  return budget.total - budget.used;
}

/** Values at x, shape (q, d), in chunks. */
export function countedValues(acquisition: Acquisition, budget: Budget, x: Float64Array): Float64Array {
  const d = acquisition.dimension;
  const q = x.length / d;
  const values = new Float64Array(q);
  for (let from = 0; from < q; from += CHUNK) {
    const to = Math.min(q, from + CHUNK);
    values.set(acquisition.values(x.subarray(from * d, to * d), to - from), from);
  }
  budget.used += q;
  return values;
}

export function countedGradients(
  acquisition: Acquisition,
  budget: Budget,
  x: Float64Array,
  q: number,
): ValuesWithGradients {
  budget.used += q;
  return acquisition.valuesWithGradients(x, q);
}
