/**
 * Expected improvement over a given best value, and its logarithm: for functions observed without noise, or with the
 * best observation as a rough incumbent.
 *
 * EI(x) = E[max(0, f(x) - y⁺)] = s h(z), z = (m - y⁺)/s; m, s² posterior mean and variance, y⁺ the best observed.
 * Sources: Jones, Schonlau and Welch 1998, eq. 15; Ament et al. 2023, arXiv:2310.20708.
 */
import { BoSearchError } from '../errors.js';
import type { Acquisition, ValuesWithGradients } from './acquisition.js';
import { exponential } from './exponential.js';
import type { Partials } from './improvement.js';
import { logImprovement, logImprovementWithPartials } from './improvement.js';
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
  const log = logExpectedImprovement(posterior, options);
  return {
    name: 'ei',
    dimension: posterior.dimension,
    scale: 'linear',
    values: (x, q) => log.values(x, q).map(Math.exp),
    valuesWithGradients: (x, q) => exponential(log.valuesWithGradients(x, q), q),
  };
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
  return {
    name: 'log-ei',
    dimension: posterior.dimension,
    scale: 'log',
    values(x, q) {
      const { mean, variance } = posterior.predict(x, q);
      return mean.map((m, i) => logImprovement(m - best, variance[i]));
    },
    valuesWithGradients: (x, q) => logEiWithGradients(posterior, best, x, q),
  };
}

function logEiWithGradients(
  posterior: Posterior,
  best: number,
  x: Float64Array,
  q: number,
): ValuesWithGradients {
  const d = posterior.dimension;
  const { mean, variance, meanGradient, varianceGradient } = posterior.predictWithGradients(x, q);
  const values = new Float64Array(q);
  const gradients = new Float64Array(q * d);
  const partials: Partials = { delta: 0, variance: 0 };
  for (let i = 0; i < q; i++) {
    values[i] = logImprovementWithPartials(mean[i] - best, variance[i], partials);
    for (let k = i * d; k < (i + 1) * d; k++) {
      gradients[k] = partials.delta * meanGradient[k] + partials.variance * varianceGradient[k];
    }
  }
  return { values, gradients };
}
