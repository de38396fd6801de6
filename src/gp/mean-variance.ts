/**
 * What a posterior leaves out by taking the constant mean for known: the universal-kriging term.
 *
 * Notation: Σ training covariance with noise, k_x covariances of x with the training points, 1 the vector of ones, v
 * prior variance of β (Infinity for none).
 * Source: Rasmussen and Williams 2006, eq. 2.42, for the one basis function h = 1; with v = Infinity it is the term of
 * Cressie 1993, Statistics for Spatial Data, eq. 3.4.7 (ordinary kriging).
 */
import type { Conditioned } from './conditioned.js';
import { assertPoints } from './conditioned.js';
import { CrossCovariance } from './cross-covariance.js';
import type { MeanModel } from './mean.js';

/** (1 − 1ᵀΣ⁻¹k_x)² / (1ᵀΣ⁻¹1 + 1/v) at x (q, d), shape (q); 0 for a zero mean, v without data. */
export function meanVariance(gp: Conditioned, mean: MeanModel, x: Float64Array, q: number): Float64Array {
  assertPoints('meanVariance', x, q, gp.hyperparameters.lengthscales.length);
  const out = new Float64Array(q);
  if (mean.kind === 'zero') return out;
  const { n, solver } = gp;
  const weights = solver.solve(new Float64Array(n).fill(1));
  const information = weights.reduce((sum, w) => sum + w, 1 / mean.variance);
  const k = new CrossCovariance(gp).matrix(x, q);
  for (let c = 0; c < q; c++) {
    let left = 1;
    for (let i = 0; i < n; i++) left -= weights[i] * k[i * q + c];
    out[c] = (left * left) / information;
  }
  return out;
}
