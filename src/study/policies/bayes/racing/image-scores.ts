/** Scores of single images: s_i = w_c·c_i + w_r·r_i of the bits of a block. */
import type { OutcomeBlock, ScoreWeights } from '../../../../trial/index.js';
import { DEFAULT_WEIGHTS } from '../../../../trial/index.js';

/** The scores of a block's images in [0, 1], in order; a part without bits counts as 0, for its weight is 0. */
export function imageScores({ outcomes }: OutcomeBlock, weights: ScoreWeights = DEFAULT_WEIGHTS): number[] {
  const { clean, robust } = outcomes;
  const bits = clean ?? robust ?? '';
  return Array.from(
    bits,
    (_, i) => weights.clean * Number(clean?.[i] ?? 0) + weights.robust * Number(robust?.[i] ?? 0),
  );
}

/** Mean of at least one number. */
export function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
