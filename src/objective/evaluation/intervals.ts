/**
 * 95 % intervals of accuracies and of mean scores.
 *
 * Notation: p̂ the observed mean, m images, z the 97.5 % point of N(0, 1); of several proportions, w their weights and
 * l, u the ends of their Wilson intervals.
 */
import { BoSearchError } from '../../errors.js';

/** Φ⁻¹(0.975). */
export const Z_95 = 1.959963984540054;

/** A 95 % interval, lower end first. */
export type Interval = readonly [number, number];

/**
 * Wilson's score interval of a proportion: (p̂ + z²/2m ± z·√(p̂(1−p̂)/m + z²/4m²)) / (1 + z²/m), within [0, 1].
 * @param mean - p̂, in [0, 1].
 * @param trials - m, above 0; need not be an integer (an effective number of trials).
 * @throws BoSearchError `E_ARGUMENT` if an argument is out of range or NaN.
 * @see Wilson 1927, J. Am. Stat. Assoc. 22, 209-212
 */
export function wilsonInterval(mean: number, trials: number): Interval {
  if (!(mean >= 0 && mean <= 1)) {
    throw new BoSearchError('E_ARGUMENT', `wilsonInterval: mean must be from 0 to 1, got ${mean}`);
  }
  if (!(trials > 0) || !Number.isFinite(trials)) {
    throw new BoSearchError('E_ARGUMENT', `wilsonInterval: trials must be finite and above 0, got ${trials}`);
  }
  const share = Z_95 ** 2 / trials;
  const centre = mean + share / 2;
  const halfWidth = Z_95 * Math.sqrt((mean * (1 - mean)) / trials + (share / trials) * 0.25);
  // At p̂ = 0 and 1 the ends are 0 and 1 but for rounding.
  return [
    mean === 0 ? 0 : (centre - halfWidth) / (1 + share),
    mean === 1 ? 1 : (centre + halfWidth) / (1 + share),
  ];
}

/**
 * Interval of a mean of scores in [0, 1]: Wilson's, with the effective number of trials mean·(1 − mean)/variance that
 * a proportion of that variance would have; m where the variance is 0. Yes/no scores have m − 1 effective trials.
 * @param mean - mean score, in [0, 1].
 * @param variance - variance of the mean, at least 0.
 * @param images - m, at least 1.
 * @see Dean and Pagano 2015, J. Surv. Stat. Methodol. 3, 484-503 (Wilson's interval under a design effect)
 */
export function scoreInterval(mean: number, variance: number, images: number): Interval {
  if (!(variance >= 0)) {
    throw new BoSearchError('E_ARGUMENT', `scoreInterval: variance must be at least 0, got ${variance}`);
  }
  const ofProportion = mean * (1 - mean);
  return wilsonInterval(mean, variance > 0 && ofProportion > 0 ? ofProportion / variance : images);
}

/** A proportion of images and its weight in a score. */
export interface WeightedProportion {
  /** p̂, in [0, 1]. */
  readonly mean: number;
  /** At least 0. */
  readonly weight: number;
}

/**
 * Interval of Σ w·p̂ from the Wilson intervals of its parts, on the same images:
 * Σ w·p̂ − Σ w·(p̂ − l) to Σ w·p̂ + Σ w·(u − p̂).
 *
 * It is meant for scores of which a part is the same on all images. The variance of the scores then says nothing of that
 * part's error; its Wilson interval does. Adding the distances takes the errors of the parts for fully correlated, as
 * the correlation with a part that never changes cannot be estimated: the interval is never narrower than the method of
 * variance estimates recovery would make it for any correlation (its distances add as roots of squares where there is
 * none), and is that of the one part where only one has weight.
 * @param parts - weights add up to at most 1.
 * @param images - m, at least 1.
 * @throws BoSearchError `E_ARGUMENT` if a mean or the number of images is out of range.
 * @see Zou and Donner 2008, Stat. Med. 27, 1693-1702 (variance estimates recovery)
 */
export function weightedInterval(parts: readonly WeightedProportion[], images: number): Interval {
  let [low, high] = [0, 0];
  for (const { mean, weight } of parts) {
    const [l, u] = wilsonInterval(mean, images);
    low += weight * l;
    high += weight * u;
  }
  // Weights may add up to a rounding more than 1.
  return [low, Math.min(1, high)];
}
