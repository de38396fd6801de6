/**
 * Expected improvement over a given best value, and its logarithm: for functions observed without noise, or with the
 * best observation as a rough incumbent.
 *
 * EI(x) = E[max(0, f(x) - y⁺)] = s h(z), z = (m - y⁺)/s; m, s² posterior mean and variance, y⁺ the best observed.
 * Sources: Jones, Schonlau and Welch 1998, eq. 15; Ament et al. 2023, arXiv:2310.20708.
 */
import { BoSearchError } from '../errors.js';
import type { Acquisition } from './acquisition.js';
import { exponentialOf } from './exponential.js';
import { logImprovement, logImprovementWithPartials } from './improvement.js';
import { acquisitionOfMoments } from './of-moments.js';
import type { Posterior } from './posterior.js';

export interface ImprovementOptions {
  /** y⁺: the value to improve on, in the posterior's units. */
  readonly best: number;
}

/**
 * Expected improvement. At variance 0 it is max(0, m - y⁺).
 * @throws BoSearchError E_ARGUMENT if `best` is not finite.
 */
export function expectedImprovement(posterior: Posterior, options: ImprovementOptions): Acquisition {
  return exponentialOf(logExpectedImprovement(posterior, options), 'ei');
}

/**
 * log of the expected improvement; finite wherever the variance is positive, however small the improvement.
 * At variance 0 it is log max(0, m - y⁺), with gradient 0 where that is -Infinity.
 * @throws BoSearchError E_ARGUMENT if `best` is not finite.
 */
export function logExpectedImprovement(posterior: Posterior, options: ImprovementOptions): Acquisition {
  const { best } = options;
  if (!Number.isFinite(best)) {
    throw new BoSearchError('E_ARGUMENT', `expectedImprovement: best must be finite, got ${best}`);
  }
  return acquisitionOfMoments(posterior, {
    name: 'log-ei',
    scale: 'log',
    value: (mean, variance) => logImprovement(mean - best, variance),
    valueWithPartials: (mean, variance, out) => logImprovementWithPartials(mean - best, variance, out),
  });
}
