/** Prepared images whose logits are known: class 1 wins where the image's value is above the first α. */
import type {
  EvaluationBlock,
  PreparedImages,
  PurificationDraws,
} from '../../../src/objective/evaluation/prepared-images.js';

export interface Call extends PurificationDraws {
  readonly alphas: readonly number[];
}

export interface Recorded extends PreparedImages {
  readonly calls: Call[];
  disposed: boolean;
}

/** Logits (α_0, value) of every image; α_0 = 0 where there is no α. */
export function preparedValues(values: readonly number[]): Recorded {
  const calls: Call[] = [];
  return {
    count: values.length,
    calls,
    disposed: false,
    async logits(alphas, draws) {
      calls.push({ alphas, ...draws });
      return Float32Array.from(values.flatMap((value) => [alphas[0] ?? 0, value]));
    },
    dispose() {
      this.disposed = true;
    },
  };
}

/** A block of images of class 1, with clean and attacked values. */
export function blockOf(
  clean: readonly number[],
  attacked: readonly number[],
  firstId = 0,
): EvaluationBlock & { readonly clean: Recorded; readonly attacked: Recorded } {
  return {
    ids: clean.map((_, at) => `i${firstId + at}`),
    labels: new Int32Array(clean.length).fill(1),
    clean: preparedValues(clean),
    attacked: preparedValues(attacked),
  };
}
