/** Images made ready for scoring many α: all that does not depend on α is done once. */
import type { AttackableModel } from '../attacks/model/attackable-model.js';

/** Which noise a purification draws: a key and the number of draws K whose logits are averaged. */
export interface PurificationDraws {
  /** Noise key of the sample; noise follows (key, image id, latent, draw), never the trial. */
  readonly key: string;
  /** K, at least 1: the deployed classifier is the mean of K purifications. */
  readonly draws: number;
}

/** B images with what a defence can know of them before α. */
export interface PreparedImages {
  /** Number of images B. */
  readonly count: number;
  /**
   * Mean logits (B, K) over the draws of the defence with these α.
   * @param signal - gives up, with its reason, what takes long; what is quick goes on to its end.
   */
  logits(alphas: readonly number[], draws: PurificationDraws, signal?: AbortSignal): Promise<Float32Array>;
  dispose(): void;
}

/** One block of a sample: the same images, clean and attacked, in the same order. */
export interface EvaluationBlock {
  /** Ids (B). */
  readonly ids: readonly string[];
  /** True classes (B). */
  readonly labels: Int32Array;
  readonly clean?: PreparedImages;
  readonly attacked?: PreparedImages;
}

/** Images a model without α answers for: the bare classifier as a row of the same table. */
export function preparedByModel(
  model: AttackableModel,
  pixels: Float32Array,
  ids: readonly string[],
): PreparedImages {
  return {
    count: ids.length,
    logits: (_alphas, { key }) => model.logits(pixels, { key, index: 0, imageIds: ids }),
    dispose: () => undefined,
  };
}
