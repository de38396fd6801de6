/**
 * The three tasks of "Pre-trained Multiple Latent Variable Generative Models are good defenders against Adversarial
 * Attacks" (arXiv:2412.03453): facts of each and the α vector its authors learned.
 *
 * All α are before attenuation: what the model mixes with is attenuation · α.
 */

export type PaperTaskName = 'celeba-hq-gender' | 'celeba-64-identities' | 'stanford-cars';

/** A task of the paper. */
export interface PaperPreset {
  readonly name: PaperTaskName;
  /** The generative model, in words. */
  readonly model: string;
  /** The classifier behind it. */
  readonly classifier: string;
  /** Number of classes K. */
  readonly classes: number;
  /** Height and width of the images, in pixels. */
  readonly resolution: number;
  /** Number of latents N. */
  readonly latents: number;
  /** Factor on α before mixing, in (0, 1]. */
  readonly attenuation: number;
  /**
   * Scale of the prior noise, in (0, 1]. On stanford-cars it has no effect: the mapping network there begins by
   * normalising its input.
   */
  readonly temperature: number;
  /** L2 bound of the attack that made the search images, in pixels of [0, 1]. */
  readonly l2Bound: number;
  /** L2 norm of the Gaussian noise added to the input in the noise variant. */
  readonly noiseNorm: number;
  /** The learned α (N). */
  readonly learned: readonly number[];
}

const gender: PaperPreset = {
  name: 'celeba-hq-gender',
  model: 'StyleGAN2 (FFHQ) with the e4e encoder',
  classifier: 'ResNet-50',
  classes: 2,
  resolution: 256,
  latents: 18,
  attenuation: 1,
  temperature: 1,
  l2Bound: 4,
  noiseNorm: 4,
  learned: [
    0.492, 0.728, 0.058, 0.331, 0.246, 0.059, 0.068, 0.526, 0.646, 0.816, 0.548, 0.692, 0.309, 0.61, 0.729,
    0.348, 0.728, 0.697,
  ],
};

const identities: PaperPreset = {
  name: 'celeba-64-identities',
  model: 'NVAE, 3 scales of 8 groups',
  classifier: 'VGG-11-BN',
  classes: 100,
  resolution: 64,
  latents: 24,
  attenuation: 0.7,
  temperature: 0.6,
  l2Bound: 2,
  noiseNorm: 2,
  learned: [
    0, 0, 0.001, 0.136, 0.131, 0.206, 0.179, 0.305, 0.347, 0.349, 0.465, 0.528, 0.551, 0.606, 0.681, 0.676,
    0.834, 0.8, 0.938, 0.911, 1, 1, 1, 1,
  ],
};

const cars: PaperPreset = {
  name: 'stanford-cars',
  model: 'StyleGAN2 (cars) with the Style-Transformer encoder',
  classifier: 'ResNeXt-50',
  classes: 4,
  resolution: 128,
  latents: 16,
  attenuation: 0.7,
  temperature: 0.8,
  l2Bound: 4,
  noiseNorm: 4,
  learned: [1, 0, 0, 0.737, 0, 0, 0.834, 1, 0.261, 0, 0.205, 1, 0.908, 0, 0.268, 1],
};

/** The tasks by name. */
export const paperPresets: Readonly<Record<PaperTaskName, PaperPreset>> = {
  'celeba-hq-gender': gender,
  'celeba-64-identities': identities,
  'stanford-cars': cars,
};
