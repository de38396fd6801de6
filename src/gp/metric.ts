/**
 * The metric: Euclidean distance after each coordinate was divided by its own lengthscale (automatic relevance).
 *
 * Notation: n points, d dimensions, l lengthscales (d), z = x / l.
 */

/** x / l row by row, shape (n, d); `out` may be given to spare the allocation. */
export function scaleInputs(
  x: Float64Array,
  n: number,
  lengthscales: Float64Array,
  out: Float64Array = new Float64Array(n * lengthscales.length),
): Float64Array {
  const d = lengthscales.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) out[i * d + j] = x[i * d + j] / lengthscales[j];
  }
  return out;
}

/** |a_i − b_j|² of row i of a and row j of b, both scaled and d wide. */
export function squaredDistance(a: Float64Array, i: number, b: Float64Array, j: number, d: number): number {
  let sum = 0;
  for (let k = 0, p = i * d, q = j * d; k < d; k++, p++, q++) {
    const difference = a[p] - b[q];
    sum += difference * difference;
  }
  return sum;
}
