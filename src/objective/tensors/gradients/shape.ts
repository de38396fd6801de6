/** Gradients of kernels that move or add up values: reshape, transpose, slice, pad, concat, tile, sum, mean. */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { at } from './elementwise.js';

type Attributes = Readonly<Record<string, unknown>>;
type Shaped = (dy: Tensor, shape: number[], attributes: Attributes) => Tensor;

/** A kernel whose gradient needs only the shape of its input. */
function ofShape(kernelName: string, gradient: Shaped): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attributes) => ({
      x: () => gradient(dy as Tensor, at(saved, 0).shape, attributes),
    }),
  };
}

/** `ofShape` for kernels that call their input `input`. */
function ofInputShape(kernelName: string, gradient: Shaped): GradConfig {
  return {
    kernelName,
    inputsToSave: ['input'],
    gradFunc: (dy, saved, attributes) => ({
      input: () => gradient(dy as Tensor, at(saved, 0).shape, attributes),
    }),
  };
}

export const SHAPE_GRADIENTS: readonly GradConfig[] = [
  ofShape('Reshape', (dy, shape) => tf.reshape(dy, shape)),
  ofInputShape('ExpandDims', (dy, shape) => tf.reshape(dy, shape)),
  ofShape('Transpose', (dy, _, { perm }) => tf.transpose(dy, inverse(perm as number[]))),
  ofShape('Slice', (dy, shape, attributes) => {
    const [begin, size] = tf.slice_util.parseSliceParams(
      { shape, rank: shape.length } as Tensor,
      attributes['begin'] as number[],
      attributes['size'] as number[],
    );
    return tf.pad(
      dy,
      shape.map((length, axis) => [begin[axis] ?? 0, length - (begin[axis] ?? 0) - (size[axis] ?? 0)]),
    );
  }),
  ofShape('PadV2', (dy, shape, { paddings }) =>
    tf.slice(
      dy,
      (paddings as number[][]).map(([before]) => before ?? 0),
      shape,
    ),
  ),
  ofShape('Tile', (dy, shape, { reps }) => {
    const times = reps as number[];
    const split = tf.reshape(
      dy,
      shape.flatMap((length, axis) => [times[axis] ?? 1, length]),
    );
    return tf.sum(
      split,
      shape.map((_, axis) => 2 * axis),
    );
  }),
  ofShape('Sum', (dy, shape, { axis }) => spread(dy, shape, axis, 1)),
  ofShape('Mean', (dy, shape, { axis }) => spread(dy, shape, axis, averaged(shape, axis))),
  {
    kernelName: 'Concat',
    saveAllInputs: true,
    gradFunc: (dy, saved, attributes) => {
      const axis = tf.util.parseAxisParam(attributes['axis'] as number, at(saved, 0).shape)[0] ?? 0;
      const ends = saved.map((_, i) => total(saved.slice(0, i + 1), axis));
      return saved.map((part, i) => () => {
        const begin = part.shape.map(() => 0);
        begin[axis] = (ends[i] ?? 0) - (part.shape[axis] ?? 0);
        return tf.slice(dy as Tensor, begin, part.shape);
      }) as never;
    },
  },
];

/** dy, constant along the axes that were summed away, over `count`. */
function spread(dy: Tensor, shape: number[], axis: unknown, count: number): Tensor {
  const axes = tf.util.parseAxisParam(axis as number[], shape);
  const kept = shape.map((length, i) => (axes.includes(i) ? 1 : length));
  return tf.mul(tf.reshape(dy, kept), tf.fill(shape, 1 / count));
}

/** How many values the mean over `axis` takes together. */
function averaged(shape: number[], axis: unknown): number {
  return tf.util.parseAxisParam(axis as number[], shape).reduce((n, i) => n * (shape[i] ?? 1), 1);
}

function total(parts: Tensor[], axis: number): number {
  return parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
}

function inverse(permutation: number[]): number[] {
  const back = permutation.map(() => 0);
  for (const [to, from] of permutation.entries()) back[from] = to;
  return back;
}
