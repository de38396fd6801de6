/** Whether a point is one that was tried, in units of the model's lengthscales. */

/** Nearer than this share of a lengthscale in every coordinate is the same point to the model. */
export const NEAR = 1e-3;

/**
 * Whether max_j |x_j − p_j| / l_j < 1e-3 for one of the points p.
 * @param points - shape (m, d).
 * @param lengthscales - shape (d).
 */
export function isNearAny(x: Float64Array, points: Float64Array, lengthscales: Float64Array): boolean {
  const d = lengthscales.length;
  for (let row = 0; row < points.length; row += d) {
    let j = 0;
    while (j < d && Math.abs(x[j] - points[row + j]) < NEAR * lengthscales[j]) j++;
    if (j === d) return true;
  }
  return false;
}
