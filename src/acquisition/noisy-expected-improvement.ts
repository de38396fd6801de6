/**
 * Log expected improvement over the incumbent's latent value, which is itself uncertain: the noise-corrected form.
 *
 * Notation: x* the incumbent, the candidate of greatest posterior mean; Δ = m(x) - m(x*), and
 * s² = v(x) + v(x*) - 2 c(x, x*), the posterior variance of f(x) - f(x*).
 * Source: Zhou, Ma and Blaschko 2023, "A corrected expected improvement acquisition function under noisy observations",
 * arXiv:2310.05166.
 */
import type { Acquisition, ValuesWithGradients } from './acquisition.js';

import { logImprovement, logImprovementWithPartials } from './improvement.js';
import type { Partials } from './of-moments.js';
import { countPoints, indexOfGreatest, pickPoints } from './points.js';
import type { Posterior, Reference } from './posterior.js';

/** s² at or below this share of v(x) + v(x*) is rounding: x and x* are taken for the same point, s for 0. */
export const SAME_POINT = 1e-10;

export interface NoisyImprovementOptions {
  /** Candidates for the incumbent, shape (b, d), b at least 1: the observed points, or the best few of them. */
  readonly incumbents: Float64Array;
}

/**
 * log E[max(0, f(x) - f(x*))] under the joint posterior.
 *
 * Where s² is not above `SAME_POINT`·(v(x) + v(x*)), s counts as 0: the value is log max(0, Δ), so -Infinity at x*
 * itself, and the gradient is finite.
 * @throws ShapeError if `incumbents` does not hold whole points; BoSearchError E_ARGUMENT if it holds none.
 */
export function noisyLogExpectedImprovement(
  posterior: Posterior,
  options: NoisyImprovementOptions,
): Acquisition {
  const d = posterior.dimension;
  const b = countPoints('noisyLogExpectedImprovement: incumbents', options.incumbents, d);
  const { mean } = posterior.predict(options.incumbents, b);
  const best = indexOfGreatest(mean);
  const reference = posterior.reference(pickPoints(options.incumbents, [best], d), 1);
  return {
    name: 'noisy-log-ei',
    dimension: d,
    scale: 'log',
    values: (x, q) => correctedValues(posterior, reference, x, q),
    valuesWithGradients: (x, q) => correctedWithGradients(posterior, reference, x, q),
  };
}

/** s² from its three parts, 0 where it is rounding. */
export function differenceVariance(own: number, incumbent: number, covariance: number): number {
  const s2 = own + incumbent - 2 * covariance;
  return s2 > SAME_POINT * (own + incumbent) ? s2 : 0;
}

function correctedValues(
  posterior: Posterior,
  reference: Reference,
  x: Float64Array,
  q: number,
): Float64Array {
  const { mean, variance } = posterior.predict(x, q);
  const cross = reference.cross(x, q);
  const [bestMean, bestVariance] = [reference.mean[0], reference.covariance[0]];
  const values = new Float64Array(q);
  for (let i = 0; i < q; i++) {
    const s2 = differenceVariance(variance[i], bestVariance, cross[i]);
    values[i] = logImprovement(mean[i] - bestMean, s2);
  }
  return values;
}

function correctedWithGradients(
  posterior: Posterior,
  reference: Reference,
  x: Float64Array,
  q: number,
): ValuesWithGradients {
  const d = posterior.dimension;
  const { mean, variance, meanGradient, varianceGradient } = posterior.predictWithGradients(x, q);
  const { cross, gradient } = reference.crossWithGradients(x, q);
  const [bestMean, bestVariance] = [reference.mean[0], reference.covariance[0]];
  const values = new Float64Array(q);
  const gradients = new Float64Array(q * d);
  const partials: Partials = { mean: 0, variance: 0 };
  for (let i = 0; i < q; i++) {
    const s2 = differenceVariance(variance[i], bestVariance, cross[i]);
    values[i] = logImprovementWithPartials(mean[i] - bestMean, s2, partials);
    for (let k = i * d; k < (i + 1) * d; k++) {
      const slopeOfVariance = varianceGradient[k] - 2 * gradient[k];
      gradients[k] = partials.mean * meanGradient[k] + partials.variance * slopeOfVariance;
    }
  }
  return { values, gradients };
}
