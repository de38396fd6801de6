/** Scores one α on a sample: accuracies, objective, intervals, and the bits they come from. */
import { BoSearchError } from '../../errors.js';
import { assertWeights, DEFAULT_WEIGHTS, type ImageOutcomes, type ScoreWeights } from '../../trial/index.js';
import { accuracyOf, type Accuracy } from './accuracy.js';
import { evaluateBlock, type BlockJudging } from './evaluate-block.js';
import type { EvaluationBlock } from './prepared-images.js';
import { summariseScores, type ScoreSummary } from './scores.js';

export interface ScoringOptions extends BlockJudging {
  /** Weights of clean and robust accuracy; default one half each. */
  readonly weights?: ScoreWeights;
}

export interface AlphaScore {
  /** Accuracy on the clean images, where the blocks have them. */
  readonly clean?: Accuracy;
  /** Accuracy on the attacked images, where the blocks have them. */
  readonly robust?: Accuracy;
  /** w_c·clean + w_r·robust, from per-image scores. */
  readonly objective: ScoreSummary;
  /** Bits of all images, in the blocks' order. */
  readonly outcomes: ImageOutcomes;
}

/**
 * Scores α on every part the blocks have; the objective takes the parts by weight.
 * @param alphas - one value a latent, before attenuation, each in [0, 1].
 * @throws BoSearchError `E_CONFIG` for wrong weights, `E_OUTCOME` if a part with weight is absent, `E_NON_FINITE` for
 * logits that are not finite; an aborted signal throws its reason.
 */
export async function scoreAlphas(
  blocks: readonly EvaluationBlock[],
  alphas: readonly number[],
  options: ScoringOptions,
): Promise<AlphaScore> {
  const weights = options.weights ?? DEFAULT_WEIGHTS;
  assertWeights(weights, 'scoreAlphas: weights');
  assertBlocks(blocks, weights, 'scoreAlphas');
  const parts: ImageOutcomes[] = [];
  for (const block of blocks) parts.push(await evaluateBlock(block, alphas, options));
  return summariseOutcomes(joinOutcomes(parts), labelsOf(blocks), options.classes, weights);
}

/**
 * Checks that there are blocks, that all have the same parts, and that parts with weight are there.
 * @throws BoSearchError `E_OUTCOME`
 */
export function assertBlocks(blocks: readonly EvaluationBlock[], weights: ScoreWeights, where: string): void {
  const [first] = blocks;
  if (first === undefined) {
    throw new BoSearchError('E_OUTCOME', `${where}: expected at least one block, got none`);
  }
  for (const [name, weight] of [
    ['clean', weights.clean],
    ['attacked', weights.robust],
  ] as const) {
    if (weight > 0 && first[name] === undefined) {
      throw new BoSearchError(
        'E_OUTCOME',
        `${where}: expected ${name} images, whose weight is ${weight}, got none`,
      );
    }
    const other = blocks.findIndex((block) => (block[name] === undefined) !== (first[name] === undefined));
    if (other >= 0) {
      throw new BoSearchError(
        'E_OUTCOME',
        `${where}: expected ${name} images in all blocks or in none, got block ${other} unlike block 0`,
      );
    }
  }
}

/** True classes of all images, in the blocks' order. */
function labelsOf(blocks: readonly EvaluationBlock[]): Int32Array {
  return Int32Array.from(blocks.flatMap((block) => [...block.labels]));
}

function joinOutcomes(parts: readonly ImageOutcomes[]): ImageOutcomes {
  const join = (name: 'clean' | 'robust') => parts.map((part) => part[name] ?? '').join('');
  const [clean, robust] = [join('clean'), join('robust')];
  return { ...(clean === '' ? {} : { clean }), ...(robust === '' ? {} : { robust }) };
}

/** The score that bits of all images, in order, add up to. */
export function summariseOutcomes(
  outcomes: ImageOutcomes,
  labels: Int32Array,
  classes: number,
  weights: ScoreWeights,
): AlphaScore {
  const { clean, robust } = outcomes;
  return {
    ...(clean === undefined ? {} : { clean: accuracyOf(clean, labels, classes) }),
    ...(robust === undefined ? {} : { robust: accuracyOf(robust, labels, classes) }),
    objective: summariseScores(outcomes, weights),
    outcomes,
  };
}
