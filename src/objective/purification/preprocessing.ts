/** What is done to images before the model encodes them: blur, then noise of an exact L2 norm, then a clamp to [0, 1]. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import type { ImageSpec } from '../models/mlvgm.js';
import { clampUnit } from '../tensors/activations.js';
import { createBlur } from './blur.js';
import type { BlurOptions } from './blur.js';
import { inputNoise } from './noise.js';
import type { NoiseKey } from './noise.js';

export interface PreprocessingOptions {
  readonly blur?: BlurOptions;
  /** Gaussian noise, drawn anew for every purification and rescaled per image. */
  readonly noise?: {
    /** L2 norm over all pixels of an image, at least 0, before the clamp. */
    readonly l2Norm: number;
  };
}

export interface Preprocessing {
  /** Whether two purifications of an image differ here. */
  readonly random: boolean;
  /** Differentiable in the images; the noise is a constant. */
  apply(images: Tensor4D, noise: NoiseKey, imageIds: readonly string[]): Tensor4D;
  dispose(): void;
}

/**
 * @throws BoSearchError `E_ARGUMENT` for a negative or infinite norm, or as `createBlur` does.
 */
export function createPreprocessing(options: PreprocessingOptions, image: ImageSpec): Preprocessing {
  const l2Norm = options.noise?.l2Norm ?? 0;
  if (!(l2Norm >= 0 && l2Norm < Infinity)) {
    throw new BoSearchError('E_ARGUMENT', `preprocessing: noise.l2Norm must be at least 0, got ${l2Norm}`);
  }
  const blur = options.blur && createBlur(options.blur, image);
  const pixels = image.height * image.width * image.channels;
  const addNoise = (images: Tensor4D, key: NoiseKey, ids: readonly string[]): Tensor4D =>
    tf.add(images, tf.tensor4d(inputNoise(key, ids, pixels, l2Norm), images.shape));
  return {
    random: l2Norm > 0,
    apply: (images, key, ids) => {
      if (blur === undefined && options.noise === undefined) return images;
      const blurred = blur === undefined ? images : blur.apply(images);
      return clampUnit(l2Norm > 0 ? addNoise(blurred, key, ids) : blurred);
    },
    dispose: () => blur?.dispose(),
  };
}
