/** Layers against plain sums in float64, forward and by their finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { createBlur, gaussianKernel } from '../../src/objective/purification/blur.js';
import { createConvLayer, createDenseLayer } from '../../src/objective/tensors/layers.js';
import type { ConvOptions } from '../../src/objective/tensors/layers.js';
import type { ConformanceCase } from './conformance-case.js';
import {
  differences,
  irregularValues,
  largestError,
  relativeError,
  sizeOf,
  valuesAndGradient,
} from './derivatives.js';

interface Convolution {
  readonly title: string;
  readonly kernel: number;
  readonly channels: readonly [inputs: number, outputs: number];
  readonly side: readonly [height: number, width: number];
  readonly options: ConvOptions;
  readonly bias: boolean;
}

const conv = (
  title: string,
  kernel: number,
  channels: [number, number],
  side: [number, number],
  options: ConvOptions = {},
  bias = true,
): Convolution => ({ title, kernel, channels, side, options, bias });

/** Every kind of convolution of the bundled model, and the corners of the gradient's geometry. */
const CONVOLUTIONS: readonly Convolution[] = [
  conv('1x1', 1, [3, 5], [4, 4]),
  conv('1x1 without bias', 1, [3, 5], [4, 4], {}, false),
  conv('1x1 on one pixel', 1, [3, 5], [1, 1]),
  conv('3x3, padding 1', 3, [2, 3], [5, 4], { padding: 1 }),
  conv('3x3, padding 1, relu', 3, [2, 3], [5, 4], { padding: 1, activation: 'relu' }),
  conv('3x3, padding 1, relu, no bias', 3, [2, 3], [5, 4], { padding: 1, activation: 'relu' }, false),
  conv('3x3, stride 2, padding 1, even side', 3, [2, 3], [6, 4], { stride: 2, padding: 1 }),
  conv('3x3, stride 2, padding 1, odd side, relu', 3, [2, 3], [7, 5], {
    stride: 2,
    padding: 1,
    activation: 'relu',
  }),
  conv('4x4 over all of the image, stride 4', 4, [2, 6], [4, 4], { stride: 4 }),
  conv('1x1, stride 2', 1, [2, 3], [5, 5], { stride: 2 }),
  conv('5x5, stride 3, uneven padding', 5, [2, 2], [8, 7], {
    stride: 3,
    padding: { top: 2, bottom: 1, left: 0, right: 3 },
  }),
  conv('2x2, padding 2', 2, [1, 2], [3, 3], { padding: 2 }),
  // More than the four channels and the 64 products that GPU kernels take at a time.
  conv('3x3, 8 to 9 channels', 3, [8, 9], [2, 3], { padding: 1 }),
];

export function layerCases(): ConformanceCase[] {
  return [...CONVOLUTIONS.map(convolutionCase), denseCase(), blurCase()];
}

/** A layer on the backend that runs, and the same in float64. */
interface Twin {
  readonly title: string;
  readonly shape: number[];
  readonly make: () => { readonly apply: (x: Tensor) => Tensor; dispose(): void };
  readonly plain: (x: readonly number[]) => number[];
}

function twinCase({ title, shape, make, plain }: Twin): ConformanceCase {
  const x = irregularValues(sizeOf(shape), 3);
  return {
    title,
    run: async ({ tolerances }) => {
      const before = tf.memory().numTensors;
      const layer = make();
      const got = await valuesAndGradient((t) => layer.apply(t), x, shape);
      layer.dispose();
      const numeric = differences(plain, x, 1e-4);
      return [
        { what: 'forward', got: largestError(got.values, plain(x)), bound: tolerances.layer },
        { what: 'gradient', got: relativeError(got.gradient, numeric), bound: tolerances.layerGradient },
        { what: 'tensors left over', got: tf.memory().numTensors - before, bound: 0 },
      ];
    },
  };
}

function convolutionCase({ title, kernel, channels, side, options, bias }: Convolution): ConformanceCase {
  const [inputs, outputs] = channels;
  const filter = irregularValues(kernel * kernel * inputs * outputs, 1);
  const offsets = bias ? irregularValues(outputs, 2) : [];
  return twinCase({
    title: `convolution ${title}`,
    shape: [2, ...side, inputs],
    make: () => {
      const layer = createConvLayer(
        tf.tensor4d(filter, [kernel, kernel, inputs, outputs]),
        bias ? tf.tensor1d(offsets) : undefined,
        options,
      );
      return { apply: (x) => layer.apply(x as Tensor4D), dispose: () => layer.dispose() };
    },
    plain: (x) => plainConvolution(x, side, filter, kernel, channels, offsets, options),
  });
}

