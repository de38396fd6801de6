import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createConvLayer, createDenseLayer } from '../../../src/objective/tensors/layers.js';
import type { ConvOptions } from '../../../src/objective/tensors/layers.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import { FINITE_DIFFERENCE_TOLERANCE, FLOAT32_TOLERANCE } from '../../tolerances.js';
import { gradientError, irregular, largestDifference } from '../finite-differences.js';
import { thrown } from '../thrown.js';

/** Sums of about a hundred float32 products in two orders. */
const SUMS = 30 * FLOAT32_TOLERANCE;

beforeAll(async () => {
  await openRuntime();
});

/** Kernel size, channels in and out, image side, and options: every kind of convolution the bundled model has. */
const CONVOLUTIONS: readonly [string, number, number, number, [number, number], ConvOptions][] = [
  ['1x1', 1, 3, 5, [4, 4], {}],
  ['1x1 on a single pixel', 1, 3, 5, [1, 1], {}],
  ['3x3, padding 1', 3, 2, 3, [5, 4], { padding: 1 }],
  ['3x3, padding 1, relu', 3, 2, 3, [5, 4], { padding: 1, activation: 'relu' }],
  ['3x3, no padding', 3, 2, 3, [5, 4], {}],
  ['3x3, stride 2, padding 1, even side', 3, 2, 3, [6, 4], { stride: 2, padding: 1 }],
  ['3x3, stride 2, padding 1, odd side', 3, 2, 3, [7, 5], { stride: 2, padding: 1 }],
  ['3x3, stride 2, padding 1, relu', 3, 2, 3, [6, 4], { stride: 2, padding: 1, activation: 'relu' }],
  ['4x4 over all of the image', 4, 2, 6, [4, 4], {}],
  ['1x1, stride 2: half of the input is never read', 1, 2, 3, [5, 5], { stride: 2 }],
  [
    '5x5, stride 3, uneven padding',
    5,
    2,
    2,
    [8, 7],
    { stride: 3, padding: { top: 2, bottom: 1, left: 0, right: 3 } },
  ],
  ['2x2, padding 2: outputs that see only zeros', 2, 1, 2, [3, 3], { padding: 2 }],
  ['1x1, padding 1: a border of bias alone', 1, 1, 2, [3, 3], { padding: 1 }],
];

