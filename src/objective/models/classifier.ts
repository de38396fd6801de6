/** The contract of a classifier: images to logits. */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ImageSpec } from './mlvgm.js';

/** A classifier with K classes. It disposes none of its arguments. */
export interface Classifier {
  readonly name: string;
  /** `sha256:…` of the weights. */
  readonly hash: string;
  /** Names of the K classes, in the order of the logits. */
  readonly classes: readonly string[];
  readonly image: ImageSpec;
  /** Logits (B, K) of images (B, H, W, C) in [0, 1]; differentiable in the images. */
  logits(images: Tensor4D): Tensor2D;
  /** Frees the weights. */
  dispose(): void;
}