/** y[b, i, j, m] = offset[m] + Σ x[b, s·i + u − top, s·j + v − left, c] · filter[u, v, c, m], two images. */
function plainConvolution(
  x: readonly number[],
  [height, width]: readonly [number, number],
  filter: readonly number[],
  kernel: number,
  [inputs, outputs]: readonly [number, number],
  offsets: readonly number[],
  { stride = 1, padding = 0, activation = 'linear' }: ConvOptions,
): number[] {
  const zeros =
    typeof padding === 'number' ? { top: padding, bottom: padding, left: padding, right: padding } : padding;
  const rows = Math.floor((height + zeros.top + zeros.bottom - kernel) / stride) + 1;
  const columns = Math.floor((width + zeros.left + zeros.right - kernel) / stride) + 1;
  const at = (b: number, i: number, j: number, c: number): number =>
    i < 0 || j < 0 || i >= height || j >= width ? 0 : (x[((b * height + i) * width + j) * inputs + c] ?? NaN);
  return Array.from({ length: 2 * rows * columns * outputs }, (_, n) => {
    const m = n % outputs;
    const j = Math.floor(n / outputs) % columns;
    const i = Math.floor(n / (outputs * columns)) % rows;
    const b = Math.floor(n / (outputs * columns * rows));
    let sum = offsets[m] ?? 0;
    for (let k = 0; k < kernel * kernel * inputs; k += 1) {
      const [c, v, u] = [k % inputs, Math.floor(k / inputs) % kernel, Math.floor(k / (inputs * kernel))];
      sum +=
        at(b, stride * i + u - zeros.top, stride * j + v - zeros.left, c) * (filter[k * outputs + m] ?? NaN);
    }
    return activation === 'relu' ? Math.max(sum, 0) : sum;
  });
}

function denseCase(): ConformanceCase {
  const [weights, offsets] = [irregularValues(7 * 4, 1), irregularValues(4, 2)];
  return twinCase({
    title: 'dense layer',
    shape: [3, 7],
    make: () => {
      const layer = createDenseLayer(tf.tensor2d(weights, [7, 4]), tf.tensor1d(offsets));
      return { apply: (x) => layer.apply(x as Tensor2D), dispose: () => layer.dispose() };
    },
    plain: (x) =>
      Array.from({ length: 12 }, (_, n) => {
        const [row, m] = [Math.floor(n / 4), n % 4];
        return Array.from(
          { length: 7 },
          (_, c) => (x[row * 7 + c] ?? NaN) * (weights[c * 4 + m] ?? NaN),
        ).reduce((sum, product) => sum + product, offsets[m] ?? NaN);
      }),
  });
}

function blurCase(): ConformanceCase {
  const image = { height: 5, width: 6, channels: 2 };
  const taps = gaussianKernel(0.8, 3);
  const mirror = (i: number, side: number): number => (i < 0 ? -i : i >= side ? 2 * (side - 1) - i : i);
  const pixel = (x: readonly number[], b: number, i: number, j: number, c: number): number =>
    x[((b * 5 + mirror(i, 5)) * 6 + mirror(j, 6)) * 2 + c] ?? NaN;
  return twinCase({
    title: 'blur',
    shape: [2, 5, 6, 2],
    make: () => {
      const blur = createBlur({ sigma: 0.8, kernelSize: 3 }, image);
      return { apply: (x) => blur.apply(x as Tensor4D), dispose: () => blur.dispose() };
    },
    plain: (x) =>
      Array.from({ length: 120 }, (_, n) => {
        const [c, j, i, b] = [n % 2, Math.floor(n / 2) % 6, Math.floor(n / 12) % 5, Math.floor(n / 60)];
        return [-1, 0, 1].reduce(
          (sum, u) =>
            sum +
            [-1, 0, 1].reduce(
              (line, v) => line + pixel(x, b, i + u, j + v, c) * (taps[u + 1] ?? NaN) * (taps[v + 1] ?? NaN),
              0,
            ),
          0,
        );
      }),
  });
}
