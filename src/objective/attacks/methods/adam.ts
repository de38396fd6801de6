/**
 * Adam, one step of one image of a batch at a time, in float64.
 *
 * Kingma and Ba 2015, arXiv:1412.6980, algorithm 1, with its default β₁, β₂ and ε.
 */

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** Running moments of the gradients of B images of d values. Plain data. */
export interface AdamMoments {
  /** (B, d): mean of the gradient. */
  readonly first: Float64Array;
  /** (B, d): mean of its square. */
  readonly second: Float64Array;
  /** (B): steps taken. */
  readonly steps: Int32Array;
}

export function createAdamMoments(images: number, d: number): AdamMoments {
  return {
    first: new Float64Array(images * d),
    second: new Float64Array(images * d),
    steps: new Int32Array(images),
  };
}

/** Moves row `row` of `values` (B, d) down `gradient` (d, finite). */
export function adamStep(
  values: Float64Array,
  row: number,
  gradient: Float64Array,
  moments: AdamMoments,
  learningRate: number,
): void {
  const { first, second, steps } = moments;
  const d = gradient.length;
  const t = (steps[row] += 1);
  const correction1 = 1 - BETA_1 ** t;
  const correction2 = 1 - BETA_2 ** t;
  for (let j = 0; j < d; j += 1) {
    const at = row * d + j;
    const g = gradient[j];
    const mean = (first[at] = BETA_1 * first[at] + (1 - BETA_1) * g);
    const square = (second[at] = BETA_2 * second[at] + (1 - BETA_2) * g * g);
    values[at] -= (learningRate * (mean / correction1)) / (Math.sqrt(square / correction2) + EPSILON);
  }
}
