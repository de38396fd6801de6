/**
 * The upper confidence bound: a point is worth what it may well turn out to be.
 *
 * UCB(x) = m + √β s; m, s² posterior mean and variance. ∂UCB/∂s² = √β/(2 s).
 * Source: Srinivas, Krause, Kakade and Seeger 2010, "Gaussian process optimization in the bandit setting",
 * arXiv:0912.3995, eq. 6. Their β_t grows with log t for a regret bound, and is far too careful in practice.
 */
import { BoSearchError } from '../errors.js';
import type { Acquisition } from './acquisition.js';
import { acquisitionOfMoments } from './of-moments.js';
import type { Posterior } from './posterior.js';

/** √β = 1.8, what Google Vizier's Gaussian-process bandit uses (Song et al. 2024, arXiv:2408.11527). */
export const DEFAULT_BETA = 3.24;

export interface ConfidenceBoundOptions {
  /** β: squared number of standard deviations above the mean, finite and at least 0. Default 3.24. */
  readonly beta?: number;
}

/**
 * m + √β s. At variance 0 it is m, with the gradient of m.
 * @throws BoSearchError E_ARGUMENT if β is negative or not finite.
 */
export function upperConfidenceBound(
  posterior: Posterior,
  options: ConfidenceBoundOptions = {},
): Acquisition {
  const { beta = DEFAULT_BETA } = options;
  if (!(beta >= 0 && beta < Number.POSITIVE_INFINITY)) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `upperConfidenceBound: beta must be finite and at least 0, got ${beta}`,
    );
  }
  const c = Math.sqrt(beta);
  return acquisitionOfMoments(posterior, {
    name: 'ucb',
    scale: 'linear',
    value: (mean, variance) => mean + c * Math.sqrt(variance),
    valueWithPartials(mean, variance, out) {
      const s = Math.sqrt(variance);
      out.mean = 1;
      out.variance = s > 0 ? c / (2 * s) : 0;
      return mean + c * s;
    },
  });
}
