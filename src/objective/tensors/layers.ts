/**
 * Layers that own their weights: convolutions and dense maps with gradients in their input, none in their weights.
 *
 * The forward pass is one fused kernel. The gradient runs a cached flipped kernel (made at the first gradient) and is
 * freed with the weights.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { convInputGradient, gradientKernel } from './conv-input-gradient.js';
import type { ConvGeometry, Padding } from './conv-input-gradient.js';

/** A map from tensors to tensors that owns its weights. */
export interface Layer<In extends Tensor, Out extends Tensor> {
  apply(x: In): Out;
  /** Frees the weights and everything made from them. */
  dispose(): void;
}

export type ConvLayer = Layer<Tensor4D, Tensor4D>;
export type DenseLayer = Layer<Tensor2D, Tensor2D>;

/** How a convolution is run. */
export interface ConvOptions {
  /** Step down and across, at least 1; default 1. */
  readonly stride?: number;
  /** Zeros on every side, or per side; default 0. */
  readonly padding?: number | Padding;
  /** Default `linear`. */
  readonly activation?: 'linear' | 'relu';
}

/**
 * A convolution, NHWC. Takes the tensors over: they are kept, and freed by `dispose`.
 * @param kernel - (kh, kw, C, M).
 * @param bias - (M); absent means none.
 */
export function createConvLayer(
  kernel: Tensor4D,
  bias: Tensor1D | undefined,
  options: ConvOptions = {},
): ConvLayer {
  const { stride = 1, padding = 0, activation = 'linear' } = options;
  const geometry: ConvGeometry = {
    kernel: [kernel.shape[0], kernel.shape[1]],
    stride,
    padding: typeof padding === 'number' ? samePadding(padding) : padding,
  };
  const inputs = kernel.shape[2];
  const forward = convForward(tf.keep(kernel), bias && tf.keep(bias), geometry, activation);
  let flipped: Tensor4D | undefined;
  const withGradient = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor4D, tf.GradSaveFunc];
    const value = forward(x);
    save(activation === 'relu' ? [value] : []);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        flipped ??= tf.keep(gradientKernel(kernel, geometry));
        const inner = activation === 'relu' ? tf.mul(dy, tf.step(saved[0])) : dy;
        return convInputGradient(inner as Tensor4D, flipped, geometry, x.shape);
      },
    };
  });
  return {
    apply(x) {
      assertChannels('convolution', x.shape[3], inputs);
      return withGradient(x);
    },
    dispose() {
      kernel.dispose();
      bias?.dispose();
      flipped?.dispose();
    },
  };
}

/**
 * x·kernel + bias. Takes the tensors over: they are kept, and freed by `dispose`.
 * @param kernel - (inputs, outputs).
 * @param bias - (outputs).
 */
export function createDenseLayer(kernel: Tensor2D, bias: Tensor1D): DenseLayer {
  tf.keep(kernel);
  tf.keep(bias);
  return {
    apply(x) {
      assertChannels('dense', x.shape[1], kernel.shape[0]);
      return tf.add(tf.matMul(x, kernel), bias);
    },
    dispose() {
      kernel.dispose();
      bias.dispose();
    },
  };
}

/** Bias addition and activation within the kernel: one pass over the output instead of three. */
function convForward(
  kernel: Tensor4D,
  bias: Tensor1D | undefined,
  geometry: ConvGeometry,
  activation: 'linear' | 'relu',
): (x: Tensor4D) => Tensor4D {
  const { stride, padding } = geometry;
  const pad = [
    [0, 0],
    [padding.top, padding.bottom],
    [padding.left, padding.right],
    [0, 0],
  ];
  const attributes = {
    strides: [stride, stride],
    pad,
    dataFormat: 'NHWC',
    dilations: [1, 1],
    dimRoundingMode: null,
  };
  if (bias === undefined && activation === 'linear') {
    return (x) => tf.engine().runKernel('Conv2D', { x, filter: kernel }, attributes as never);
  }
  const fused = { ...attributes, activation };
  const constants = bias === undefined ? { filter: kernel } : { filter: kernel, bias };
  return (x) => tf.engine().runKernel('FusedConv2D', { x, ...constants }, fused as never);
}

function samePadding(zeros: number): Padding {
  return { top: zeros, bottom: zeros, left: zeros, right: zeros };
}

function assertChannels(layer: string, got: number, expected: number): void {
  if (got === expected) return;
  throw new ShapeError(`${layer} layer: expected an input of ${expected} channels, got ${got}`);
}
