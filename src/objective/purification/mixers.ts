/** Mixers for the walk: Algorithm 1's, reconstruction, prior sampling, and the code mixing of the paper's figures 9 and 10. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Mlvgm, State } from '../models/mlvgm.js';
import type { LatentWeight } from './mixing-weights.js';
import { walkLatents } from './walk.js';
import type { LatentSource, Mixer } from './walk.js';

/** z_i = z_i^e: what the model makes of its own encoding. */
export const reconstruct: Mixer = (latent) => latent.posterior();

/** z_i = z_i^s: a sample of the model. */
export const samplePrior: Mixer = (latent) => latent.prior();

/**
 * z_i = (1 − w_i) z_i^e + w_i z_i^s (Algorithm 1). At w_i = 0 no prior is drawn, at w_i = 1 nothing is encoded.
 * @param weights - one a latent; see `mixingWeights`.
 */
export function mixByWeights(weights: readonly LatentWeight[]): Mixer {
  return (latent) => {
    const weight = weights[latent.index] ?? 0;
    if (weight === 0) return latent.posterior();
    if (weight === 1) return latent.prior();
    return interpolate(latent.posterior(), latent.prior(), weight);
  };
}

/** Codes of an image, to be mixed into the walk of another: one tensor a latent. */
export interface Codes {
  /** `value`: z_i itself. `residual`: (z_i^e − μ_i) / σ_i, what the image adds to the prior, in prior deviations. */
  readonly form: 'value' | 'residual';
  readonly latents: readonly Tensor[];
}

/**
 * The codes of encoded images. Call it in a `tf.tidy`.
 * @param form - `residual` assumes priors that are affine in their noise, as Gaussian ones are.
 * @param temperature - of the walk the codes are mixed into, in (0, 1]; it scales σ_i.
 */
export function encodeCodes(mlvgm: Mlvgm, state: State, form: Codes['form'], temperature = 1): Codes {
  const latents: Tensor[] = [];
  const record: Mixer = (latent) => {
    const z = latent.posterior();
    latents.push(form === 'value' ? z : tf.div(tf.sub(z, priorMean(latent, z)), priorScale(latent, z)));
    return z;
  };
  walkLatents(mlvgm, state, { mixer: record, noise: noNoise, temperature });
  return { form, latents };
}

/**
 * Keeps the walk's own encoding where `keep` says so and takes the other image's code elsewhere; a residual is put on
 * the prior as the walk has it by then: μ_i + σ_i·r_i. Re-encoding the other image at this walk's state instead would
 * let later codes repair what earlier ones changed.
 * @param keep - one a latent.
 */
export function mixCodes(codes: Codes, keep: readonly boolean[]): Mixer {
  return (latent) => {
    const other = codes.latents[latent.index];
    if (keep[latent.index] === true || other === undefined) return latent.posterior();
    if (codes.form === 'value') return other;
    return tf.add(priorMean(latent, other), tf.mul(priorScale(latent, other), other));
  };
}

function interpolate(posterior: Tensor, prior: Tensor, weight: LatentWeight): Tensor {
  if (typeof weight === 'number') return tf.add(tf.mul(posterior, 1 - weight), tf.mul(prior, weight));
  const shape = [weight.length, ...posterior.shape.slice(1).map(() => 1)];
  const column = (value: (w: number) => number): Tensor => tf.tensor(Float32Array.from(weight, value), shape);
  return tf.add(
    tf.mul(
      posterior,
      column((w) => 1 - w),
    ),
    tf.mul(
      prior,
      column((w) => w),
    ),
  );
}

/** μ_i: the prior at noise 0, for as many images as `z` has. */
function priorMean(latent: LatentSource, z: Tensor): Tensor {
  return latent.priorFrom(tf.zeros([z.shape[0] ?? 0, ...latent.spec.noise]));
}

/** σ_i at the walk's temperature: the prior at noise 1, less its mean. */
function priorScale(latent: LatentSource, z: Tensor): Tensor {
  const ones = tf.ones([z.shape[0] ?? 0, ...latent.spec.noise]);
  return tf.sub(latent.priorFrom(ones), priorMean(latent, z));
}

function noNoise(): never {
  throw new Error('Internal error: encoding draws no prior');
}
