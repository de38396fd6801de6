/**
 * The words for attacks: images with their pixels, and logits and gradients of the deployed defence. Only evaluators whose
 * description says `attackable` are sent them.
 *
 * A tensor travels as base64 of its numbers as little-endian float32, without shape: B images are (B, H, W, C), logits
 * (B, K). Answers are pure: the same request has the same answer in any process and in any order.
 */
import type { DefenceSpec } from './defence-spec.js';

/** Most numbers of a tensor in one message: 16 MiB, 21 as base64. An image has no more, and calls are cut to fit. */
export const MOST_VALUES = 2 ** 22;

/** What a description says of attacks. */
export interface AttackableSpec {
  /** (H, W, C) of every image. */
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly dtype: 'float32';
  /** Whether it knows `vjp`; without, only black-box attacks are possible. */
  readonly gradients: boolean;
  /** Whether runs of one defence differ from draw to draw where something random is asked for. */
  readonly draws: boolean;
  /** Most images it wants in one request. */
  readonly batch?: number;
}

/** The defence as deployed: preprocessing, generative model, classifier. */
export interface DeployedSpec {
  /** α before attenuation, one a latent; null leaves the generative model out, but not the preprocessing. */
  readonly alphas: readonly number[] | null;
  /** K, whose logits are averaged; draw d is purifications d·K … d·K + K − 1 of its key. */
  readonly purifications: number;
  readonly defence: DefenceSpec;
}

/** Asks for the images that `sample` would choose, with their pixels. */
export interface ImagesRequest {
  readonly id: number;
  readonly kind: 'images';
  readonly set: string;
  /** Number of images of the choice. */
  readonly images: number;
  /** Decides which images. */
  readonly seed: number;
  /** Images [from, to) of the choice, in its order. */
  readonly from: number;
  readonly to: number;
}

/** Answer to `images`. */
export interface PixelsReply {
  readonly id: number;
  readonly kind: 'pixels';
  readonly ids: readonly string[];
  readonly labels: readonly number[];
  /** Values in [0, 1]. */
  readonly pixels: string;
}

/** Asks for the logits of one fresh run of a defence. */
export interface LogitsRequest {
  readonly id: number;
  readonly kind: 'logits';
  readonly model: DeployedSpec;
  /** An image's noise follows key, its id, latent and purification, never its place; ids may come twice. */
  readonly draw: { readonly key: string; readonly index: number };
  readonly ids: readonly string[];
  readonly images: string;
}

/** Answer to `logits`: before any softmax. */
export interface ScoresReply {
  readonly id: number;
  readonly kind: 'scores';
  readonly logits: string;
}

/** Asks for Σ cotangent·∂logits/∂images, under the same noise as `logits` of that draw. */
export interface VjpRequest extends Omit<LogitsRequest, 'kind'> {
  readonly kind: 'vjp';
  /** ∂loss/∂logits, (B, K). */
  readonly cotangent: string;
}

/** Answer to `vjp`. */
export interface GradientReply {
  readonly id: number;
  readonly kind: 'gradient';
  readonly logits: string;
  /** ∂loss/∂images; NaN where it is none. */
  readonly gradient: string;
}
