/** Judges trials in this process: purifies the prepared images with the trial's α and yields blocks of outcomes. */
import { BoSearchError } from '../errors.js';
import { evaluateBlock } from '../objective/evaluation/evaluate-block.js';
import type { EvaluationBlock } from '../objective/evaluation/prepared-images.js';
import { assertBlocks } from '../objective/evaluation/score-alphas.js';
import {
  assertWeights,
  DEFAULT_WEIGHTS,
  isReported,
  plannedBlocks,
  type BlockObjective,
  type EvaluationContext,
  type OutcomeBlock,
  type ScoreWeights,
  type TrialView,
} from '../trial/index.js';

export interface InProcessOptions {
  /** Name of the sample, see `sampleName`: the same images, attack, noise key and draws for every trial. */
  readonly sample: string;
  /** Key of the purification noise; noise follows (key, image id, latent, draw), never the trial. */
  readonly noiseKey: string;
  /** Purifications whose logits are averaged, K, at least 1. */
  readonly draws: number;
  /** Number of classes. */
  readonly classes: number;
  /** Weights of clean and robust accuracy; a part of weight 0 is not computed. Default one half each. */
  readonly weights?: ScoreWeights;
  /** The sample's images in their fixed, class-balanced order, see `createEvaluationBlocks`. */
  readonly blocks: readonly EvaluationBlock[];
}

/**
 * An objective that yields one block of outcomes a block of images: those a trial's plan names, in its order, or all; none
 * that was reported before. It owns nothing: dispose the blocks when
 * the study is done.
 *
 * `evaluate` throws BoSearchError `E_NON_FINITE` naming stage and image if the model answers NaN, and the signal's
 * reason if it is aborted; both between blocks and between the parts of one.
 *
 * @throws BoSearchError `E_CONFIG`, `E_OUTCOME` or `E_ARGUMENT` if the options do not fit together.
 */
export function inProcessObjective(options: InProcessOptions): BlockObjective {
  const weights = options.weights ?? DEFAULT_WEIGHTS;
  assertWeights(weights, 'inProcessObjective: weights');
  assertBlocks(options.blocks, weights, 'inProcessObjective');
  if (!Number.isInteger(options.draws) || options.draws < 1) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `inProcessObjective: draws must be an integer of at least 1, got ${options.draws}`,
    );
  }
  const blocks = options.blocks.map((block) => weightedParts(block, weights));
  return { evaluate: (trial, context) => evaluate(trial, context, { ...options, blocks }) };
}

async function* evaluate(
  trial: TrialView,
  { signal }: EvaluationContext,
  options: InProcessOptions,
): AsyncGenerator<OutcomeBlock> {
  const draws = { key: options.noiseKey, draws: options.draws };
  const { sample } = options;
  const where = `inProcessObjective: trial ${trial.number} on ${sample}`;
  for (const block of plannedBlocks(trial.blocks, options.blocks.length, where)) {
    const images = options.blocks[block];
    if (isReported(trial, { sample, block, images: images.ids.length })) continue;
    const judging = { classes: options.classes, draws, signal };
    const outcomes = await evaluateBlock(images, trial.alphas, judging);
    yield { sample, block, outcomes };
  }
}

function weightedParts(
  { ids, labels, clean, attacked }: EvaluationBlock,
  weights: ScoreWeights,
): EvaluationBlock {
  return {
    ids,
    labels,
    ...(weights.clean > 0 && clean !== undefined ? { clean } : {}),
    ...(weights.robust > 0 && attacked !== undefined ? { attacked } : {}),
  };
}
