/**
 * Gradients of the pending log expected improvement, pulled back from Δ_s and s²_k to what the posterior gives.
 *
 * With w_s = EI_s/Σ EI and the partials of log EI_s: a = Σ w_s ∂Δ_s, β = Σ w_s ∂Δ_s ζ_s, e_k = Σ w_s ∂s²_k over the
 * fantasies of incumbent k, e = Σ e_k. Then
 *   d value = a dm + e dv - 2 Σ e_k dc(x, k) + (L⁻ᵀ(β - 2 e u + 2 Σ e_k W_k))·dc(P, x).
 */
import { logSumExp, solveUpper } from '../math/index.js';
import type { ValuesWithGradients } from './acquisition.js';
import type { Fantasies } from './fantasies.js';
import type { Candidate } from './fantasy-candidate.js';
import { createCandidate, fillCandidate, improvementOf } from './fantasy-candidate.js';

import { logImprovement, logImprovementWithPartials } from './improvement.js';
import type { Partials } from './of-moments.js';
import type { Posterior } from './posterior.js';

/** Partial derivatives of the value: in m(x), in u through Δ, and in s² of each incumbent. */
interface Sensitivity {
  mean: number;
  readonly u: Float64Array;
  readonly differenceVariances: Float64Array;
}

/** Values and gradients of `pendingLogExpectedImprovement`. */
export function pendingWithGradients(
  posterior: Posterior,
  fantasies: Fantasies,
  x: Float64Array,
  q: number,
): ValuesWithGradients {
  const d = posterior.dimension;
  const prediction = posterior.predictWithGradients(x, q);
  const { cross, gradient } = fantasies.reference.crossWithGradients(x, q);
  const candidate = createCandidate(fantasies);
  const sensitivity: Sensitivity = {
    mean: 0,
    u: new Float64Array(fantasies.pending),
    differenceVariances: new Float64Array(fantasies.incumbents.length),
  };
  const values = new Float64Array(q);
  const gradients = new Float64Array(q * d);
  const pull = new Float64Array(fantasies.r);
  for (let i = 0; i < q; i++) {
    fillCandidate(candidate, fantasies, prediction.mean[i], prediction.variance[i], cross, i);
    values[i] = differentiate(candidate, fantasies, sensitivity);
    const ofVariance = pullBack(candidate, fantasies, sensitivity, pull);
    for (let k = 0; k < d; k++) {
      const at = i * d + k;
      let slope =
        sensitivity.mean * prediction.meanGradient[at] + ofVariance * prediction.varianceGradient[at];
      for (let j = 0; j < fantasies.r; j++) slope += pull[j] * gradient[(i * fantasies.r + j) * d + k];
      gradients[at] = slope;
    }
  }
  return { values, gradients };
}

/** Fills logs and sensitivity; returns the value. Where that is -Infinity the sensitivity is 0. */
function differentiate(candidate: Candidate, fantasies: Fantasies, sensitivity: Sensitivity): number {
  const { logs, differenceVariances } = candidate;
  const { count, pending: p, normals, incumbentOf } = fantasies;
  sensitivity.mean = 0;
  sensitivity.u.fill(0);
  sensitivity.differenceVariances.fill(0);
  const partials: Partials = { mean: 0, variance: 0 };
  for (let s = 0; s < count; s++) {
    const s2 = differenceVariances[incumbentOf[s]];
    logs[s] = logImprovement(improvementOf(candidate, fantasies, s), s2);
  }
  const total = logSumExp(logs);
  for (let s = 0; s < count; s++) {
    const weight = Math.exp(logs[s] - total);
    if (!(weight > 0)) continue;
    const k = incumbentOf[s];
    logImprovementWithPartials(improvementOf(candidate, fantasies, s), differenceVariances[k], partials);
    const slope = weight * partials.mean;
    sensitivity.mean += slope;
    for (let i = 0; i < p; i++) sensitivity.u[i] += slope * normals[s * p + i];
    sensitivity.differenceVariances[k] += weight * partials.variance;
  }
  return total - Math.log(count);
}

/** Writes the derivative in each reference covariance to `pull`, shape (r); returns e, the one in v(x). */
function pullBack(
  candidate: Candidate,
  fantasies: Fantasies,
  sensitivity: Sensitivity,
  pull: Float64Array,
): number {
  const { incumbents, pending: p, r, L } = fantasies;
  const beta = sensitivity.u;
  let e = 0;
  pull.fill(0);
  incumbents.forEach(({ row, weights }, k) => {
    const ek = sensitivity.differenceVariances[k];
    e += ek;
    if (row >= 0) pull[row] = -2 * ek;
    for (let i = 0; i < p; i++) beta[i] += 2 * ek * weights[i];
  });
  for (let i = 0; i < p; i++) beta[i] -= 2 * e * candidate.u[i];
  pull.set(solveUpper(L, p, beta, beta), r - p);
  return e;
}
