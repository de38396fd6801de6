/**
 * The bundled hierarchical VAE as an `Mlvgm`: latents on three scales, each a Gaussian whose prior depends on those
 * before it.
 *
 * Notation: h hidden tensor of the decoder; c_i the encoder's context of latent i; prior N(μ_p, (T·σ_p)²) from h;
 * residual posterior with mean z^e = μ_p + δ(c_i, h). μ_p is computed once, when latent i − 1 is committed.
 * Ideas: Sønderby et al. 2016 (arXiv:1602.02282); Vahdat & Kautz 2020 (arXiv:2007.03898).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { internalError } from '../../errors.js';
import { clampUnit, silu, softClamp } from '../tensors/activations.js';
import { depthToSpace } from '../tensors/depth-to-space.js';
import { buildHvaeNetwork } from './hvae-network.js';
import type { HvaeLatent, HvaeNetwork } from './hvae-network.js';
import type { HvaeArchitecture } from './manifest.js';
import type { ImageSpec, LatentSpec, Mlvgm, State } from './mlvgm.js';
import { buildFromWeights } from './weights.js';

export interface HvaeOptions {
  readonly name: string;
  readonly hash: string;
  readonly image: ImageSpec;
  readonly latents: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly architecture: HvaeArchitecture;
}

/** Before the first commit: z_0^e, which no α can change, and the contexts of the others. */
interface Encoded {
  readonly first: Tensor4D;
  readonly contexts: readonly Tensor4D[];
}

/** After latent i: h at the scale of latent i + 1; silu(h) and μ_p of latent i + 1 where there is one. */
interface Walked {
  readonly hidden: Tensor4D;
  readonly next: readonly [activated: Tensor4D, mean: Tensor4D] | readonly [];
  readonly contexts: readonly Tensor4D[];
}

/**
 * Builds the model from its weights.
 * @param bytes - safetensors, convolution kernels (kh, kw, in, out); names as in training/pack.py.
 * @throws BoSearchError `E_WEIGHTS` or `E_NON_FINITE`, naming file and tensor.
 */
export function createHvae(bytes: Uint8Array, file: string, options: HvaeOptions): Mlvgm {
  const { name, hash, image, architecture } = options;
  const { value: network, dispose } = buildFromWeights(bytes, file, (builder) =>
    buildHvaeNetwork(builder, architecture, image.channels),
  );
  const latents: LatentSpec[] = options.latents.map((latent) => ({ ...latent, noise: latent.shape }));
  return {
    name,
    hash,
    latents,
    image,
    begin: (images) => tf.tidy(() => begin(network, images) as never),
    posterior: (state, i) => tf.tidy(() => posterior(network, state, i)),
    prior: (state, i, noise, temperature) => tf.tidy(() => prior(network, state, i, noise, temperature)),
    commit: (state, i, z) => tf.tidy(() => commit(network, state, i, z) as never),
    finish: (state) => tf.tidy(() => finish(network, walked(state).hidden)),
    dispose,
  };
}

function begin(network: HvaeNetwork, images: Tensor4D): State {
  const features = network.encode(images);
  const contexts = network.latents.map((latent) => latent.context.apply(features[latent.scale]));
  const [own, ...others] = contexts as [Tensor4D, ...Tensor4D[]];
  // The prior of latent 0 has mean 0, so δ is its posterior mean.
  return { first: posteriorDelta(latentAt(network, 0), own, network.initial), contexts: others };
}

function posterior(network: HvaeNetwork, state: State, i: number): Tensor {
  if (i === 0) return tf.clone((state as unknown as Encoded).first);
  const { hidden, next, contexts } = walked(state);
  const mean = next[1];
  const context = contexts[i - 1];
  if (mean === undefined || context === undefined) throw outOfOrder(i);
  return tf.add(mean, posteriorDelta(latentAt(network, i), context, hidden));
}

/** δ = head(silu(mix(silu(c + merge(h))))): the posterior mean relative to the prior's. */
function posteriorDelta(latent: HvaeLatent, context: Tensor4D, hidden: Tensor4D): Tensor4D {
  const merged = silu(tf.add<Tensor4D>(context, latent.merge.apply(hidden)));
  return latent.posteriorHead.apply(silu(latent.posteriorMix.apply(merged)));
}

function prior(network: HvaeNetwork, state: State, i: number, noise: Tensor, temperature: number): Tensor {
  if (i === 0) return tf.mul(noise, temperature);
  const [activated, mean] = walked(state).next;
  const heads = latentAt(network, i).prior;
  if (activated === undefined || mean === undefined || heads === undefined) throw outOfOrder(i);
  const sigma = tf.exp(softClamp(heads.logSigma.apply(activated), network.logSigmaBound));
  return tf.add(mean, tf.mul(tf.mul(sigma, noise), temperature));
}

function commit(network: HvaeNetwork, state: State, i: number, z: Tensor): State {
  const latent = latentAt(network, i);
  const before = i === 0 ? network.initial : walked(state).hidden;
  const refined = latent.cell(tf.add<Tensor4D>(before, latent.inject.apply(z as Tensor4D)));
  const hidden =
    latent.up === undefined ? refined : depthToSpace(latent.up.layer.apply(refined), latent.up.block);
  const { contexts } = state as unknown as Encoded;
  const heads = network.latents[i + 1]?.prior;
  if (heads === undefined) return { hidden, contexts, next: [] };
  const activated = silu(hidden);
  return { hidden, contexts, next: [activated, heads.mean.apply(activated)] };
}

function finish(network: HvaeNetwork, hidden: Tensor4D): Tensor4D {
  const half = network.headCell(depthToSpace(network.headUp.apply(hidden), 2));
  return clampUnit(depthToSpace(network.headPixels.apply(half), 2));
}

function walked(state: State): Walked {
  return state as unknown as Walked;
}

function latentAt(network: HvaeNetwork, i: number): HvaeLatent {
  const latent = network.latents[i];
  if (latent === undefined) throw outOfOrder(i);
  return latent;
}

function outOfOrder(i: number): Error {
  return internalError(`hvae: latent ${i} asked for out of order`);
}
