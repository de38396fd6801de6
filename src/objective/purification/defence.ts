/** Purification in front of a classifier, as a model that can be attacked: the mean logits of K purifications. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { AttackableModel, CotangentOf, Draw, VjpResult } from '../attacks/model/attackable-model.js';
import { assertRuns } from '../tensors/runtime.js';
import { assertDraws, chunkMean, healthOf } from './chunk-mean.js';
import type { PurificationRange, Readout } from './chunk-mean.js';
import { assertImages, chunksOf } from './image-chunks.js';
import type { PlacedChunk } from './image-chunks.js';
import { meanVjp } from './mean-vjp.js';
import { assertAlphas, mixingWeights } from './mixing-weights.js';
import { firstNonFinite, nonFiniteError } from './non-finite.js';
import { createPipeline, imagesTensor, isRandom, purifiedImages } from './pipeline.js';
import type { Pipeline, PurificationOptions } from './pipeline.js';
import { createMemoryBudget, createStateCache } from './state-cache.js';

export interface DefenceOptions extends PurificationOptions {
  /** One value a latent (N), before attenuation, each in [0, 1]. */
  readonly alphas: readonly number[];
  /** K, at least 1: logits are the mean over K purifications; default 1. */
  readonly purifications?: number;
}

/** A defended classifier. Draw d is purifications d·K … d·K + K − 1 of the draw's key. */
export interface Defence extends AttackableModel {
  readonly alphas: readonly number[];
  /** attenuation·α. */
  readonly effectiveAlphas: readonly number[];
  readonly purifications: number;
  vjp(images: Float32Array, draw: Draw, cotangent: CotangentOf): Promise<VjpResult>;
  /** The images (B, H, W, C) that the first purification of a draw hands to the classifier. */
  purify(images: Float32Array, draw: Draw): Promise<Float32Array>;
  /** Frees what the defence made itself; model and classifier stay. */
  dispose(): void;
}

/**
 * Puts a generative model in front of a classifier.
 *
 * Gradients go through preprocessing, encoder, walk and classifier, exactly; where the output ignores the images they
 * are exactly 0.
 * @throws BoSearchError `E_ALPHAS` for α of another length or out of [0, 1]; `E_ARGUMENT` or `E_MODEL` as
 * `createPipeline` does. Calls throw ShapeError or `E_IMAGES` for images that do not fit, `E_NON_FINITE` naming model,
 * step and image, and `E_BACKEND` if another backend runs by then.
 */
export function createDefence(options: DefenceOptions): Defence {
  const { purifications = 1 } = options;
  const alphas = [...options.alphas];
  assertAlphas(alphas, options.mlvgm.latents.length, 'alphas');
  assertDraws(purifications, 0);
  const pipeline = createPipeline(options);
  const shape = { latents: alphas.length, images: 0, attenuation: pipeline.attenuation };
  const weights = mixingWeights(alphas, shape) as number[];
  const deployed: Deployed = { pipeline, weights, purifications };
  return {
    classes: pipeline.classifier.classes.length,
    pixels: pipeline.pixels,
    alphas,
    effectiveAlphas: weights,
    purifications,
    logits: async (images, draw) => logitsOf(deployed, chunk(deployed, images, draw), draw),
    vjp: async (images, draw, cotangent) => vjpOf(deployed, chunk(deployed, images, draw), draw, cotangent),
    purify: async (images, draw) => purify(deployed, chunk(deployed, images, draw), draw),
    dispose: () => pipeline.preprocessing.dispose(),
  };
}

interface Deployed {
  readonly pipeline: Pipeline;
  readonly weights: readonly number[];
  readonly purifications: number;
}

/** Checks a call and cuts its images up. */
function chunk({ pipeline }: Deployed, images: Float32Array, draw: Draw): PlacedChunk[] {
  assertRuns(pipeline.runtime, 'defence');
  assertDraws(1, draw.index);
  assertImages('defence', images, draw.imageIds, pipeline.pixels);
  return chunksOf(images, draw.imageIds, pipeline);
}

function logitsOf(deployed: Deployed, chunks: readonly PlacedChunk[], draw: Draw): Promise<Float32Array> {
  const { pipeline, purifications } = deployed;
  const range = { key: draw.key, from: draw.index * purifications, draws: purifications };
  return meansOf(deployed, chunks, range, pipeline.classifier.classes.length, (x) =>
    pipeline.classifier.logits(x),
  );
}

function purify(deployed: Deployed, chunks: readonly PlacedChunk[], draw: Draw): Promise<Float32Array> {
  const range = { key: draw.key, from: draw.index * deployed.purifications, draws: 1 };
  return meansOf(deployed, chunks, range, deployed.pipeline.pixels, (x) => x);
}

/** Readouts of all chunks, `size` numbers an image. */
async function meansOf(
  { pipeline, weights }: Deployed,
  chunks: readonly PlacedChunk[],
  range: PurificationRange,
  size: number,
  read: Readout,
): Promise<Float32Array> {
  const count = chunks.reduce((sum, { ids }) => sum + ids.length, 0);
  const values = new Float32Array(count * size);
  const nothingKept = createStateCache(createMemoryBudget(0));
  for (const part of chunks) {
    values.set(await chunkMean(pipeline, part, weights, range, nothingKept, read), part.from * size);
  }
  return values;
}

function vjpOf(
  deployed: Deployed,
  chunks: readonly PlacedChunk[],
  draw: Draw,
  cotangent: CotangentOf,
): Promise<VjpResult> {
  const { pipeline, weights, purifications } = deployed;
  const runs = isRandom(pipeline, weights) ? purifications : 1;
  const noise = (run: number) => ({ key: draw.key, purification: draw.index * purifications + run });
  const model = {
    name: 'defence',
    classes: pipeline.classifier.classes.length,
    pixels: pipeline.pixels,
    runs: Array.from({ length: runs }, (_, run) => run),
    logits: () => logitsOf(deployed, chunks, draw),
    run: (x: Tensor4D, part: PlacedChunk, run: number) => {
      const sums: Tensor[] = [];
      const watch = (z: Tensor): void => void sums.push(tf.sum(z));
      const images = purifiedImages(pipeline, x, weights, noise(run), part.ids, watch);
      return { logits: pipeline.classifier.logits(images), health: healthOf(sums, images) };
    },
    tensor: (part: PlacedChunk) => imagesTensor(pipeline.mlvgm.image, part),
    check: async (logits: Float32Array, health: Float32Array, part: PlacedChunk, run: number) => {
      if (firstNonFinite(health) < 0 && firstNonFinite(logits) < 0) return;
      throw await nonFiniteError(pipeline, part, weights, noise(run));
    },
  };
  return meanVjp(model, chunks, cotangent);
}
