/**
 * The fence against bad tails: how bad a bad outcome is beyond some point says nothing of where the best is, but would
 * set the scale of everything else.
 *
 * Source: Tukey 1977, Exploratory Data Analysis, section 2D (fences at quartiles and interquartile ranges).
 */

/** Fewer outcomes than this have no quartiles to speak of. */
const LEAST = 5;

/**
 * Lower quartile minus `ranges` interquartile ranges of y (to be maximised); −Infinity where there are fewer than 5
 * outcomes, or the quartiles coincide.
 */
export function lowerFence(y: Float64Array, ranges: number): number {
  if (y.length < LEAST) return -Infinity;
  const sorted = y.toSorted();
  const low = quantile(sorted, 0.25);
  const high = quantile(sorted, 0.75);
  const fence = low - ranges * (high - low);
  return high > low && Number.isFinite(fence) ? fence : -Infinity;
}

/** y with what lies below the fence put on it. */
export function fenced(y: Float64Array, fence: number): Float64Array {
  return fence === -Infinity ? y : y.map((value) => Math.max(value, fence));
}

/** Linear between order statistics. */
function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  // Not a + t (b − a): the difference of two huge numbers of opposite signs overflows.
  return sorted[below] * (below + 1 - at) + sorted[above] * (at - below);
}
