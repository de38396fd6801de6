/**
 * Small generative models with real arithmetic, and a classifier, for laws that hold for every `Mlvgm`.
 *
 * `parallelToy`: codes that do not depend on each other, as StyleGAN2's W+. `hierarchicalToy`: each latent depends on
 * those before it, as NVAE's. Both take images of 4×4×1.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Classifier } from '../../src/objective/models/classifier.js';
import type { LatentSpec, Mlvgm, State } from '../../src/objective/models/mlvgm.js';
import { clampUnit } from '../../src/objective/tensors/activations.js';
import { irregular } from './finite-differences.js';

export const TOY_IMAGE = { height: 4, width: 4, channels: 1 };
export const TOY_PIXELS = 16;

/** Counts of contract calls, by method. */
export interface Calls {
  begin: number;
  posterior: number;
  prior: number;
  finish: number;
}

/** What a toy is, and what was asked of it. */
export interface Toy {
  readonly mlvgm: Mlvgm;
  readonly calls: Calls;
}

const constant = (shape: number[], phase: number): Tensor2D => irregular(shape, phase) as Tensor2D;
const flat = (images: Tensor4D): Tensor2D => tf.reshape(images, [images.shape[0], TOY_PIXELS]);
const picture = (rows: Tensor): Tensor4D => tf.reshape(rows, [rows.shape[0] ?? 0, 4, 4, 1]);

/** Three codes of 3 numbers, prior codes through a mapping of 2 noise numbers; commit only stores. */
export function parallelToy(): Toy {
  const latents = ['a', 'b', 'c'].map((name): LatentSpec => ({ name, shape: [3], noise: [2] }));
  return counted('parallel toy', latents, {
    begin: (images) => ({
      codes: latents.map((_, i) => tf.matMul(flat(images), constant([TOY_PIXELS, 3], i + 1))),
      chosen: [],
    }),
    posterior: (state, i) => part(state, 'codes')[i],
    prior: (_, i, noise, temperature) =>
      tf.leakyRelu(tf.matMul(tf.mul<Tensor2D>(noise, temperature), constant([2, 3], i + 4)), 0.2),
    commit: (state, _, z) => ({ ...(state as object), chosen: [...part(state, 'chosen'), z] }),
    finish: (state) =>
      picture(
        tf.sigmoid(
          part(state, 'chosen').reduce<Tensor>(
            (sum, z, i) =>
              tf.add(sum, tf.mul(tf.matMul(z as Tensor2D, constant([3, TOY_PIXELS], i + 7)), 0.3)),
            tf.scalar(0),
          ),
        ),
      ),
  });
}

/** Three latents of 2, 2 and 3 numbers; hidden state of 4 numbers; Gaussian priors and residual posteriors. */
export function hierarchicalToy(): Toy {
  const sizes = [2, 2, 3];
  const latents = sizes.map((size, i): LatentSpec => ({ name: `level ${i}`, shape: [size], noise: [size] }));
  const hidden = (state: State): Tensor2D => (state as { hidden: Tensor2D }).hidden;
  const mean = (state: State, i: number): Tensor =>
    tf.mul(tf.matMul(hidden(state), constant([4, sizes[i] ?? 0], i + 1)), 0.5);
  return counted('hierarchical toy', latents, {
    begin: (images) => ({
      features: tf.tanh(tf.mul(tf.matMul(flat(images), constant([TOY_PIXELS, 4], 9)), 0.5)),
      hidden: tf.zeros([images.shape[0], 4]),
    }),
    posterior: (state, i) => {
      const { features } = state as unknown as { features: Tensor2D };
      const delta = tf.matMul(tf.add<Tensor2D>(features, hidden(state)), constant([4, sizes[i] ?? 0], i + 4));
      return tf.add(mean(state, i), delta);
    },
    prior: (state, i, noise, temperature) => {
      const sigma = tf.exp(tf.mul(mean(state, i), 0.3));
      return tf.add(mean(state, i), tf.mul(tf.mul(sigma, noise), temperature));
    },
    commit: (state, i, z) => {
      const added = tf.matMul(z, constant([sizes[i] ?? 0, 4], i + 7));
      return { ...(state as object), hidden: tf.tanh(tf.add(hidden(state), added)) };
    },
    finish: (state) =>
      picture(clampUnit(tf.add(tf.mul(tf.matMul(hidden(state), constant([4, TOY_PIXELS], 2)), 0.3), 0.5))),
  });
}

/** A linear classifier of three classes. */
export function toyClassifier(): Classifier {
  return {
    name: 'toy classifier',
    hash: 'sha256:toy',
    classes: ['x', 'y', 'z'],
    image: TOY_IMAGE,
    logits: (images) => tf.tidy(() => tf.matMul(flat(images), constant([TOY_PIXELS, 3], 3))),
    dispose: () => undefined,
  };
}

/** B images of 4×4, values within (0.1, 0.9), and their ids. */
export function toyImages(count: number, phase = 0): { pixels: Float32Array; ids: string[] } {
  return {
    pixels: Float32Array.from(
      { length: count * TOY_PIXELS },
      (_, i) => 0.5 + 0.4 * Math.sin(1.1 * i + phase),
    ),
    ids: Array.from({ length: count }, (_, i) => `image-${i}`),
  };
}

type Methods = Pick<Mlvgm, 'begin' | 'posterior' | 'prior' | 'commit' | 'finish'>;

function counted(name: string, latents: readonly LatentSpec[], methods: Methods): Toy {
  const calls: Calls = { begin: 0, posterior: 0, prior: 0, finish: 0 };
  const count = (method: keyof Calls): void => {
    calls[method] += 1;
  };
  const mlvgm: Mlvgm = {
    name,
    hash: `sha256:${name}`,
    latents,
    image: TOY_IMAGE,
    begin: (images) => {
      count('begin');
      return methods.begin(images);
    },
    posterior: (state, i) => {
      count('posterior');
      return methods.posterior(state, i);
    },
    prior: (state, i, noise, temperature) => {
      count('prior');
      return methods.prior(state, i, noise, temperature);
    },
    commit: (state, i, z) => methods.commit(state, i, z),
    finish: (state) => {
      count('finish');
      return methods.finish(state);
    },
    dispose: () => undefined,
  };
  return { mlvgm, calls };
}

function part(state: State, key: 'codes' | 'chosen'): readonly Tensor[] {
  return (state as unknown as Record<string, readonly Tensor[]>)[key] ?? [];
}
