/**
 * Gradients in x of weighted sums of covariances with the training points.
 *
 * Notation: n training points, width query points (columns of a chunk), d dimensions, z = x / l, s output scale:
 * d/dx_j Σ_i c_i·s·k(r_i) = 2/l_j Σ_i c_i·(s·dk_i/d(r²))·(z_xj − z_ij).
 */
import type { CrossChunk, CrossCovariance } from './cross-covariance.js';
import type { Conditioned } from './conditioned.js';

/** Weights c: that of training point i and column c stands at `at + i·row + c·column`. */
export interface Weights {
  readonly values: Float64Array;
  readonly row: number;
  readonly column: number;
  readonly at: number;
}

/** Where a query's gradient goes: that of query p stands at p·stride (+ offset). */
export interface GradientRows {
  readonly first: number;
  readonly stride: number;
  readonly offset?: number;
}

/** Adds factor times the gradients of the weighted sums of a chunk's columns to `out`. */
export function addCrossGradients(
  gp: Conditioned,
  cross: CrossCovariance,
  chunk: CrossChunk,
  weights: Weights,
  factor: number,
  out: Float64Array,
  rows: GradientRows,
): void {
  const { lengthscales } = gp.hyperparameters;
  const d = lengthscales.length;
  const { width, slopes } = chunk;
  const sums = new Float64Array(width * d);
  for (let i = 0, at = 0; i < gp.n; i++) {
    for (let c = 0; c < width; c++, at++) {
      const h = slopes[at] * weights.values[weights.at + i * weights.row + c * weights.column];
      addScaledDifference(sums, c * d, h, cross.scaled, (chunk.first + c) * d, gp.z, i * d, d);
    }
  }
  for (let c = 0; c < width; c++) {
    const to = (rows.first + c) * rows.stride + (rows.offset ?? 0);
    for (let j = 0; j < d; j++) out[to + j] += ((2 * factor) / lengthscales[j]) * sums[c * d + j];
  }
}

/** sums += h·(a − b) over d entries. */
function addScaledDifference(
  sums: Float64Array,
  to: number,
  h: number,
  a: Float64Array,
  from: number,
  b: Float64Array,
  row: number,
  d: number,
): void {
  for (let j = 0; j < d; j++) sums[to + j] += h * (a[from + j] - b[row + j]);
}
