/**
 * The contract of a multiple-latent-variable generative model (MLVGM).
 *
 * One walk serves parallel codes (StyleGAN2's W+) and hierarchical ones (NVAE's, where latent i depends on those
 * before it): begin, then for each latent posterior, prior, commit, then finish. B is the batch size.
 */
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';

/** One latent variable of the model. */
export interface LatentSpec {
  readonly name: string;
  /** Shape of z_i without the batch axis. */
  readonly shape: readonly number[];
  /** Shape of the noise that `prior` takes, without the batch axis. */
  readonly noise: readonly number[];
}

/** Images as the model takes and gives them: NHWC, values in [0, 1]. */
export interface ImageSpec {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * An immutable tree of tensors, batch first; the library tiles, gathers, measures and disposes it. So every tensor in it
 * must be the state's own, never a weight; states of one walk may share tensors.
 */
export type State = Tensor | readonly State[] | { readonly [key: string]: State };

/**
 * A model whose latents can be walked one by one. All methods are pure; none disposes its arguments. The library calls
 * them in a `tf.tidy`.
 *
 * For gradients, what lies between images and decoded images must be made of the library's layers (`createConvLayer`,
 * `createDenseLayer`, `silu` …) and of kernels in `DIFFERENTIABLE_KERNELS`; another kernel fails with "gradient function
 * not found" rather than with a wrong number. An image's numbers must not depend on the others of its batch.
 */
export interface Mlvgm {
  readonly name: string;
  /** `sha256:…` of the weights, for journals and schedules. */
  readonly hash: string;
  /** Latents in the order of the walk. */
  readonly latents: readonly LatentSpec[];
  readonly image: ImageSpec;
  /** All that does not depend on α, for images (B, H, W, C): cached per image. */
  begin(images: Tensor4D): State;
  /**
   * z_i^e, the encoding: the posterior mean given what was committed. Shape (B, ...shape). Asked for at most once a
   * state, and not at all where α_i = 1; work shared with `prior` belongs into `commit`.
   */
  posterior(state: State, i: number): Tensor;
  /**
   * z_i^s, a draw of the prior from explicit standard normal noise (B, ...noise), at a temperature in (0, 1]. Not asked
   * for where α_i = 0.
   */
  prior(state: State, i: number, noise: Tensor, temperature: number): Tensor;
  /** The state after latent i took value z. */
  commit(state: State, i: number, z: Tensor): State;
  /** The decoded images (B, H, W, C), clamped to [0, 1]; NaN stays NaN (`clampUnit` sees to that, tf.clipByValue not). */
  finish(state: State): Tensor4D;
  /** Frees the weights. */
  dispose(): void;
}
