/** From the logarithm of an acquisition to the acquisition. */
import type { Acquisition, ValuesWithGradients } from './acquisition.js';

/** The acquisition whose logarithm is `log`. */
export function exponentialOf(log: Acquisition, name: string): Acquisition {
  return {
    name,
    dimension: log.dimension,
    scale: 'linear',
    values: (x, q) => log.values(x, q).map(Math.exp),
    valuesWithGradients: (x, q) => exponential(log.valuesWithGradients(x, q), q),
  };
}

/** a = exp(log a) at q points, and ∇a = a·∇ log a. */
function exponential(log: ValuesWithGradients, q: number): ValuesWithGradients {
  const values = log.values.map(Math.exp);
  const d = q === 0 ? 0 : log.gradients.length / q;
  return { values, gradients: log.gradients.map((g, k) => g * values[Math.floor(k / d)]) };
}
