/** Preprocessing alone in front of a classifier, as a model that can be attacked: the baselines noise only and blur only. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import type { Draw } from '../attacks/model/attackable-model.js';
import type { Classifier } from '../models/classifier.js';
import { assertRuns } from '../tensors/runtime.js';
import type { Runtime } from '../tensors/runtime.js';
import type { DifferentiableClassifier } from './bare-classifier.js';
import { assertDraws } from './chunk-mean.js';
import { assertImages, chunksOf } from './image-chunks.js';
import type { PlacedChunk } from './image-chunks.js';
import { meanVjp } from './mean-vjp.js';
import type { DifferentiableRuns } from './mean-vjp.js';
import { firstNonFinite } from './non-finite.js';
import { DEFAULT_CHUNK_SIZE, imagesTensor } from './pipeline.js';
import { createPreprocessing } from './preprocessing.js';
import type { Preprocessing, PreprocessingOptions } from './preprocessing.js';

export interface PreprocessedClassifierOptions {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: PreprocessingOptions;
  /** K, at least 1: logits are the mean over K fresh noises; default 1. Without noise one stands for all. */
  readonly purifications?: number;
  /** Images a pass, at least 1; default 100. It changes speed and memory, not results. */
  readonly chunkSize?: number;
}

/** A classifier behind preprocessing. Draw d is noises d·K … d·K + K − 1 of the draw's key. */
export interface PreprocessedClassifier extends DifferentiableClassifier {
  /** The images (B, H, W, C) that the first noise of a draw hands to the classifier. */
  purify(images: Float32Array, draw: Draw): Promise<Float32Array>;
  /** Frees what it made itself; the classifier stays. */
  dispose(): void;
}

/**
 * Puts preprocessing in front of a classifier; gradients go through both, exactly, with the noise as a constant.
 * @throws BoSearchError `E_ARGUMENT` for purifications or preprocessing out of range. Calls throw ShapeError or
 * `E_IMAGES` for images that do not fit, `E_NON_FINITE` naming classifier and image, and `E_BACKEND` if another backend
 * runs by then.
 */
export function preprocessedClassifier(options: PreprocessedClassifierOptions): PreprocessedClassifier {
  const { classifier, purifications = 1, chunkSize = DEFAULT_CHUNK_SIZE } = options;
  assertDraws(purifications, 0);
  const preprocessing = createPreprocessing(options.preprocessing, classifier.image);
  const { height, width, channels } = classifier.image;
  const pixels = height * width * channels;
  const deployed: Deployed = { classifier, preprocessing, pixels, purifications };
  const begin = (images: Float32Array, draw: Draw): PlacedChunk[] => {
    assertRuns(options.runtime, classifier.name);
    assertDraws(1, draw.index);
    assertImages(classifier.name, images, draw.imageIds, pixels);
    return chunksOf(images, draw.imageIds, { pixels, chunkSize });
  };
  return {
    classes: classifier.classes.length,
    pixels,
    logits: async (images, draw) => logitsOf(deployed, begin(images, draw), draw),
    vjp: async (images, draw, cotangent) => {
      const chunks = begin(images, draw);
      return meanVjp(runsOf(deployed, chunks, draw), chunks, cotangent);
    },
    purify: async (images, draw) => handedOn(deployed, begin(images, draw), draw),
    dispose: () => preprocessing.dispose(),
  };
}

interface Deployed {
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly pixels: number;
  readonly purifications: number;
}

function runsOf(deployed: Deployed, chunks: readonly PlacedChunk[], draw: Draw): DifferentiableRuns {
  const { classifier, pixels } = deployed;
  return {
    name: classifier.name,
    classes: classifier.classes.length,
    pixels,
    runs: Array.from({ length: runCount(deployed) }, (_, run) => run),
    logits: () => logitsOf(deployed, chunks, draw),
    run: (x, chunk, run) => ({ logits: classifier.logits(prepared(deployed, x, chunk, draw, run)) }),
    tensor: (chunk) => imagesTensor(classifier.image, chunk),
    check: (logits, _, chunk) => check(classifier, logits, chunk),
  };
}

async function logitsOf(
  deployed: Deployed,
  chunks: readonly PlacedChunk[],
  draw: Draw,
): Promise<Float32Array> {
  const { classifier } = deployed;
  const classes = classifier.classes.length;
  const count = chunks.reduce((sum, { ids }) => sum + ids.length, 0);
  const runs = runCount(deployed);
  const sums = new Float64Array(count * classes);
  for (const chunk of chunks) {
    for (let run = 0; run < runs; run += 1) {
      const values = await read(deployed, chunk, (x) =>
        classifier.logits(prepared(deployed, x, chunk, draw, run)),
      );
      check(classifier, values, chunk);
      for (const [i, value] of values.entries()) sums[chunk.from * classes + i] += value;
    }
  }
  return Float32Array.from(sums, (sum) => sum / runs);
}

async function handedOn(
  deployed: Deployed,
  chunks: readonly PlacedChunk[],
  draw: Draw,
): Promise<Float32Array> {
  const count = chunks.reduce((sum, { ids }) => sum + ids.length, 0);
  const images = new Float32Array(count * deployed.pixels);
  for (const chunk of chunks) {
    const values = await read(deployed, chunk, (x) => prepared(deployed, x, chunk, draw, 0));
    images.set(values, chunk.from * deployed.pixels);
  }
  return images;
}

async function read(
  { classifier }: Deployed,
  chunk: PlacedChunk,
  output: (images: Tensor4D) => tf.Tensor,
): Promise<Float32Array> {
  const tensor = tf.tidy(() => output(imagesTensor(classifier.image, chunk)));
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return values;
}

/** Without noise all runs are the same. */
function runCount({ preprocessing, purifications }: Deployed): number {
  return preprocessing.random ? purifications : 1;
}

function prepared(
  { preprocessing, purifications }: Deployed,
  images: Tensor4D,
  { ids }: PlacedChunk,
  { key, index }: Draw,
  run: number,
): Tensor4D {
  return preprocessing.apply(images, { key, purification: index * purifications + run }, ids);
}

function check(classifier: Classifier, logits: Float32Array, { ids }: PlacedChunk): void {
  const wrong = firstNonFinite(logits);
  if (wrong < 0) return;
  const id = ids[Math.floor(wrong / classifier.classes.length)];
  throw new BoSearchError(
    'E_NON_FINITE',
    `${classifier.name}: expected finite numbers in the logits, got ${logits[wrong]} on image "${id}"`,
    { hint: 'check the weights of the classifier' },
  );
}
