/** Acquisitions that see a point only through its posterior mean m and variance s². */
import type { Acquisition } from './acquisition.js';
import type { Posterior } from './posterior.js';

/** Where partial derivatives of a worth are written. */
export interface Partials {
  /** ∂ worth/∂m. */
  mean: number;
  /** ∂ worth/∂s². */
  variance: number;
}

/** What a point of mean m and variance s² is worth. */
export interface Worth extends Pick<Acquisition, 'name' | 'scale'> {
  value(mean: number, variance: number): number;
  /** The value, with its partial derivatives in `out`; both are 0 where the value is -Infinity. */
  valueWithPartials(mean: number, variance: number, out: Partials): number;
}

/** The acquisition of a worth: ∇a = ∂a/∂m·∇m + ∂a/∂s²·∇s². */
export function acquisitionOfMoments(posterior: Posterior, worth: Worth): Acquisition {
  const { dimension: d } = posterior;
  return {
    name: worth.name,
    dimension: d,
    scale: worth.scale,
    values(x, q) {
      const { mean, variance } = posterior.predict(x, q);
      return mean.map((m, i) => worth.value(m, variance[i]));
    },
    valuesWithGradients(x, q) {
      const { mean, variance, meanGradient, varianceGradient } = posterior.predictWithGradients(x, q);
      const values = new Float64Array(q);
      const gradients = new Float64Array(q * d);
      const partials: Partials = { mean: 0, variance: 0 };
      for (let i = 0; i < q; i++) {
        values[i] = worth.valueWithPartials(mean[i], variance[i], partials);
        for (let k = i * d; k < (i + 1) * d; k++) {
          gradients[k] = partials.mean * meanGradient[k] + partials.variance * varianceGradient[k];
        }
      }
      return { values, gradients };
    },
  };
}
