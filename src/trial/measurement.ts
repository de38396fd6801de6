/**
 * The measurement that blocks of per-image bits add up to.
 *
 * Notation: m images; score s_i = w_c·c_i + w_r·r_i. The scores take at most four values, so mean and variance are
 * made from counts: the same bits in any order of blocks give the same numbers, bit for bit.
 */
import { BoSearchError } from '../errors.js';
import { countOnes } from './bits.js';
import type { Measurement, OutcomeBlock, ScoreWeights } from './outcome.js';
import { DEFAULT_WEIGHTS } from './weights.js';

/** Variance of the mean of one yes/no image of which nothing is known: the largest there is. */
const VARIANCE_OF_ONE_IMAGE = 0.25;

/**
 * Mean of the per-image scores of some blocks of one sample, and the variance of that mean.
 * Clean or robust bits may be absent where their weight is 0.
 * @param blocks - at least one, already checked by `checkBlock`.
 * @throws E_OUTCOME where there is no block, or a part with weight is missing.
 */
export function measurementOf(
  blocks: readonly OutcomeBlock[],
  weights: ScoreWeights = DEFAULT_WEIGHTS,
): Measurement {
  const first = blocks[0];
  if (first === undefined) {
    throw new BoSearchError('E_OUTCOME', 'measurementOf: expected at least one block, got none');
  }
  const clean = join(blocks, 'clean', weights.clean);
  const robust = join(blocks, 'robust', weights.robust);
  const images = (clean ?? robust ?? '').length;
  return {
    sample: first.sample,
    images,
    ...meanAndVariance(clean, robust, images, weights),
    ...(clean === undefined ? {} : { clean: countOnes(clean) / images }),
    ...(robust === undefined ? {} : { robust: countOnes(robust) / images }),
  };
}

function join(blocks: readonly OutcomeBlock[], part: 'clean' | 'robust', weight: number): string | undefined {
  const missing = blocks.find((block) => block.outcomes[part] === undefined);
  if (missing === undefined) return blocks.map((block) => block.outcomes[part]).join('');
  if (weight === 0) return undefined;
  throw new BoSearchError(
    'E_OUTCOME',
    `measurementOf: expected ${part} bits in block ${missing.block}, whose weight is ${weight}, got none`,
  );
}

function meanAndVariance(
  clean: string | undefined,
  robust: string | undefined,
  images: number,
  weights: ScoreWeights,
): { mean: number; variance: number } {
  let both = 0;
  let cleanOnly = 0;
  let robustOnly = 0;
  for (let i = 0; i < images; i++) {
    const c = clean?.[i] === '1';
    const r = robust?.[i] === '1';
    if (c && r) both++;
    else if (c) cleanOnly++;
    else if (r) robustOnly++;
  }
  // a part that is absent has weight 0, so an image right on the other part alone scores 1 as well
  const mean = (both + weights.clean * cleanOnly + weights.robust * robustOnly) / images;
  if (images === 1) return { mean, variance: VARIANCE_OF_ONE_IMAGE };
  const neither = images - both - cleanOnly - robustOnly;
  const squares =
    both * (1 - mean) ** 2 +
    cleanOnly * (weights.clean - mean) ** 2 +
    robustOnly * (weights.robust - mean) ** 2 +
    neither * mean ** 2;
  return { mean, variance: squares / (images - 1) / images };
}
