/**
 * Gaussian blur with reflected borders as two matrix products: blurred = A_h · X · A_wᵀ, whose gradient is right on
 * every backend (a depthwise convolution has none on wasm).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import type { ImageSpec } from '../models/mlvgm.js';

/**
 * How many taps the kernel has: an odd number, or a rule.
 * `paper`: 2^⌊n/2⌋ − 1 for images of side 2^n (256: 15, 128: 7, 64: 7).
 * `reference`: the same with n = √side, as the official code computes it (256: 255, 128: 31, 64: 15).
 */
export type BlurKernelSize = number | 'paper' | 'reference';

export interface BlurOptions {
  /** Standard deviation in pixels, above 0. */
  readonly sigma: number;
  readonly kernelSize: BlurKernelSize;
}

/** A blur of images of one size; owns two matrices. */
export interface Blur {
  /** (B, H, W, C) to the same shape. */
  apply(images: Tensor4D): Tensor4D;
  dispose(): void;
}

/**
 * @throws BoSearchError `E_ARGUMENT` if sigma is not above 0, or the kernel is even or too wide to reflect at the border.
 */
export function createBlur(options: BlurOptions, { height, width }: ImageSpec): Blur {
  const taps = blurKernelSize(options.kernelSize, height);
  const kernel = gaussianKernel(options.sigma, taps);
  const rows = tf.keep(tf.tensor2d(blurMatrix(kernel, height), [height, height]));
  const columns = tf.keep(tf.tensor2d(blurMatrix(kernel, width), [width, width]));
  return {
    apply: (images) => tf.tidy(() => blurColumns(blurRows(images, rows), columns)),
    dispose: () => {
      rows.dispose();
      columns.dispose();
    },
  };
}

/** Number of taps that a rule gives for images of a side; at least 1. */
export function blurKernelSize(size: BlurKernelSize, side: number): number {
  if (typeof size === 'number') {
    if (Number.isInteger(size) && size >= 1 && size % 2 === 1) return size;
    throw new BoSearchError(
      'E_ARGUMENT',
      `blur: kernelSize must be an odd number of at least 1, got ${size}`,
    );
  }
  const n = size === 'paper' ? Math.floor(Math.log2(side)) : Math.floor(Math.sqrt(side));
  return Math.max(1, 2 ** Math.floor(n / 2) - 1);
}

/** exp(−x² / 2σ²) at whole distances from the middle, with sum 1; float64. */
export function gaussianKernel(sigma: number, taps: number): Float64Array {
  if (!(sigma > 0 && Number.isFinite(sigma))) {
    throw new BoSearchError('E_ARGUMENT', `blur: sigma must be a number above 0, got ${sigma}`);
  }
  const middle = (taps - 1) / 2;
  const weights = Float64Array.from({ length: taps }, (_, i) => Math.exp(-(((i - middle) / sigma) ** 2) / 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** A with (A·x)_i = Σ_t k_t x_reflect(i + t − middle), (side, side) row-major; reflection leaves the border pixel single. */
export function blurMatrix(kernel: Float64Array, side: number): Float32Array {
  const middle = (kernel.length - 1) / 2;
  if (middle >= side) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `blur: kernelSize must be below ${2 * side} for ${side} pixels, got ${kernel.length}`,
    );
  }
  const matrix = new Float64Array(side * side);
  for (let i = 0; i < side; i += 1) {
    for (const [t, weight] of kernel.entries()) {
      const at = i * side + reflect(i + t - middle, side);
      matrix[at] = (matrix[at] ?? 0) + weight;
    }
  }
  return Float32Array.from(matrix);
}

/** … 2 1 | 0 1 … n−1 | n−2 n−3 … */
function reflect(index: number, side: number): number {
  const positive = Math.abs(index);
  return positive < side ? positive : 2 * (side - 1) - positive;
}

function blurRows(images: Tensor4D, matrix: Tensor2D): Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const lines: Tensor3D = tf.reshape(images, [batch, height, width * channels]);
  const left: Tensor3D = tf.reshape(matrix, [1, height, height]);
  return tf.reshape(tf.matMul<Tensor3D>(left, lines), images.shape);
}

function blurColumns(images: Tensor4D, matrix: Tensor2D): Tensor4D {
  const [batch, height, width, channels] = images.shape;
  const lines = tf.transpose(tf.reshape(images, [batch * height, width, channels]), [0, 2, 1]);
  const flat: Tensor2D = tf.reshape(lines, [batch * height * channels, width]);
  const blurred = tf.matMul(flat, matrix, false, true);
  const back = tf.transpose(tf.reshape(blurred, [batch * height, channels, width]), [0, 2, 1]);
  return tf.reshape(back, images.shape);
}
