/** What an attack did to a set of images: clean errors, successes and flags apart, and the curve over the bound. */
import { BoSearchError } from '../../errors.js';
import type { AttackedImage } from '../attacks/run/run-attack.js';
import { wilsonInterval, type Interval } from './intervals.js';

export interface AttackSummary {
  readonly images: number;
  /** Wrong before the attack; never attacked. */
  readonly cleanErrors: number;
  readonly attacked: number;
  /** Stored float32 images that fool the model under a fresh draw. */
  readonly successes: number;
  /** Of the attacked images, those that fool it after rounding to 8 bits; absent where it was not looked at. */
  readonly eightBitSuccesses?: number;
  /** successes / attacked, with Wilson's 95 % interval; absent where nothing was attacked. */
  readonly successRate?: { readonly mean: number; readonly interval: Interval };
  /** Share of all images still classified rightly: 1 − (clean errors + successes)/images. */
  readonly robustAccuracy: { readonly mean: number; readonly interval: Interval };
  readonly zeroGradients?: number;
  readonly nonFinite?: number;
}

/** What became of the images under an attack, in numbers. */
export type AttackCounts = Pick<
  AttackSummary,
  'images' | 'cleanErrors' | 'successes' | 'eightBitSuccesses' | 'zeroGradients' | 'nonFinite'
>;

/**
 * Counts of an attack's results.
 * @throws BoSearchError `E_ARGUMENT` if there is no image, or an id occurs twice (a result may not count double).
 */
export function summariseAttack(perImage: readonly AttackedImage[]): AttackSummary {
  assertDistinct(perImage, 'summariseAttack');
  const count = (rule: (image: AttackedImage) => boolean) => perImage.filter(rule).length;
  return summariseCounts({
    images: perImage.length,
    cleanErrors: count(({ outcome }) => outcome === 'clean-error'),
    successes: count(({ outcome }) => outcome === 'success'),
    eightBitSuccesses: count(({ outcome, fooled }) => outcome !== 'clean-error' && fooled.eightBit),
    zeroGradients: count(({ flags }) => flags.zeroGradient),
    nonFinite: count(({ flags }) => flags.nonFinite),
  });
}

/**
 * The summary that counts give.
 * @param counts - of at least one image; clean errors and successes are different images.
 * @internal
 */
export function summariseCounts(counts: AttackCounts): AttackSummary {
  const { images, cleanErrors, successes, eightBitSuccesses, zeroGradients, nonFinite } = counts;
  const attacked = images - cleanErrors;
  const rate = (part: number, whole: number) => ({
    mean: part / whole,
    interval: wilsonInterval(part / whole, whole),
  });
  return {
    images,
    cleanErrors,
    attacked,
    successes,
    ...(eightBitSuccesses === undefined ? {} : { eightBitSuccesses }),
    ...(attacked === 0 ? {} : { successRate: rate(successes, attacked) }),
    robustAccuracy: rate(images - cleanErrors - successes, images),
    ...(zeroGradients === undefined ? {} : { zeroGradients }),
    ...(nonFinite === undefined ? {} : { nonFinite }),
  };
}

/** How far an image had to be moved to be misclassified: 0 for clean errors, Infinity where no way was found. */
export interface AttackDistance {
  readonly id: string;
  readonly distance: number;
}

/**
 * Distances: the L2 norm of the stored image where it succeeded.
 * @param l2Bound - of a fixed budget: a norm that rounding put beyond it counts as the bound.
 */
export function attackDistances(perImage: readonly AttackedImage[], l2Bound = Infinity): AttackDistance[] {
  const distance = {
    'clean-error': () => 0,
    success: (norm: number) => Math.min(norm, l2Bound),
    failure: () => Infinity,
  };
  return perImage.map(({ id, outcome, norm }) => ({ id, distance: distance[outcome](norm) }));
}

/**
 * success(ε) = share of images whose distance is at most ε, clean errors included; monotone in ε, clean error at ε = 0.
 * @param bounds - the ε (each at least 0).
 * @returns one share a bound.
 * @throws BoSearchError `E_ARGUMENT` for no image, an id that occurs twice, or a distance that is NaN or negative.
 */
export function successCurve(distances: readonly AttackDistance[], bounds: readonly number[]): number[] {
  assertDistinct(distances, 'successCurve');
  const wrong = distances.find(({ distance }) => !(distance >= 0));
  if (wrong !== undefined) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `successCurve: image "${wrong.id}": distance must be at least 0, got ${wrong.distance}`,
    );
  }
  return bounds.map(
    (bound) => distances.filter(({ distance }) => distance <= bound).length / distances.length,
  );
}

function assertDistinct(images: readonly { readonly id: string }[], where: string): void {
  if (images.length === 0) {
    throw new BoSearchError('E_ARGUMENT', `${where}: expected at least one image, got none`);
  }
  const seen = new Set<string>();
  for (const { id } of images) {
    if (seen.has(id)) {
      throw new BoSearchError('E_ARGUMENT', `${where}: expected distinct images, got "${id}" twice`);
    }
    seen.add(id);
  }
}
