import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { blurKernelSize, createBlur, gaussianKernel } from '../../../src/objective/purification/blur.js';
import type { BlurOptions } from '../../../src/objective/purification/blur.js';
import { inputNoise } from '../../../src/objective/purification/noise.js';
import { createPreprocessing } from '../../../src/objective/purification/preprocessing.js';
import type { PreprocessingOptions } from '../../../src/objective/purification/preprocessing.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import { FINITE_DIFFERENCE_TOLERANCE, FLOAT32_TOLERANCE } from '../../tolerances.js';
import { differenceOf, gradientError, irregular } from '../finite-differences.js';
import { thrown } from '../thrown.js';

beforeAll(async () => {
  await openRuntime();
});

const key = { key: 'k', purification: 0 };
const size = (height: number, width: number, channels = 1) => ({ height, width, channels });

/** Values of a blurred image. */
function blurred(
  options: BlurOptions,
  values: number[],
  height: number,
  width: number,
  channels = 1,
): number[] {
  const blur = createBlur(options, size(height, width, channels));
  const output = tf.tidy(() => blur.apply(tf.tensor4d(values, [1, height, width, channels])));
  const numbers = Array.from(output.dataSync());
  output.dispose();
  blur.dispose();
  return numbers;
}

/** The same by a direct sum over the reflected neighbourhood. */
function directBlur(kernel: Float64Array, values: number[], height: number, width: number): number[] {
  const middle = (kernel.length - 1) / 2;
  const mirror = (i: number, n: number): number => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i);
  return values.map((_, at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    let sum = 0;
    for (const [a, ka] of kernel.entries()) {
      for (const [b, kb] of kernel.entries()) {
        const [row, column] = [mirror(y + a - middle, height), mirror(x + b - middle, width)];
        sum += ka * kb * (values[row * width + column] ?? NaN);
      }
    }
    return sum;
  });
}

describe('gaussianKernel', () => {
  it.each([
    [1, 15],
    [0.3, 3],
    [5, 31],
    [1, 1],
  ])('of sigma %d and %d taps has sum 1, is symmetric and falls as the Gaussian', (sigma, taps) => {
    const kernel = gaussianKernel(sigma, taps);
    expect(kernel.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 14);
    expect(Array.from(kernel)).toEqual(Array.from(kernel).reverse());
    const middle = (taps - 1) / 2;
    for (let i = 0; i < taps; i += 1) {
      const ratio = (kernel[i] ?? NaN) / (kernel[middle] ?? NaN);
      expect(ratio).toBeCloseTo(Math.exp(-((i - middle) ** 2) / (2 * sigma ** 2)), 12);
    }
  });
});

describe('blurKernelSize', () => {
  it.each([
    ['paper', 256, 15],
    ['paper', 128, 7],
    ['paper', 64, 7],
    ['paper', 28, 3],
    ['paper', 2, 1],
    ['reference', 256, 255],
    ['reference', 128, 31],
    ['reference', 64, 15],
    ['reference', 28, 3],
    [9, 28, 9],
  ] as const)('of rule %s on %d pixels is %d', (rule, side, taps) => {
    expect(blurKernelSize(rule, side)).toBe(taps);
  });

  it.each([0, 2, 2.5, -3, NaN])('refuses %d taps', (taps) => {
    expect(thrown(() => blurKernelSize(taps, 28))).toEqual([
      'E_ARGUMENT',
      `blur: kernelSize must be an odd number of at least 1, got ${taps}`,
    ]);
  });
});

describe('createBlur', () => {
  const values = Array.from({ length: 35 }, (_, i) => 0.5 + 0.5 * Math.sin(1.7 * i));

  it.each([
    [1, 3],
    [0.7, 5],
    [2, 9],
  ])('is the direct sum over reflected pixels: sigma %d, %d taps', (sigma, taps) => {
    const got = blurred({ sigma, kernelSize: taps }, values, 5, 7);
    const expected = directBlur(gaussianKernel(sigma, taps), values, 5, 7);
    expect(differenceOf(got, expected)).toBeLessThan(5 * FLOAT32_TOLERANCE);
  });

  it('blurs each channel alone', () => {
    const channels = [values, values.map((v) => 1 - v), values.map((v) => v / 2)];
    const interleaved = values.flatMap((_, i) => channels.map((channel) => channel[i] ?? NaN));
    const got = blurred({ sigma: 1, kernelSize: 3 }, interleaved, 5, 7, 3);
    for (const [c, channel] of channels.entries()) {
      const own = got.filter((_, i) => i % 3 === c);
      expect(differenceOf(own, directBlur(gaussianKernel(1, 3), channel, 5, 7))).toBeLessThan(
        5 * FLOAT32_TOLERANCE,
      );
    }
  });

  it('leaves a constant image and, with one tap, any image', () => {
    const flat = values.map(() => 0.3);
    expect(differenceOf(blurred({ sigma: 2, kernelSize: 9 }, flat, 5, 7), flat)).toBeLessThan(
      FLOAT32_TOLERANCE,
    );
    expect(differenceOf(blurred({ sigma: 2, kernelSize: 1 }, values, 5, 7), values)).toBeLessThan(
      FLOAT32_TOLERANCE,
    );
  });

  it('has the gradient of finite differences', () => {
    const blur = createBlur({ sigma: 1, kernelSize: 3 }, size(4, 3, 2));
    const x = irregular([2, 4, 3, 2], 1);
    expect(gradientError((t) => blur.apply(t as Tensor4D), x).error).toBeLessThan(
      FINITE_DIFFERENCE_TOLERANCE,
    );
    blur.dispose();
    x.dispose();
  });

  it('refuses a kernel too wide to reflect, and a sigma that is not above 0', () => {
    expect(thrown(() => createBlur({ sigma: 1, kernelSize: 11 }, size(5, 7)))).toEqual([
      'E_ARGUMENT',
      'blur: kernelSize must be below 10 for 5 pixels, got 11',
    ]);
    expect(thrown(() => createBlur({ sigma: 0, kernelSize: 3 }, size(5, 7)))).toEqual([
      'E_ARGUMENT',
      'blur: sigma must be a number above 0, got 0',
    ]);
  });
});

