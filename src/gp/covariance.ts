/**
 * Covariances of points from a profile and the scaled inputs; the kernel defines one pair, this builds the matrices.
 *
 * Notation: n points, z scaled inputs (n, d), s output scale (variance of the process), k profile.
 */
import type { Profile } from './kernels/profile.js';
import { squaredDistance } from './metric.js';

/**
 * K_ij = s·k(|z_i − z_j|), shape (n, n), both triangles.
 * @param slopes - if given, s·dk/d(r²) of each pair is left in its lower triangle, shape (n, n).
 */
export function covarianceMatrix(
  profile: Profile,
  z: Float64Array,
  n: number,
  d: number,
  outputScale: number,
  out: Float64Array = new Float64Array(n * n),
  slopes?: Float64Array,
): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const r = Math.sqrt(squaredDistance(z, i, z, j, d));
      const k = profile.correlation(r);
      out[i * n + j] = out[j * n + i] = outputScale * k;
      if (slopes !== undefined) slopes[i * n + j] = outputScale * profile.slope(r, k);
    }
    out[i * n + i] = outputScale;
  }
  return out;
}

/** Covariances of row `i` of z with the rows before it, shape (i): the same numbers as in `covarianceMatrix`. */
export function covarianceRow(
  profile: Profile,
  z: Float64Array,
  i: number,
  d: number,
  outputScale: number,
  out: Float64Array,
): void {
  for (let j = 0; j < i; j++) {
    out[j] = outputScale * profile.correlation(Math.sqrt(squaredDistance(z, i, z, j, d)));
  }
}
