/**
 * Log expected improvement of a normal difference, with its partial derivatives.
 *
 * Notation: Δ mean and s² variance of the improvement f(x) - reference, z = Δ/s, EI = s h(z), g = d log h/dz:
 * ∂ log EI/∂Δ = g/s and ∂ log EI/∂s² = (1 - z g)/(2 s²).
 */
import type { Partials } from './of-moments.js';
import { standardLogEi, standardLogEiSlope } from './standard-log-ei.js';

/**
 * log E[max(0, Δ + s X)].
 * At s² = 0 (or below) it is the limit log max(0, Δ), which is -Infinity where nothing can be gained.
 */
export function logImprovement(delta: number, variance: number): number {
  if (variance <= 0) return Math.log(Math.max(0, delta));
  const s = Math.sqrt(variance);
  return Math.log(s) + standardLogEi(delta / s);
}

/**
 * As `logImprovement`, with partial derivatives. They are finite: at s² = 0 the one in s² is 0, and both are 0 where
 * the value is -Infinity.
 */
export function logImprovementWithPartials(delta: number, variance: number, out: Partials): number {
  out.mean = 0;
  out.variance = 0;
  if (variance <= 0) {
    if (delta > 0) out.mean = 1 / delta;
    return Math.log(Math.max(0, delta));
  }
  const s = Math.sqrt(variance);
  const z = delta / s;
  const value = Math.log(s) + standardLogEi(z);
  if (value === Number.NEGATIVE_INFINITY) return value;
  const slope = standardLogEiSlope(z);
  out.mean = slope / s;
  out.variance = (1 - z * slope) / (2 * variance);
  return value;
}
