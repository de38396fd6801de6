/**
 * The bundled hierarchical VAE as an `Mlvgm`: latents on three scales, each a Gaussian whose prior depends on those
 * before it.
 *
 * Notation: h hidden tensor of the decoder; c_i the encoder's context of latent i; prior N(μ_p, (T·σ_p)²) from h;
 * residual posterior with mean z^e = μ_p + δ(c_i, h). μ_p and log σ_p are computed once, when latent i − 1 is committed.
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

/** After latent i: h at the scale of latent i + 1, and the prior of latent i + 1 where there is one. */
interface Walked {
  readonly hidden: Tensor4D;
  readonly prior: readonly [mean: Tensor4D, logSigma: Tensor4D] | readonly [];
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
    prior: (state, i, noise, temperature) =>
      tf.tidy(() => prior(state, i, noise, temperature, architecture.logSigmaBound)),
    commit: (state, i, z) => tf.tidy(() => commit(network, state, i, z) as never),
    finish: (state) => tf.tidy(() => finish(network, walked(state).hidden, architecture.padImage)),
    dispose,
  };
}

function begin(network: HvaeNetwork, images: Tensor4D): State {
  const features = network.encode(images);
  const contexts = network.latents.map((latent) => latent.context.apply(features[latent.scale] as Tensor4D));
  const [own, ...others] = contexts as [Tensor4D, ...Tensor4D[]];
  // The prior of latent 0 has mean 0, so δ is its posterior mean.
  return { first: posteriorDelta(latentAt(network, 0), own, network.initial), contexts: others };
}

function posterior(network: HvaeNetwork, state: State, i: number): Tensor {
  if (i === 0) return tf.clone((state as unknown as Encoded).first);
  const { hidden, prior: ready, contexts } = walked(state);
  const [mean] = ready;
  const context = contexts[i - 1];
  if (mean === undefined || context === undefined) throw outOfOrder(i);
  return tf.add(mean, posteriorDelta(latentAt(network, i), context, hidden));
}

/** δ = head(silu(mix(silu(c + merge(h))))): the posterior mean relative to the prior's. */
function posteriorDelta(latent: HvaeLatent, context: Tensor4D, hidden: Tensor4D): Tensor4D {
  const merged = silu(tf.add<Tensor4D>(context, latent.merge.apply(hidden)));
  return latent.posteriorHead.apply(silu(latent.posteriorMix.apply(merged)));
}

function prior(state: State, i: number, noise: Tensor, temperature: number, bound: number): Tensor {
  if (i === 0) return tf.mul(noise, temperature);
  const [mean, logSigma] = walked(state).prior;
  if (mean === undefined || logSigma === undefined) throw outOfOrder(i);
  const sigma = tf.exp(softClamp(logSigma, bound));
  return tf.add(mean, tf.mul(tf.mul(sigma, noise), temperature));
}

function commit(network: HvaeNetwork, state: State, i: number, z: Tensor): State {
  const latent = latentAt(network, i);
  const before = i === 0 ? network.initial : walked(state).hidden;
  const refined = latent.cell(tf.add<Tensor4D>(before, latent.inject.apply(z as Tensor4D)));
  const hidden =
    latent.up === undefined ? refined : depthToSpace(latent.up.layer.apply(refined), latent.up.block);
  const next = network.latents[i + 1];
  const { contexts } = state as unknown as Encoded;
  return {
    hidden,
    contexts,
    prior: next?.priorHead === undefined ? [] : split(next.priorHead.apply(silu(hidden))),
  };
}

function finish(network: HvaeNetwork, hidden: Tensor4D, pad: number): Tensor4D {
  const half = network.headCell(depthToSpace(network.headUp.apply(hidden), 2));
  const padded = depthToSpace(network.headPixels.apply(half), 2);
  const side = padded.shape[1] - 2 * pad;
  return clampUnit(tf.slice(padded, [0, pad, pad, 0], [-1, side, side, -1]));
}

/** The two halves of the channels. */
function split(x: Tensor4D): [Tensor4D, Tensor4D] {
  const half = x.shape[3] / 2;
  return [tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, half]), tf.slice(x, [0, 0, 0, half], [-1, -1, -1, half])];
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
