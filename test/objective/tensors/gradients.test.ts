import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { DIFFERENTIABLE_KERNELS } from '../../../src/objective/tensors/gradients/register.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import { FINITE_DIFFERENCE_TOLERANCE } from '../../tolerances.js';
import { gradientError, irregular } from '../finite-differences.js';
import { thrown } from '../thrown.js';
import { KERNEL_CASES } from './kernel-cases.js';

beforeAll(async () => {
  await openRuntime();
});

describe('registerGradients', () => {
  it.each(KERNEL_CASES)('gives %s on %j the gradient of finite differences', (kernel, shape, f) => {
    expect(DIFFERENTIABLE_KERNELS).toContain(kernel);
    const x = irregular(shape, 1);
    expect(gradientError(f, x).error).toBeLessThan(FINITE_DIFFERENCE_TOLERANCE);
    x.dispose();
  });

  it('leaves no kernel without such a test', () => {
    expect([...new Set(KERNEL_CASES.map(([kernel]) => kernel))].sort()).toEqual(
      [...DIFFERENTIABLE_KERNELS].sort(),
    );
  });

  it('passes the whole gradient at the bounds of a clamp and none beyond', () => {
    const x = tf.tensor1d([-1, 0, 0.5, 1, 2]);
    const gradient = tf.tidy(() =>
      Array.from(
        tf
          .grad((t) => tf.clipByValue(t, 0, 1))(x)
          .dataSync(),
      ),
    );
    expect(gradient).toEqual([0, 1, 1, 1, 0]);
    x.dispose();
  });

  it('has none for kernels whose gradient in TensorFlow.js is wrong without a word', () => {
    const x = irregular([1, 4, 4, 1]) as Tensor4D;
    expect(() => tf.tidy(() => tf.grad((t) => tf.maxPool(t as Tensor4D, 2, 2, 'valid'))(x))).toThrow(
      'gradient function not found for MaxPool',
    );
    x.dispose();
  });

  it('refuses the gradient of a convolution in its kernel, and of a dilated one', () => {
    const x = irregular([1, 4, 4, 1]) as Tensor4D;
    const w = irregular([2, 2, 1, 1]) as Tensor4D;
    expect(thrown(() => tf.tidy(() => tf.grad((t) => tf.conv2d(x, t as Tensor4D, 1, 'same'))(w)))).toEqual([
      'E_BACKEND',
      'conv2d: the gradient in the kernel is not supported',
    ]);
    const dilated = (t: Tensor): Tensor => tf.conv2d(t as Tensor4D, w, 1, 'valid', 'NHWC', 2);
    expect(thrown(() => tf.tidy(() => tf.grad(dilated)(x)))).toEqual([
      'E_BACKEND',
      'conv2d: the gradient needs NHWC, one stride for both axes and no dilation',
    ]);
    tf.dispose([x, w]);
  });
});
