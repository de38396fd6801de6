/** Two trials on the images that both were judged on. */
import type { OutcomeBlock, ScoreWeights } from '../trial/index.js';
import type { Trial } from './trial.js';

/** The mean difference of per-image scores, first minus second, and its standard error. */
export interface PairedBlocks {
  /** Number of the second trial. */
  readonly trial: number;
  /** Images in common, at least 2. */
  readonly images: number;
  readonly difference: number;
  readonly standardError: number;
}

/** @returns undefined where fewer than 2 images are common. */
export function losingPairs(
  blocks: readonly OutcomeBlock[],
  other: Trial,
  weights: ScoreWeights,
): PairedBlocks | undefined {
  const differences = blocks.flatMap((block) => {
    const same = other.reported.find(
      ({ sample, block: position }) => sample === block.sample && position === block.block,
    );
    if (same === undefined) return [];
    const theirs = scoresOf(same, weights);
    return scoresOf(block, weights).map((score, i) => score - theirs[i]);
  });
  const m = differences.length;
  if (m < 2) return undefined;
  const difference = differences.reduce((sum, value) => sum + value, 0) / m;
  const squares = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0);
  return {
    trial: other.number,
    images: m,
    difference,
    standardError: Math.sqrt(squares / (m - 1) / m),
  };
}

function scoresOf({ outcomes: { clean, robust } }: OutcomeBlock, weights: ScoreWeights): number[] {
  const bits = clean ?? robust ?? '';
  return Array.from(
    bits,
    (_bit, i) => weights.clean * Number(clean?.[i] ?? 0) + weights.robust * Number(robust?.[i] ?? 0),
  );
}
