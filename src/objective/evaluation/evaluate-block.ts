/** Judges one block of images under one α. */
import { ShapeError } from '../../errors.js';
import type { ImageOutcomes } from '../../trial/index.js';
import { predictionBits, predictions } from './predictions.js';
import type { EvaluationBlock, PreparedImages, PurificationDraws } from './prepared-images.js';

/** How a block is judged. */
export interface BlockJudging {
  /** Number of classes K. */
  readonly classes: number;
  readonly draws: PurificationDraws;
  readonly signal?: AbortSignal;
}

/**
 * Bits of every part the block has. Clean and attacked versions of an image share its noise.
 * @throws ShapeError or BoSearchError `E_NON_FINITE` naming stage and image; an aborted signal throws its reason.
 */
export async function evaluateBlock(
  block: EvaluationBlock,
  alphas: readonly number[],
  judging: BlockJudging,
): Promise<ImageOutcomes> {
  const { clean, attacked } = block;
  const bits = async (prepared: PreparedImages, stage: string) => {
    judging.signal?.throwIfAborted();
    if (prepared.count !== block.ids.length) {
      throw new ShapeError(`${stage}: expected ${block.ids.length} prepared images, got ${prepared.count}`);
    }
    const logits = await prepared.logits(alphas, judging.draws, judging.signal);
    const predicted = predictions(logits, { classes: judging.classes, ids: block.ids, stage });
    return predictionBits(predicted, block.labels);
  };
  return {
    ...(clean === undefined ? {} : { clean: await bits(clean, 'clean images') }),
    ...(attacked === undefined ? {} : { robust: await bits(attacked, 'attacked images') }),
  };
}
