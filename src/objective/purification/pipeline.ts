/** Preprocessing, generative model and classifier as one checked pipeline, with the steps that logits and gradients share. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import type { Classifier } from '../models/classifier.js';
import type { Mlvgm, State } from '../models/mlvgm.js';
import type { Runtime } from '../tensors/runtime.js';
import { mixByWeights } from './mixers.js';
import type { LatentWeight } from './mixing-weights.js';
import { latentNoise } from './noise.js';
import type { NoiseKey } from './noise.js';
import { createPreprocessing } from './preprocessing.js';
import type { Preprocessing, PreprocessingOptions } from './preprocessing.js';
import { walkLatents } from './walk.js';
import type { Mixer } from './walk.js';

/** Images a pass: large enough that the cost of a call does not show, small enough for the processor's cache. */
export const DEFAULT_CHUNK_SIZE = 100;

/** Everything of a purifying classifier but α. */
export interface PurificationOptions {
  readonly runtime: Runtime;
  readonly mlvgm: Mlvgm;
  readonly classifier: Classifier;
  /** Of the prior, in (0, 1]; packed models say what they were tuned for. */
  readonly temperature: number;
  /** Factor on every α, in [0, 1]; default 1. */
  readonly attenuation?: number;
  /** Default none. */
  readonly preprocessing?: PreprocessingOptions;
  /** Images a pass, at least 1; default 100. It changes speed and memory, not results. */
  readonly chunkSize?: number;
}

export interface Pipeline {
  readonly runtime: Runtime;
  readonly mlvgm: Mlvgm;
  readonly classifier: Classifier;
  readonly temperature: number;
  readonly attenuation: number;
  readonly preprocessing: Preprocessing;
  readonly chunkSize: number;
  /** Values an image, H·W·C. */
  readonly pixels: number;
}

/** Consecutive images of a call. */
export interface Chunk {
  readonly ids: readonly string[];
  /** (B, H, W, C) flat. */
  readonly pixels: Float32Array;
}

/**
 * @throws BoSearchError `E_ARGUMENT` for a temperature, attenuation or chunk size out of range, `E_MODEL` if model and
 * classifier take other images or two latents share a name, and as `createPreprocessing` does.
 */
export function createPipeline(options: PurificationOptions): Pipeline {
  const {
    runtime,
    mlvgm,
    classifier,
    temperature,
    attenuation = 1,
    chunkSize = DEFAULT_CHUNK_SIZE,
  } = options;
  check(temperature > 0 && temperature <= 1, 'temperature: expected a number in (0, 1]', temperature);
  check(attenuation >= 0 && attenuation <= 1, 'attenuation: expected a number in [0, 1]', attenuation);
  check(
    Number.isInteger(chunkSize) && chunkSize >= 1,
    'chunkSize: expected an integer of at least 1',
    chunkSize,
  );
  assertModelsFit(mlvgm, classifier);
  const { height, width, channels } = mlvgm.image;
  return {
    runtime,
    mlvgm,
    classifier,
    temperature,
    attenuation,
    preprocessing: createPreprocessing(options.preprocessing ?? {}, mlvgm.image),
    chunkSize,
    pixels: height * width * channels,
  };
}

/** The images of a chunk as a tensor (B, H, W, C). */
export function imagesTensor(image: Mlvgm['image'], { ids, pixels }: Chunk): Tensor4D {
  return tf.tensor4d(pixels, [ids.length, image.height, image.width, image.channels]);
}

/** What the model makes of preprocessed images before any α. */
export function encode(pipeline: Pipeline, images: Tensor4D, noise: NoiseKey, ids: readonly string[]): State {
  return pipeline.mlvgm.begin(pipeline.preprocessing.apply(images, noise, ids));
}

/** Noise of latent i for a chunk, (B, ...noise). */
export function noiseTensor(pipeline: Pipeline, i: number, key: NoiseKey, ids: readonly string[]): Tensor {
  const spec = pipeline.mlvgm.latents[i];
  const shape = spec?.noise ?? [];
  const size = shape.reduce((n, length) => n * length, 1);
  return tf.tensor(latentNoise(key, spec?.name ?? '', ids, size), [ids.length, ...shape]);
}

/** Walks latents [from, to) with Algorithm 1's mixer; `watch` sees every z. */
export function mixLatents(
  pipeline: Pipeline,
  state: State,
  weights: readonly LatentWeight[],
  options: {
    readonly noise: (i: number) => Tensor;
    readonly from?: number;
    readonly to?: number;
    readonly watch?: (z: Tensor) => void;
  },
): State {
  const mix = mixByWeights(weights);
  const mixer: Mixer = (latent) => {
    const z = mix(latent);
    options.watch?.(z);
    return z;
  };
  return walkLatents(pipeline.mlvgm, state, { ...options, mixer, temperature: pipeline.temperature });
}

/** One purification from images to images, (B, H, W, C), differentiable; `watch` sees every z. */
export function purifiedImages(
  pipeline: Pipeline,
  images: Tensor4D,
  weights: readonly LatentWeight[],
  noise: NoiseKey,
  ids: readonly string[],
  watch: (z: Tensor) => void = () => undefined,
): Tensor4D {
  const state = mixLatents(pipeline, encode(pipeline, images, noise, ids), weights, {
    noise: (i) => noiseTensor(pipeline, i, noise, ids),
    watch,
  });
  return pipeline.mlvgm.finish(state);
}

/** Whether two purifications of an image can differ. */
export function isRandom(pipeline: Pipeline, weights: readonly LatentWeight[]): boolean {
  return pipeline.preprocessing.random || weights.some((weight) => weight !== 0);
}

function assertModelsFit(mlvgm: Mlvgm, classifier: Classifier): void {
  const size = ({ height, width, channels }: Mlvgm['image']): string => `${height}x${width}x${channels}`;
  if (size(mlvgm.image) !== size(classifier.image)) {
    throw new BoSearchError(
      'E_MODEL',
      `${classifier.name}: expected images of ${size(mlvgm.image)} as ${mlvgm.name} makes them, got ${size(classifier.image)}`,
    );
  }
  const names = new Set<string>();
  for (const { name } of mlvgm.latents) {
    if (names.has(name)) {
      throw new BoSearchError(
        'E_MODEL',
        `${mlvgm.name}: expected latents of different names, got "${name}" twice`,
      );
    }
    names.add(name);
  }
}

function check(holds: boolean, message: string, got: number): void {
  if (!holds) throw new BoSearchError('E_ARGUMENT', `${message}, got ${got}`);
}
