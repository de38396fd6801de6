/** A posterior in one dimension with mean x and one variance everywhere, for edge cases by hand. */
import type { Posterior } from '../../src/acquisition/index.js';

/** Mean x − `below`, slope 1; the given variance with the given slope. */
export function linearPosterior(variance: number, varianceSlope = 0, below = 0): Posterior {
  const predict = (x: Float64Array) => ({
    mean: x.map((u) => u - below),
    variance: new Float64Array(x.length).fill(variance),
  });
  return {
    dimension: 1,
    predict,
    predictWithGradients: (x) => ({
      ...predict(x),
      meanGradient: new Float64Array(x.length).fill(1),
      varianceGradient: new Float64Array(x.length).fill(varianceSlope),
    }),
    reference: () => {
      throw new Error('not asked for');
    },
  };
}
