/** Gradients of matrix products and convolutions. Weights of convolutions get none: models here are trained elsewhere. */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../../errors.js';
import { convInputGradient, gradientKernel } from '../conv-input-gradient.js';
import { at, sumTo } from './elementwise.js';

export const LINEAR_GRADIENTS: readonly GradConfig[] = [
  {
    kernelName: 'BatchMatMul',
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved, attributes) => {
      const [a, b, d] = [at(saved, 0), at(saved, 1), dy as Tensor];
      const { transposeA, transposeB } = attributes as { transposeA?: boolean; transposeB?: boolean };
      const inA = (): Tensor =>
        transposeA === true
          ? matMul(b, d, transposeB === true, true)
          : matMul(d, b, false, transposeB !== true);
      const inB = (): Tensor =>
        transposeB === true
          ? matMul(d, a, true, transposeA === true)
          : matMul(a, d, transposeA !== true, false);
      return { a: () => sumTo(inA(), a.shape), b: () => sumTo(inB(), b.shape) };
    },
  },
  {
    kernelName: 'Conv2D',
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attributes) => {
      const [x, filter] = [at(saved, 0) as Tensor4D, at(saved, 1) as Tensor4D];
      return {
        x: () => convGradient(dy as Tensor4D, x, filter, attributes as unknown as ConvAttributes),
        filter: () => {
          throw new BoSearchError('E_BACKEND', 'conv2d: the gradient in the kernel is not supported');
        },
      };
    },
  },
];

interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function convGradient(dy: Tensor4D, x: Tensor4D, filter: Tensor4D, attributes: ConvAttributes): Tensor4D {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = attributes;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape,
    filter.shape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const square = info.strideHeight === info.strideWidth;
  if (dataFormat !== 'NHWC' || !square || info.dilationHeight !== 1 || info.dilationWidth !== 1) {
    throw new BoSearchError(
      'E_BACKEND',
      'conv2d: the gradient needs NHWC, one stride for both axes and no dilation',
    );
  }
  const { top, bottom, left, right } = info.padInfo;
  const geometry = {
    kernel: [info.filterHeight, info.filterWidth] as const,
    stride: info.strideHeight,
    padding: { top, bottom, left, right },
  };
  return convInputGradient(dy, gradientKernel(filter, geometry), geometry, x.shape);
}

function matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return tf.matMul(a, b, transposeA, transposeB);
}
