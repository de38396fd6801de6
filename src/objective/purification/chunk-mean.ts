/**
 * What comes out of a chunk of images, averaged over K purifications: the one path to logits, cached or not.
 *
 * What no noise reaches is walked once for all purifications; if nothing is random, one purification stands for K.
 */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import type { State } from '../models/mlvgm.js';
import { disposeState, keepState, mapState } from '../tensors/state-tree.js';
import { untouchedPrefix } from './mixing-weights.js';
import type { LatentWeight } from './mixing-weights.js';
import { firstNonFinite, nonFiniteError } from './non-finite.js';
import { encode, imagesTensor, isRandom, mixLatents, noiseTensor } from './pipeline.js';
import type { Chunk, Pipeline } from './pipeline.js';
import type { StateCache } from './state-cache.js';

/** Purifications `from` … `from + draws − 1` of a noise key. */
export interface PurificationRange {
  readonly key: string;
  readonly from: number;
  readonly draws: number;
}

/** What is read of purified images (B, H, W, C): logits, or the images themselves. */
export type Readout = (images: Tensor4D) => Tensor;

/**
 * Mean readout of one chunk, flat, added up in float64.
 * @param cache - of this chunk and pipeline alone.
 * @throws BoSearchError `E_NON_FINITE` naming model, step and image; never a score made of NaN.
 */
export async function chunkMean(
  pipeline: Pipeline,
  chunk: Chunk,
  weights: readonly LatentWeight[],
  range: PurificationRange,
  cache: StateCache,
  read: Readout = (images) => pipeline.classifier.logits(images),
): Promise<Float32Array> {
  const runs = isRandom(pipeline, weights) ? range.draws : 1;
  const start = shareStart(pipeline, chunk, weights, range, runs, cache);
  let sums = new Float64Array(0);
  try {
    for (let run = 0; run < runs; run += 1) {
      const noise = { key: range.key, purification: range.from + run };
      const values = await oneRun(pipeline, chunk, weights, noise, start, cache, read);
      sums = run === 0 ? Float64Array.from(values) : sums.map((sum, i) => sum + (values[i] ?? NaN));
      // Lets signals and timers of the process through between passes.
      await setImmediate();
    }
  } finally {
    if (start !== undefined) disposeState(start.state);
  }
  return Float32Array.from(sums, (sum) => sum / runs);
}

/** @throws BoSearchError `E_ARGUMENT` unless there is at least one draw, counted from 0. */
export function assertDraws(draws: number, from: number): void {
  if (!Number.isInteger(draws) || draws < 1) {
    throw new BoSearchError('E_ARGUMENT', `draws: expected an integer of at least 1, got ${draws}`);
  }
  if (!Number.isInteger(from) || from < 0) {
    throw new BoSearchError('E_ARGUMENT', `from: expected an integer of at least 0, got ${from}`);
  }
}

/** A state that all purifications share, and the first latent that is still to walk. */
interface SharedStart {
  readonly state: State;
  readonly from: number;
}

function shareStart(
  pipeline: Pipeline,
  chunk: Chunk,
  weights: readonly LatentWeight[],
  range: PurificationRange,
  runs: number,
  cache: StateCache,
): SharedStart | undefined {
  const from = untouchedPrefix(weights);
  if (runs === 1 || from === 0 || pipeline.preprocessing.random) return undefined;
  const noise = { key: range.key, purification: range.from };
  const state = tf.tidy(() => {
    const begun = begin(pipeline, chunk, noise, cache);
    const walked = mixLatents(pipeline, begun, weights, { noise: noNoise, to: from });
    // A walked state may hold tensors of the cached one it came from: this one is freed, so it gets its own.
    return keepState(mapState(walked, (tensor) => tf.clone(tensor))) as never;
  }) as State;
  return { state, from };
}

async function oneRun(
  pipeline: Pipeline,
  chunk: Chunk,
  weights: readonly LatentWeight[],
  noise: { readonly key: string; readonly purification: number },
  start: SharedStart | undefined,
  cache: StateCache,
  read: Readout,
): Promise<Float32Array> {
  const [output, health] = tf.tidy((): [Tensor, Tensor] => {
    const sums: Tensor[] = [];
    const drawn = (i: number): Tensor =>
      cache.get(`noise ${noise.purification} ${i}`, noise.key, () =>
        noiseTensor(pipeline, i, noise, chunk.ids),
      ) as Tensor;
    const state = start?.state ?? begin(pipeline, chunk, noise, cache);
    const options = { noise: drawn, from: start?.from ?? 0, watch: (z: Tensor) => sums.push(tf.sum(z)) };
    const images = pipeline.mlvgm.finish(mixLatents(pipeline, state, weights, options));
    return [read(images), healthOf(sums, images)];
  });
  const [values, sums] = await Promise.all([output.data<'float32'>(), health.data<'float32'>()]);
  tf.dispose([output, health]);
  if (firstNonFinite(values) < 0 && firstNonFinite(sums) < 0) return values;
  throw await nonFiniteError(pipeline, chunk, weights, noise);
}

/** Sums of all z and of the images: finite only if all they add is, so that NaN a later clamp would swallow shows. */
export function healthOf(sums: readonly Tensor[], images: Tensor4D): Tensor {
  return tf.stack([...sums, tf.sum(images)]);
}

/** The state before the first latent; with random preprocessing one a purification. */
function begin(
  pipeline: Pipeline,
  chunk: Chunk,
  noise: { readonly key: string; readonly purification: number },
  cache: StateCache,
): State {
  const make = (): State => encode(pipeline, imagesTensor(pipeline.mlvgm.image, chunk), noise, chunk.ids);
  return pipeline.preprocessing.random
    ? cache.get(`begin ${noise.purification}`, noise.key, make)
    : cache.get('begin', undefined, make);
}

function noNoise(): never {
  throw new Error('Internal error: a latent of weight 0 draws no prior');
}
