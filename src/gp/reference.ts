/**
 * Covariances of the latent function at any x with its values at a few fixed points.
 *
 * Notation: p reference points, r of them; q query points; w_p = Σ⁻¹ k_p. cov(x, p) = s·k(x, p) − k_xᵀw_p needs no solve
 * at x, and k_x is there already where the same x was predicted just before.
 */
import type { CrossChunk } from './cross-covariance.js';
import { CrossCovariance } from './cross-covariance.js';
import { addCrossGradients } from './cross-gradients.js';
import type { Conditioned } from './conditioned.js';
import { assertPoints } from './conditioned.js';

/** Covariances with their gradients in x. */
export interface CrossWithGradients {
  /** Shape (q, r). */
  readonly cross: Float64Array;
  /** Shape (q, r, d). */
  readonly gradient: Float64Array;
}

export interface Reference {
  /** Posterior means of the reference points, shape (r). */
  readonly mean: Float64Array;
  /** Their joint posterior covariance, symmetric, shape (r, r). */
  readonly covariance: Float64Array;
  /** Posterior covariances of x, shape (q, d), with the reference points, shape (q, r). */
  cross(x: Float64Array, q: number): Float64Array;
  crossWithGradients(x: Float64Array, q: number): CrossWithGradients;
}

/** @param cross - covariances of queries with the training points, shared with the posterior. */
export function createReference(
  gp: Conditioned,
  cross: CrossCovariance,
  points: Float64Array,
  r: number,
): Reference {
  const { lengthscales } = gp.hyperparameters;
  const d = lengthscales.length;
  const k = new CrossCovariance(gp).matrix(points, r);
  const half = gp.solver.halfSolve(k, r, new Float64Array(gp.n * r));
  const w = gp.solver.otherHalfSolve(half, r, new Float64Array(gp.n * r));
  const own = new CrossCovariance({
    ...gp,
    z: points.map((value, at) => value / lengthscales[at % d]),
    n: r,
  });
  return {
    mean: means(gp, k, r),
    covariance: jointCovariance(gp.n, half, own.matrix(points, r), r),
    cross(x, q) {
      assertPoints('cross', x, q, d);
      const out = new Float64Array(q * r);
      const prior = own.load(x, q, false);
      cross.load(x, q, false).forEach((chunk, c) => fillCross(gp.n, chunk, prior[c], w, r, out));
      return out;
    },
    crossWithGradients(x, q) {
      assertPoints('crossWithGradients', x, q, d);
      return crossWithGradients(gp, cross, own, w, x, q, r);
    },
  };
}

function crossWithGradients(
  gp: Conditioned,
  cross: CrossCovariance,
  own: CrossCovariance,
  w: Float64Array,
  x: Float64Array,
  q: number,
  r: number,
): CrossWithGradients {
  const d = gp.hyperparameters.lengthscales.length;
  const out = { cross: new Float64Array(q * r), gradient: new Float64Array(q * r * d) };
  const prior = own.load(x, q, true);
  cross.load(x, q, true).forEach((chunk, c) => {
    fillCross(gp.n, chunk, prior[c], w, r, out.cross);
    for (let p = 0; p < r; p++) {
      const rows = { first: chunk.first, stride: r * d, offset: p * d };
      const weights = { values: w, row: r, column: 0, at: p };
      addCrossGradients(gp, cross, chunk, weights, -1, out.gradient, rows);
      addPriorGradients(own, prior[c], p, out.gradient, rows);
    }
  });
  return out;
}

/** β + k_pᵀα, shape (r); k of shape (n, r). */
function means(gp: Conditioned, k: Float64Array, r: number): Float64Array {
  const mean = new Float64Array(r).fill(gp.beta);
  for (let i = 0, at = 0; i < gp.n; i++) {
    for (let p = 0; p < r; p++, at++) mean[p] += gp.alpha[i] * k[at];
  }
  return mean;
}

/** K_pp − (L⁻¹k_p)ᵀ(L⁻¹k_p), shape (r, r); the diagonal at least 0. */
function jointCovariance(n: number, half: Float64Array, prior: Float64Array, r: number): Float64Array {
  const covariance = prior.slice();
  for (let a = 0; a < r; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += half[i * r + a] * half[i * r + b];
      const value = prior[a * r + b] - sum;
      covariance[a * r + b] = covariance[b * r + a] = a === b && value < 0 ? 0 : value;
    }
  }
  return covariance;
}

/** out[x, p] = s·k(x, p) − Σ_i k_xi·w_ip for the chunk's columns x. */
function fillCross(
  n: number,
  chunk: CrossChunk,
  prior: CrossChunk,
  w: Float64Array,
  r: number,
  out: Float64Array,
): void {
  const { first, width, values } = chunk;
  for (let c = 0; c < width; c++) {
    const row = (first + c) * r;
    for (let p = 0; p < r; p++) out[row + p] = prior.values[p * width + c];
    for (let i = 0; i < n; i++) {
      const k = values[i * width + c];
      for (let p = 0; p < r; p++) out[row + p] -= k * w[i * r + p];
    }
  }
}

/** Adds d s·k(x, p) / dx for the chunk's columns x and reference point p. */
function addPriorGradients(
  own: CrossCovariance,
  chunk: CrossChunk,
  p: number,
  out: Float64Array,
  rows: { readonly first: number; readonly stride: number; readonly offset: number },
): void {
  const { z, lengthscales } = own;
  const d = lengthscales.length;
  for (let c = 0; c < chunk.width; c++) {
    const slope = 2 * chunk.slopes[p * chunk.width + c];
    const to = (rows.first + c) * rows.stride + rows.offset;
    for (let j = 0; j < d; j++) {
      out[to + j] += (slope / lengthscales[j]) * (own.scaled[(chunk.first + c) * d + j] - z[p * d + j]);
    }
  }
}
