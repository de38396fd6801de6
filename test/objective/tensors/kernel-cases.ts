/** One function for every kernel that has a gradient here, some in several forms of broadcasting. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { irregular } from '../finite-differences.js';

/** A tensor of constants, made inside the function under test. */
const c = (...shape: number[]): Tensor => irregular(shape, 7);
/** Strictly positive, around 1. */
const positive = (x: Tensor): Tensor => tf.add(tf.square(x), 0.5);

/** Kernel, shape of x, and a function that runs the kernel on the way of x. */
export const KERNEL_CASES: readonly [string, number[], (x: Tensor) => Tensor][] = [
  ['Add', [2, 3], (x) => tf.add(x, c(2, 3))],
  ['Add', [3], (x) => tf.add(c(2, 3), x)],
  ['Add', [2, 1, 3], (x) => tf.add(x, c(4, 1))],
  ['Sub', [2, 3], (x) => tf.sub(x, c(2, 3))],
  ['Sub', [1, 3], (x) => tf.sub(c(2, 3), x)],
  ['Multiply', [2, 3], (x) => tf.mul(x, c(3))],
  ['Multiply', [3], (x) => tf.mul(c(2, 3), x)],
  ['Multiply', [4], (x) => tf.mul(x, x)],
  ['RealDiv', [2, 3], (x) => tf.div(x, positive(c(3)))],
  ['RealDiv', [3], (x) => tf.div(c(2, 3), positive(x))],
  ['Maximum', [2, 3], (x) => tf.maximum(x, c(3))],
  ['Maximum', [3], (x) => tf.maximum(c(2, 3), x)],
  ['Minimum', [2, 3], (x) => tf.minimum(x, c(3))],
  ['Minimum', [3], (x) => tf.minimum(c(2, 3), x)],
  ['Abs', [5], (x) => tf.abs(x)],
  ['Neg', [5], (x) => tf.neg(x)],
  ['Square', [5], (x) => tf.square(x)],
  ['Log', [5], (x) => tf.log(positive(x))],
  ['Sqrt', [5], (x) => tf.sqrt(positive(x))],
  ['Rsqrt', [5], (x) => tf.rsqrt(positive(x))],
  ['Exp', [5], (x) => tf.exp(x)],
  ['Sigmoid', [5], (x) => tf.sigmoid(x)],
  ['Tanh', [5], (x) => tf.tanh(x)],
  ['Relu', [5], (x) => tf.relu(x)],
  ['Softplus', [5], (x) => tf.softplus(x)],
  ['LeakyRelu', [5], (x) => tf.leakyRelu(x, 0.2)],
  ['ClipByValue', [5], (x) => tf.clipByValue(x, -0.5, 0.7)],
  ['Identity', [5], (x) => tf.mul(tf.clone(x), c(5))],
  ['Cast', [5], (x) => tf.mul(tf.cast(x, 'float32'), tf.cast(tf.add(x, c(5)), 'float32'))],
  ['Reshape', [2, 6], (x) => tf.mul(tf.reshape(x, [3, 4]), c(3, 4))],
  ['ExpandDims', [2, 3], (x) => tf.mul(tf.expandDims(x, 1), c(2, 4, 3))],
  ['Transpose', [2, 3, 4], (x) => tf.transpose(x, [2, 0, 1])],
  ['Slice', [4, 5], (x) => tf.slice(x, [1, 2], [2, -1])],
  ['PadV2', [2, 3], (x) => tf.pad(x, [[1, 0], [0, 2]])], // prettier-ignore
  ['Tile', [2, 3], (x) => tf.tile(x, [3, 2])],
  ['Sum', [2, 3, 4], (x) => tf.sum(x, [0, 2])],
  ['Sum', [2, 3], (x) => tf.sum(x)],
  ['Sum', [2, 3], (x) => tf.sum(x, 1, true)],
  ['Mean', [2, 3, 4], (x) => tf.mean(x, [1, 2])],
  ['Mean', [2, 3], (x) => tf.mean(x, -1, true)],
  ['Concat', [2, 3], (x) => tf.concat([c(2, 1), x, tf.square(x)], 1)],
  ['Concat', [2, 3], (x) => tf.concat([x, x], 0)],
  ['BatchMatMul', [2, 3], (x) => tf.matMul(x, c(3, 4))],
  ['BatchMatMul', [3, 4], (x) => tf.matMul(c(2, 3), x)],
  ['BatchMatMul', [3, 2], (x) => tf.matMul(x, c(4, 3), true, true)],
  ['BatchMatMul', [4, 3], (x) => tf.matMul(c(3, 2), x, true, true)],
  ['BatchMatMul', [2, 3, 4], (x) => tf.matMul(c(5, 3), x)],
  ['Conv2D', [2, 5, 4, 2], (x) => tf.conv2d(x as Tensor4D, c(3, 3, 2, 3) as Tensor4D, 1, 'same')],
  ['Conv2D', [2, 6, 6, 2], (x) => tf.conv2d(x as Tensor4D, c(3, 3, 2, 3) as Tensor4D, 2, 'same')],
  ['Conv2D', [2, 6, 5, 2], (x) => tf.conv2d(x as Tensor4D, c(2, 2, 2, 3) as Tensor4D, 2, 'valid')],
];