describe('createConvLayer', () => {
  it.each(CONVOLUTIONS)(
    'has the gradient of finite differences: %s',
    (_, size, inputs, outputs, side, options) => {
      const layer = createConvLayer(
        irregular([size, size, inputs, outputs], 1) as Tensor4D,
        irregular([outputs], 2) as Tensor1D,
        options,
      );
      const x = irregular([2, ...side, inputs], 3);
      const { error, analytic } = gradientError((t) => layer.apply(t as Tensor4D), x);
      expect(error).toBeLessThan(FINITE_DIFFERENCE_TOLERANCE);
      expect(analytic.every(Number.isFinite)).toBe(true);
      layer.dispose();
      x.dispose();
    },
  );

  it('agrees with the stock kernels, forward and back, for any geometry', () => {
    const geometry = fc.record({
      kernel: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.integer({ min: 0, max: 3 }),
      side: fc.integer({ min: 5, max: 9 }),
      channels: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(geometry, ({ kernel, stride, padding, side, channels }) => {
        const filter = irregular([kernel, kernel, channels, 3], side) as Tensor4D;
        const layer = createConvLayer(filter, undefined, { stride, padding });
        tf.tidy(() => {
          const x = irregular([2, side, side + 1, channels], padding) as Tensor4D;
          const pad: [number, number][] = [[0, 0], [padding, padding], [padding, padding], [0, 0]]; // prettier-ignore
          const stock = tf.conv2d(tf.pad(x, pad), filter, stride, 'valid');
          const dy = irregular(stock.shape, 5) as Tensor4D;
          const ours = tf.grad((t) => layer.apply(t as Tensor4D))(x, dy);
          expect(largestDifference(ours, stockGradient(dy, filter, stride, pad, x.shape))).toBeLessThan(SUMS);
          expect(largestDifference(layer.apply(x), stock)).toBeLessThan(SUMS);
        });
        layer.dispose();
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it('gives an image the same numbers alone and in a batch, bit for bit', () => {
    const layer = createConvLayer(irregular([3, 3, 4, 6], 1) as Tensor4D, irregular([6], 2) as Tensor1D, {
      padding: 1,
    });
    tf.tidy(() => {
      const x = irregular([5, 6, 6, 4], 3) as Tensor4D;
      const alone = layer.apply(tf.slice(x, [3, 0, 0, 0], [1, -1, -1, -1])).dataSync();
      const together = tf.slice(layer.apply(x), [3, 0, 0, 0], [1, -1, -1, -1]).dataSync();
      expect(Array.from(alone)).toEqual(Array.from(together));
    });
    layer.dispose();
  });

  it('frees the weights and the flipped kernel, and nothing is left over after gradients', () => {
    const before = tf.memory().numTensors;
    const layer = createConvLayer(irregular([3, 3, 2, 2], 1) as Tensor4D, irregular([2], 2) as Tensor1D, {
      padding: 1,
    });
    const x = irregular([1, 4, 4, 2]);
    for (let i = 0; i < 3; i += 1) {
      tf.tidy(() =>
        tf
          .grad((t) => layer.apply(t as Tensor4D))(x)
          .dataSync(),
      );
      expect(tf.memory().numTensors).toBe(before + 4); // kernel, bias, flipped kernel, x
    }
    layer.dispose();
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps its weights when made inside a tidy', () => {
    const layer = tf.tidy(() => {
      const made = createConvLayer(irregular([1, 1, 1, 1]) as Tensor4D, irregular([1]) as Tensor1D);
      return { made } as unknown as tf.Tensor;
    }) as unknown as { made: ReturnType<typeof createConvLayer> };
    expect(tf.tidy(() => layer.made.apply(irregular([1, 2, 2, 1]) as Tensor4D).dataSync()).length).toBe(4);
    layer.made.dispose();
  });

  it('refuses an input of other channels', () => {
    const layer = createConvLayer(irregular([1, 1, 3, 2]) as Tensor4D, undefined);
    expect(thrown(() => tf.tidy(() => layer.apply(irregular([1, 2, 2, 4]) as Tensor4D)))).toEqual([
      'E_SHAPE',
      'convolution layer: expected an input of 3 channels, got 4',
    ]);
    layer.dispose();
  });
});

describe('createDenseLayer', () => {
  it('has the gradient of finite differences', () => {
    const layer = createDenseLayer(irregular([4, 3], 1) as Tensor2D, irregular([3], 2) as Tensor1D);
    const x = irregular([5, 4], 3);
    expect(gradientError((t) => layer.apply(t as Tensor2D), x).error).toBeLessThan(
      FINITE_DIFFERENCE_TOLERANCE,
    );
    layer.dispose();
    x.dispose();
  });

  it('is x·W + b', () => {
    const layer = createDenseLayer(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor1d([10, 20])); // prettier-ignore
    expect(Array.from(tf.tidy(() => layer.apply(tf.tensor2d([[1, 1]])).dataSync()))).toEqual([14, 26]);
    layer.dispose();
  });
});

afterAll(() => {
  expect(tf.memory().numTensors).toBe(0);
});

/** The wasm kernel that TensorFlow.js itself would use: slow, but right. */
function stockGradient(
  dy: Tensor4D,
  filter: Tensor4D,
  strides: number,
  pad: [number, number][],
  inputShape: number[],
): tf.Tensor {
  return tf.engine().runKernel(
    'Conv2DBackpropInput',
    { dy, filter },
    { strides, pad, dataFormat: 'NHWC', dimRoundingMode: 'floor', inputShape }, // prettier-ignore
  );
}
