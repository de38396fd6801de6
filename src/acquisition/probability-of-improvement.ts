/**
 * Probability of improvement over a given best value, and its logarithm: for functions observed without noise, or with
 * the best observation as a rough incumbent. It asks how likely a gain is, not how great: it stays near good points
 * unless `best` stands above what was observed.
 *
 * PI(x) = P(f(x) > y⁺) = Φ(z), z = (m - y⁺)/s; m, s² posterior mean and variance, y⁺ the value to pass.
 * With ρ = φ(z)/Φ(z) = d log Φ/dz: ∂ log PI/∂m = ρ/s and ∂ log PI/∂s² = -ρ z/(2 s²).
 * Source: Kushner 1964, "A new method of locating the maximum point of an arbitrary multipeak curve in the presence of
 * noise", J. Basic Engineering 86.
 */
import { BoSearchError } from '../errors.js';
import { erfcx, logNormalCdf, normalCdf, normalPdf } from '../math/index.js';
import type { Acquisition, ValuesWithGradients } from './acquisition.js';
import type { ImprovementOptions } from './expected-improvement.js';
import { exponentialOf } from './exponential.js';
import type { Posterior } from './posterior.js';

const SQRT_2_OVER_PI = 0.7978845608028654;

/**
 * Probability of improvement. At variance 0 it is 1 where m > y⁺, else 0.
 * @throws BoSearchError E_ARGUMENT if `best` is not finite.
 */
export function probabilityOfImprovement(posterior: Posterior, options: ImprovementOptions): Acquisition {
  return exponentialOf(logProbabilityOfImprovement(posterior, options), 'pi');
}

/**
 * log of the probability of improvement, through log Φ: finite down to z = -1e154, where the probability itself is 0
 * from z = -38.5 on. At variance 0 it is 0 where m > y⁺, else -Infinity, with gradient 0.
 * @throws BoSearchError E_ARGUMENT if `best` is not finite.
 */
export function logProbabilityOfImprovement(posterior: Posterior, options: ImprovementOptions): Acquisition {
  const { best } = options;
  if (!Number.isFinite(best)) {
    throw new BoSearchError('E_ARGUMENT', `probabilityOfImprovement: best must be finite, got ${best}`);
  }
  return {
    name: 'log-pi',
    dimension: posterior.dimension,
    scale: 'log',
    values(x, q) {
      const { mean, variance } = posterior.predict(x, q);
      return mean.map((m, i) => logProbability(m - best, variance[i]));
    },
    valuesWithGradients: (x, q) => logPiWithGradients(posterior, best, x, q),
  };
}

/** Not by `acquisitionOfMoments`: ∂ log PI/∂s² overflows at small variances where its product with ∇s² does not. */
function logPiWithGradients(
  posterior: Posterior,
  best: number,
  x: Float64Array,
  q: number,
): ValuesWithGradients {
  const d = posterior.dimension;
  const { mean, variance, meanGradient, varianceGradient } = posterior.predictWithGradients(x, q);
  const values = new Float64Array(q);
  const gradients = new Float64Array(q * d);
  for (let i = 0; i < q; i++) {
    values[i] = logProbability(mean[i] - best, variance[i]);
    if (variance[i] <= 0 || values[i] === Number.NEGATIVE_INFINITY) continue;
    const s = Math.sqrt(variance[i]);
    const perMean = logCdfSlope((mean[i] - best) / s) / s;
    // ρ z/(2 s²) = (ρ/s)·Δ/(2 s²): in this order no part overflows before the whole does.
    const perVariance = (mean[i] - best) / (2 * variance[i]);
    for (let k = i * d; k < (i + 1) * d; k++) {
      gradients[k] = perMean * (meanGradient[k] - perVariance * varianceGradient[k]);
    }
  }
  return { values, gradients };
}

/** log P(Δ + s X > 0), X ~ N(0, 1). */
function logProbability(delta: number, variance: number): number {
  if (variance > 0 || Number.isNaN(variance)) return logNormalCdf(delta / Math.sqrt(variance));
  if (Number.isNaN(delta)) return delta;
  return delta > 0 ? 0 : Number.NEGATIVE_INFINITY;
}

/** φ(z)/Φ(z): √(2/π)/erfcx(-z/√2) on the left, near -z far out, where both parts underflow. */
function logCdfSlope(z: number): number {
  return z > 0 ? normalPdf(z) / normalCdf(z) : SQRT_2_OVER_PI / erfcx(-z * Math.SQRT1_2);
}
