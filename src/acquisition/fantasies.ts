/**
 * What pending trials may bring: joint samples of their observations, and the incumbent each sample would leave.
 *
 * Notation: P the p pending points, B the b candidates for the incumbent, R = B ∪ P; y_P = m_P + L ζ with
 * L Lᵀ = C_PP + Σ (posterior covariance and noise) and ζ ~ N(0, I). Given y_P, with W = L⁻¹ C_PR and u = L⁻¹ c(P, x):
 *   m'(x) = m(x) + u·ζ,   c'(x, k) = c(x, k) - u·W_k,   v'(x) = v(x) - |u|².
 * The incumbent of a sample is the point of R of greatest m', or the best outcome, observed or sampled. ζ is a scrambled
 * Sobol sample, one row a fantasy.
 */
import type { RandomStream } from '../math/index.js';
import {
  cholesky,
  MAX_SOBOL_DIMENSIONS,
  normalQuantile,
  sobolPoints,
  solveLowerMany,
} from '../math/index.js';
import { concatenate, indexOfGreatest, pickPoints } from './points.js';
import type { Posterior, Reference } from './posterior.js';

/** An incumbent that at least one fantasy has, with its posterior after the pending observations. */
export interface FantasyIncumbent {
  /** Its row among the reference points; −1 for an outcome, which is known and varies with nothing. */
  readonly row: number;
  /** v'(x*). */
  readonly variance: number;
  /** W_k, shape (p). */
  readonly weights: Float64Array;
}

/** Everything of the fantasies that does not depend on x. */
export interface Fantasies {
  /** S. */
  readonly count: number;
  /** p. */
  readonly pending: number;
  /** ζ, shape (S, p). */
  readonly normals: Float64Array;
  /** Factor L of the pending observations' covariance, shape (p, p). */
  readonly L: Float64Array;
  /** The incumbents that occur, then the pending points: r rows. */
  readonly reference: Reference;
  readonly r: number;
  readonly incumbents: readonly FantasyIncumbent[];
  /** Index into `incumbents` for each fantasy, shape (S). */
  readonly incumbentOf: Int32Array;
  /** m'(x*) of each fantasy, shape (S). */
  readonly incumbentMean: Float64Array;
}

export interface FantasySettings {
  readonly posterior: Posterior;
  /** B, shape (b, d). */
  readonly candidates: Float64Array;
  readonly b: number;
  /** P, shape (p, d). */
  readonly pending: Float64Array;
  readonly p: number;
  /** Diagonal of Σ, shape (p). */
  readonly noiseVariance: Float64Array;
  /** S. */
  readonly count: number;
  readonly stream: RandomStream;
}

export function createFantasies(settings: FantasySettings): Fantasies {
  const { posterior, b, p, count, stream } = settings;
  const d = posterior.dimension;
  const points = concatenate(settings.candidates, settings.pending);
  const all = posterior.reference(points, b + p);
  const { L, W } = condition(all, b, p, settings.noiseVariance);
  const normals = standardNormals(count, p, stream);
  const { best, bestMean } = chooseIncumbents(all.mean, W, b + p, p, normals, count);
  const rows = [...new Set(best)].sort((i, j) => i - j);
  const chosen = concatenate(pickPoints(points, rows, d), settings.pending);
  const incumbents = rows.map((k, row) => {
    const weights = column(W, b + p, p, k);
    return { row, variance: Math.max(0, all.covariance[k * (b + p + 1)] - squaredNorm(weights)), weights };
  });
  return {
    count,
    pending: p,
    normals,
    L,
    reference: posterior.reference(chosen, rows.length + p),
    r: rows.length + p,
    incumbents,
    incumbentOf: best.map((k) => rows.indexOf(k)),
    incumbentMean: bestMean,
  };
}

/** What the fantasies over the best outcome are made of: no candidates, but the best observed outcome. */
export interface OutcomeFantasySettings extends Omit<FantasySettings, 'candidates' | 'b'> {
  /** Best outcome observed. */
  readonly best: number;
  /** How many of the pending points, from the first, will have an outcome that may be better. */
  readonly competing: number;
}

/** Fantasies whose incumbent is the best outcome: of those observed and, in each sample, of those that pend. */
export function createOutcomeFantasies(settings: OutcomeFantasySettings): Fantasies {
  const { posterior, pending, p, count, best, competing } = settings;
  const reference = posterior.reference(pending, p);
  const { L } = condition(reference, 0, p, settings.noiseVariance);
  const normals = standardNormals(count, p, settings.stream);
  const incumbentMean = new Float64Array(count);
  for (let s = 0; s < count; s++) {
    let greatest = best;
    for (let i = 0; i < competing; i++) {
      let y = reference.mean[i];
      for (let j = 0; j <= i; j++) y += L[i * p + j] * normals[s * p + j];
      if (y > greatest) greatest = y;
    }
    incumbentMean[s] = greatest;
  }
  return {
    count,
    pending: p,
    normals,
    L,
    reference,
    r: p,
    incumbents: [{ row: -1, variance: 0, weights: new Float64Array(p) }],
    incumbentOf: new Int32Array(count),
    incumbentMean,
  };
}

/** L and W = L⁻¹ C_PR, shape (p, b + p); P are the last p of the reference points. */
function condition(
  reference: Reference,
  b: number,
  p: number,
  noiseVariance: Float64Array,
): { L: Float64Array; W: Float64Array } {
  const r = b + p;
  const C = reference.covariance;
  const A = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) A[i * p + j] = C[(b + i) * r + b + j] + (i === j ? noiseVariance[i] : 0);
  }
  const { L } = cholesky(A, p);
  return { L, W: solveLowerMany(L, p, C.slice(b * r), r) };
}

/** ζ, shape (S, p): Sobol points through Φ⁻¹; beyond 128 pending points plain normals. */
function standardNormals(count: number, p: number, stream: RandomStream): Float64Array {
  if (p <= MAX_SOBOL_DIMENSIONS) return sobolPoints(count, p, { scramble: stream }).map(normalQuantile);
  const normals = new Float64Array(count * p);
  stream.fillNormal(normals);
  return normals;
}

/** For each fantasy the reference point of greatest m', and that mean. */
function chooseIncumbents(
  mean: Float64Array,
  W: Float64Array,
  r: number,
  p: number,
  normals: Float64Array,
  count: number,
): { best: Int32Array; bestMean: Float64Array } {
  const best = new Int32Array(count);
  const bestMean = new Float64Array(count);
  const shifted = new Float64Array(r);
  for (let s = 0; s < count; s++) {
    shifted.set(mean);
    for (let i = 0; i < p; i++) {
      const zeta = normals[s * p + i];
      for (let k = 0; k < r; k++) shifted[k] += W[i * r + k] * zeta;
    }
    best[s] = indexOfGreatest(shifted);
    bestMean[s] = shifted[best[s]];
  }
  return { best, bestMean };
}

function column(W: Float64Array, r: number, p: number, k: number): Float64Array {
  return Float64Array.from({ length: p }, (_, i) => W[i * r + k]);
}

function squaredNorm(v: Float64Array): number {
  return v.reduce((s, c) => s + c * c, 0);
}