describe('createPreprocessing', () => {
  const ids = ['a', 'b'];
  const image = size(4, 4);
  const grey = new Float32Array(32).fill(0.5);

  const run = (options: PreprocessingOptions, pixels: Float32Array, own = ids): number[] => {
    const preprocessing = createPreprocessing(options, image);
    const output = tf.tidy(() =>
      tf.add(preprocessing.apply(tf.tensor4d(pixels, [own.length, 4, 4, 1]), key, own), 0),
    );
    const numbers = Array.from(output.dataSync());
    output.dispose();
    preprocessing.dispose();
    return numbers;
  };

  it('does nothing by default', () => {
    expect(run({}, grey)).toEqual(Array.from(grey));
    expect(createPreprocessing({}, image).random).toBe(false);
  });

  it('adds noise of exactly the norm asked for, where no clamp acts', () => {
    const noisy = run({ noise: { l2Norm: 0.4 } }, grey);
    for (const b of [0, 1]) {
      const added = noisy.slice(16 * b, 16 * (b + 1)).map((value) => value - 0.5);
      expect(Math.hypot(...added)).toBeCloseTo(0.4, 5);
    }
  });

  it('gives an image the same noise in any batch', () => {
    const alone = run({ noise: { l2Norm: 0.4 } }, grey.subarray(0, 16), ['b']);
    expect(run({ noise: { l2Norm: 0.4 } }, grey).slice(16)).toEqual(alone);
  });

  it('blurs first, then adds noise, then clamps', () => {
    const step = Float32Array.from({ length: 32 }, (_, i) => (i % 4 < 2 ? 0 : 1));
    const blur = { sigma: 1, kernelSize: 3 };
    const got = run({ blur, noise: { l2Norm: 2 } }, step);
    const noise = inputNoise(key, ids, 16, 2);
    const expected = [0, 1].flatMap((b) =>
      directBlur(gaussianKernel(1, 3), Array.from(step.subarray(16 * b, 16 * (b + 1))), 4, 4),
    );
    const clamped = expected.map((value, i) => Math.min(1, Math.max(0, value + (noise[i] ?? NaN))));
    expect(differenceOf(got, clamped)).toBeLessThan(5 * FLOAT32_TOLERANCE);
    expect(Math.min(...got)).toBe(0);
    expect(Math.max(...got)).toBe(1);
  });

  it('is not random at norm 0', () => {
    const preprocessing = createPreprocessing({ noise: { l2Norm: 0 } }, image);
    expect(preprocessing.random).toBe(false);
    expect(run({ noise: { l2Norm: 0 } }, grey)).toEqual(Array.from(grey));
  });

  it('has the gradient of finite differences', () => {
    const options = { blur: { sigma: 1, kernelSize: 3 }, noise: { l2Norm: 0.2 } };
    const preprocessing = createPreprocessing(options, image);
    const x = tf.tidy(() => tf.add(tf.mul(irregular([2, 4, 4, 1], 1), 0.2), 0.5));
    const { error } = gradientError((t) => preprocessing.apply(t as Tensor4D, key, ids), x);
    expect(error).toBeLessThan(FINITE_DIFFERENCE_TOLERANCE);
    preprocessing.dispose();
    x.dispose();
  });

  it.each([-1, NaN, Infinity])('refuses norm %d', (l2Norm) => {
    expect(thrown(() => createPreprocessing({ noise: { l2Norm } }, image))).toEqual([
      'E_ARGUMENT',
      `preprocessing: noise.l2Norm must be at least 0, got ${l2Norm}`,
    ]);
  });
});
