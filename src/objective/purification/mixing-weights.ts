/**
 * α made ready for the walk: checked, attenuated, one weight a latent.
 *
 * Notation: N latents, B images; effective α = attenuation·α.
 */
import { BoSearchError } from '../../errors.js';

/** One α vector (N) for all images, or one a image (B, N); before attenuation, each in [0, 1]. */
export type Alphas = readonly number[] | readonly (readonly number[])[];

/** How much of latent i is re-sampled: the same for all images, or one number an image (B). */
export type LatentWeight = number | Float64Array;

export interface MixingShape {
  /** Number of latents N. */
  readonly latents: number;
  /** Number of images B. */
  readonly images: number;
  /** Factor on every α, in [0, 1]. */
  readonly attenuation: number;
}

/**
 * Effective weights, one a latent; a latent whose weight is the same for all images gets a plain number.
 * @throws BoSearchError `E_ALPHAS` naming the index and the value that is not a number in [0, 1], or the wrong length.
 */
export function mixingWeights(alphas: Alphas, shape: MixingShape): LatentWeight[] {
  const { latents, images, attenuation } = shape;
  if (!isPerImage(alphas)) {
    assertAlphas(alphas, latents, 'alphas');
    return alphas.map((alpha) => attenuation * alpha);
  }
  if (alphas.length !== images) {
    fail(`alphas: expected ${images} rows, one an image, got ${alphas.length}`);
  }
  for (const [row, vector] of alphas.entries()) assertAlphas(vector, latents, `alphas[${row}]`);
  return Array.from({ length: latents }, (_, i) => {
    const column = Float64Array.from(alphas, (vector) => attenuation * (vector[i] ?? NaN));
    const [first] = column;
    return first !== undefined && column.every((weight) => weight === first) ? first : column;
  });
}

/**
 * Throws unless there are `latents` numbers, each in [0, 1].
 * @throws BoSearchError `E_ALPHAS`
 */
export function assertAlphas(alphas: readonly number[], latents: number, where: string): void {
  if (alphas.length !== latents) {
    fail(`${where}: expected ${latents} numbers, one a latent, got ${alphas.length}`);
  }
  for (const [i, alpha] of alphas.entries()) {
    if (!(alpha >= 0 && alpha <= 1)) fail(`${where}[${i}]: expected a number in [0, 1], got ${alpha}`);
  }
}

/** The weights of images [from, to). */
export function sliceWeights(weights: readonly LatentWeight[], from: number, to: number): LatentWeight[] {
  return weights.map((weight) => (typeof weight === 'number' ? weight : weight.subarray(from, to)));
}

/** How many latents from the first on keep their encoding in every image: what no noise reaches. */
export function untouchedPrefix(weights: readonly LatentWeight[]): number {
  const first = weights.findIndex((weight) => weight !== 0);
  return first < 0 ? weights.length : first;
}

function isPerImage(alphas: Alphas): alphas is readonly (readonly number[])[] {
  return Array.isArray(alphas[0]);
}

function fail(message: string): never {
  throw new BoSearchError('E_ALPHAS', message, { hint: 'give one α in [0, 1] for each latent of the model' });
}
