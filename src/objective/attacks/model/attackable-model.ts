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

/**
 * Where gradients come from. `exact`: through all of the defence. `bpda`: a surrogate stands in for what cannot be
 * differentiated. `surrogate`: of another model. `none`: only black-box attacks are possible.
 */
export type GradientPath =
  | { readonly kind: 'exact' }
  | { readonly kind: 'bpda'; readonly surrogate: string }
  | { readonly kind: 'surrogate'; readonly of: string }
  | { readonly kind: 'none' };

export interface AttackableModel {
  /** Number of classes K. */
  readonly classes: number;
  /** Values an image: H·W·C. */
  readonly pixels: number;
  /** Where `vjp` takes its gradients from; exact where absent and there is a `vjp`. */
  readonly gradients?: GradientPath;
  /** Runs of the deployed defence behind one draw: 1 where absent, more behind an expectation over draws. */
  readonly runs?: number;
  /** Logits (B, K) of images (B, H, W, C). */
  logits(images: Float32Array, draw: Draw): Promise<Float32Array>;
  /** Logits and the vector-Jacobian product in the images; absent where only black-box attacks are possible. */
  vjp?(images: Float32Array, draw: Draw, cotangent: CotangentOf): Promise<VjpResult>;
}
