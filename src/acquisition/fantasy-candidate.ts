/** What fantasies make of one point x: u, Δ_s and s²_k, in the notation of `fantasies.ts`. */
import { solveLower } from '../math/index.js';
import type { Fantasies } from './fantasies.js';
import { differenceVariance } from './noisy-expected-improvement.js';

/** Filled anew for each point. */
export interface Candidate {
  mean: number;
  /** u, shape (p). */
  readonly u: Float64Array;
  /** s² for each incumbent. */
  readonly differenceVariances: Float64Array;
  /** log EI of each fantasy, shape (S). */
  readonly logs: Float64Array;
}

export function createCandidate(fantasies: Fantasies): Candidate {
  return {
    mean: 0,
    u: new Float64Array(fantasies.pending),
    differenceVariances: new Float64Array(fantasies.incumbents.length),
    logs: new Float64Array(fantasies.count),
  };
}

/** Sets all of the candidate but its logs. */
export function fillCandidate(
  candidate: Candidate,
  fantasies: Fantasies,
  mean: number,
  variance: number,
  cross: Float64Array,
  row: number,
): void {
  const { u, differenceVariances } = candidate;
  const { pending: p, r } = fantasies;
  candidate.mean = mean;
  for (let i = 0; i < p; i++) u[i] = cross[(row + 1) * r - p + i];
  solveLower(fantasies.L, p, u, u);
  const own = Math.max(0, variance - dotAt(u, u, 0));
  fantasies.incumbents.forEach((incumbent, k) => {
    const before = incumbent.row < 0 ? 0 : cross[row * r + incumbent.row];
    const c = before - dotAt(u, incumbent.weights, 0);
    differenceVariances[k] = differenceVariance(own, incumbent.variance, c);
  });
}

/** Δ_s. */
export function improvementOf(candidate: Candidate, fantasies: Fantasies, s: number): number {
  const shift = dotAt(candidate.u, fantasies.normals, s * fantasies.pending);
  return candidate.mean + shift - fantasies.incumbentMean[s];
}

/** u·v[start…]. */
function dotAt(u: Float64Array, v: Float64Array, start: number): number {
  let s = 0;
  for (let i = 0; i < u.length; i++) s += u[i] * v[start + i];
  return s;
}
