/** From the logarithm of an acquisition to the acquisition. */
import type { ValuesWithGradients } from './acquisition.js';

/** a = exp(log a) at q points, and ∇a = a·∇ log a. */
export function exponential(log: ValuesWithGradients, q: number): ValuesWithGradients {
  const values = log.values.map(Math.exp);
  const d = q === 0 ? 0 : log.gradients.length / q;
  return { values, gradients: log.gradients.map((g, k) => g * values[Math.floor(k / d)]) };
}
