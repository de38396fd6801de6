/**
 * The only thing an attack sees of a classifier, whatever runtime is behind it.
 *
 * Images are flat Float32Array in NHWC order, B images of `pixels` values in [0, 1]; K classes.
 */

/**
 * Names one fresh run of the deployed defence, noise and all: the same draw on the same image always gives the same
 * logits; a defence without randomness ignores it.
 */
export interface Draw {
  /** Name of the noise key. */
  readonly key: string;
  /** Number of the draw, from 0. */
  readonly index: number;
  /** Stable ids of the images of the call, B of them: an image's noise follows its id, never its place in a batch. */
  readonly imageIds: readonly string[];
}

/** ∂loss/∂logits, (B, K) flat: fixed, or a function of the logits, which saves a round trip. */
export type CotangentOf = Float32Array | ((logits: Float32Array) => Float32Array);

export interface VjpResult {
  /** (B, K) flat. */
  readonly logits: Float32Array;
  /** ∂loss/∂images, (B, H, W, C) flat. */
  readonly gradient: Float32Array;
}

export interface AttackableModel {
  /** Number of classes K. */
  readonly classes: number;
  /** Values an image: H·W·C. */
  readonly pixels: number;
  /** Logits (B, K) of images (B, H, W, C). */
  logits(images: Float32Array, draw: Draw): Promise<Float32Array>;
  /** Logits and the vector-Jacobian product in the images; absent where only black-box attacks are possible. */
  vjp?(images: Float32Array, draw: Draw, cotangent: CotangentOf): Promise<VjpResult>;
}
