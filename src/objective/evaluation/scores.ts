/**
 * Per-image scores, their summary, and differences between two schedules on the same images.
 *
 * Notation: score s_i = w_c·c_i + w_r·r_i of image i; m images.
 */
import { BoSearchError, ShapeError } from '../../errors.js';
import { assertBits } from '../../trial/bits.js';
import { measurementOf, type ImageOutcomes, type ScoreWeights } from '../../trial/index.js';
import {
  scoreInterval,
  weightedInterval,
  Z_95,
  type Interval,
  type WeightedProportion,
} from './intervals.js';

/** Images that a paired interval adds: one with the difference 1, one with −1. */
const ADDED_IMAGES = 2;

export interface ScoreSummary {
  /** Number of images m. */
  readonly images: number;
  readonly mean: number;
  /** Variance of the mean: the scores' sample variance over m; 0.25 for m = 1. */
  readonly variance: number;
  readonly standardError: number;
  /** 95 % interval of the mean: see `scoreInterval`, and `weightedInterval` where a part is the same on all images. */
  readonly interval: Interval;
}

/** A difference of means on the same images. */
export interface PairedDifference {
  readonly images: number;
  /** Mean of first − second. */
  readonly mean: number;
  /** √(sample variance of the per-image differences / m); 0 where they are all the same, 1 for m = 1. */
  readonly standardError: number;
  /** 95 % interval, within −1 to 1: see `pairedDifference`. It holds the mean and is never of width 0. */
  readonly interval: Interval;
}

/**
 * Scores of images (m). The part that is absent must have weight 0.
 * @throws BoSearchError `E_OUTCOME` if a part with weight is absent or bits are malformed; ShapeError if parts differ in length.
 */
export function imageScores(outcomes: ImageOutcomes, weights: ScoreWeights): Float64Array {
  const parts = (['clean', 'robust'] as const).flatMap((name) => {
    const bits = outcomes[name];
    if (bits !== undefined) {
      assertBits(bits, `imageScores: ${name}`);
      return [{ bits, weight: weights[name] }];
    }
    if (weights[name] === 0) return [];
    const rule = `expected ${name} bits, whose weight is ${weights[name]}`;
    throw new BoSearchError('E_OUTCOME', `imageScores: ${rule}, got none`);
  });
  const images = parts[0].bits.length;
  if (parts.some(({ bits }) => bits.length !== images)) {
    throw new ShapeError(`imageScores: expected as many robust as clean bits (${images})`);
  }
  return Float64Array.from({ length: images }, (_, i) =>
    parts.reduce((score, { bits, weight }) => score + (bits[i] === '1' ? weight : 0), 0),
  );
}

/** Mean, variance of the mean and interval of the score of images. */
export function summariseScores(outcomes: ImageOutcomes, weights: ScoreWeights): ScoreSummary {
  const { images, mean, variance } = measurementOf([{ sample: 'summary', block: 0, outcomes }], weights);
  // Weights may add up to 1 + 1e-9 (see assertWeights), and then so may a mean.
  const within = Math.min(1, mean);
  return {
    images,
    mean,
    variance,
    standardError: Math.sqrt(variance),
    interval: intervalOf(partsOf(outcomes, weights), { mean: within, variance, images }),
  };
}

/** The scores' own variance, unless it leaves out the error of a part that is the same on all images. */
function intervalOf(
  parts: readonly WeightedProportion[],
  { mean, variance, images }: Pick<ScoreSummary, 'mean' | 'variance' | 'images'>,
): Interval {
  const isConstant = parts.some((part) => part.mean === 0 || part.mean === 1);
  return isConstant ? weightedInterval(parts, images) : scoreInterval(mean, variance, images);
}

/** The parts that have weight. */
function partsOf(outcomes: ImageOutcomes, weights: ScoreWeights): WeightedProportion[] {
  return (['clean', 'robust'] as const).flatMap((name) => {
    const bits = outcomes[name];
    const weight = weights[name];
    if (bits === undefined || weight === 0) return [];
    return [{ weight, mean: [...bits].filter((bit) => bit === '1').length / bits.length }];
  });
}

/**
 * Paired difference of two lists of scores of the same images, first − second.
 *
 * Interval: two images are added, one that only the first and one that only the second gets right. With S and Q the sums
 * of the differences and of their squares, D = S/(m + 2): D ± z·√((Q + 2)/(m + 2) − D²)/√(m + 2), cut at −1 and 1. Of
 * yes/no scores it is the adjusted Wald interval of Bonett and Price; images on which both agree then leave an error of
 * about 2.8/m, where the sample variance would leave none. With many images that differ it is mean ± z·standardError,
 * but for terms of order 1/m.
 *
 * One image says nothing of the error: it then has the largest that scores in [0, 1] allow, finite so that files can
 * hold it.
 * @param first - scores (m), each in [0, 1], m at least 1.
 * @throws ShapeError if the lists differ in length or are empty.
 * @see Bonett and Price 2012, J. Educ. Behav. Stat. 37, 479-488 (adjusted Wald interval of paired proportions)
 */
export function pairedDifference(first: Float64Array, second: Float64Array): PairedDifference {
  const m = first.length;
  if (m === 0 || second.length !== m) {
    throw new ShapeError(
      `pairedDifference: expected two lists of the same images, at least one, got ${m} and ${second.length} scores`,
    );
  }
  const differences = first.map((score, i) => score - second[i]);
  const mean = differences.reduce((sum, value) => sum + value, 0) / m;
  if (m === 1) return { images: m, mean, standardError: 1, interval: [-1, 1] };
  const about = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    images: m,
    mean,
    standardError: Math.sqrt(about / (m - 1) / m),
    interval: adjustedInterval(differences),
  };
}

/** The interval of `pairedDifference`. */
function adjustedInterval(differences: Float64Array): Interval {
  const images = differences.length + ADDED_IMAGES;
  const centre = differences.reduce((sum, value) => sum + value, 0) / images;
  const squares = differences.reduce((sum, value) => sum + value ** 2, ADDED_IMAGES);
  const halfWidth = Z_95 * Math.sqrt((squares / images - centre ** 2) / images);
  return [Math.max(-1, centre - halfWidth), Math.min(1, centre + halfWidth)];
}
