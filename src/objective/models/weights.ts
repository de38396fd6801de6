/**
 * Builds layers from the tensors of a weight file, and frees them all at once.
 *
 * A layer at `path` has `path.kernel` (kh, kw, in, out), or (in, out) where it is dense, and `path.bias` (out).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import { createConvLayer, createDenseLayer } from '../tensors/layers.js';
import type { ConvLayer, ConvOptions, DenseLayer } from '../tensors/layers.js';
import { readSafetensors } from './safetensors.js';
import type { WeightTensor } from './safetensors.js';

/** Shape of a convolution, with how it is run. */
export interface ConvShape extends ConvOptions {
  readonly kernel: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Which outputs to compute, [from, to); default all. */
  readonly use?: readonly [number, number];
}

/** Makes layers; each tensor of the file must be asked for in its own shape. */
export interface LayerBuilder {
  conv(path: string, shape: ConvShape): ConvLayer;
  dense(path: string, inputs: number, outputs: number): DenseLayer;
  /** A tensor of its own of the file's `shape`, reshaped to `as`; kept until the builder disposes it. */
  tensor<T extends Tensor>(name: string, shape: readonly number[], as: T['shape']): T;
}

/** What was built, and how to free it. */
export interface Built<T> {
  readonly value: T;
  readonly dispose: () => void;
}

/**
 * Builds a network from a weight file.
 * @param bytes - the safetensors file.
 * @param file - its name, for messages.
 * @throws BoSearchError `E_WEIGHTS` naming file and tensor if one is missing, has another shape, or is left over; what
 * `readSafetensors` throws. Nothing stays allocated then.
 */
export function buildFromWeights<T>(
  bytes: Uint8Array,
  file: string,
  build: (builder: LayerBuilder) => T,
): Built<T> {
  const tensors = readSafetensors(bytes, file);
  const used = new Set<string>();
  const owned: { dispose(): void }[] = [];
  const own = <D extends { dispose(): void }>(item: D): D => {
    owned.push(item);
    return item;
  };
  const take = (name: string, shape: readonly number[]): WeightTensor => {
    used.add(name);
    return takeTensor(tensors, name, shape, file);
  };
  const dispose = (): void => {
    for (const item of owned.splice(0)) item.dispose();
  };
  try {
    const value = build(layerBuilder(take, own));
    assertAllUsed(tensors, used, file);
    return { value, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function layerBuilder(
  take: (name: string, shape: readonly number[]) => WeightTensor,
  own: <D extends { dispose(): void }>(item: D) => D,
): LayerBuilder {
  return {
    conv(path, { kernel, inputs, outputs, bias = true, use = [0, outputs], ...options }) {
      const k = take(`${path}.kernel`, [kernel, kernel, inputs, outputs]);
      const b = bias ? take(`${path}.bias`, [outputs]) : undefined;
      const columns = (data: Float32Array): Float32Array => columnsOf(data, outputs, use);
      return own(
        createConvLayer(
          tf.tensor4d(columns(k.data), [kernel, kernel, inputs, use[1] - use[0]]),
          b && tf.tensor1d(columns(b.data)),
          options,
        ),
      );
    },
    dense(path, inputs, outputs) {
      const k = take(`${path}.kernel`, [inputs, outputs]);
      const b = take(`${path}.bias`, [outputs]);
      return own(createDenseLayer(tf.tensor2d(k.data, [inputs, outputs]), tf.tensor1d(b.data)));
    },
    tensor<T extends Tensor>(name: string, shape: readonly number[], as: T['shape']) {
      return own(tf.keep(tf.tensor(take(name, shape).data, as) as T));
    },
  };
}

/** Columns [from, to) of a row-major matrix of `width` columns. */
function columnsOf(data: Float32Array, width: number, [from, to]: readonly [number, number]): Float32Array {
  return data.filter((_, i) => i % width >= from && i % width < to);
}

function takeTensor(
  tensors: ReadonlyMap<string, WeightTensor>,
  name: string,
  shape: readonly number[],
  file: string,
): WeightTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) {
    throw new BoSearchError('E_WEIGHTS', `${file}: expected a tensor "${name}", got none of that name`, {
      hint: HINT,
    });
  }
  if (tensor.shape.join() !== shape.join()) {
    throw new BoSearchError(
      'E_WEIGHTS',
      `${file}: tensor "${name}": expected shape [${shape.join(', ')}], got [${tensor.shape.join(', ')}]`,
      { hint: HINT },
    );
  }
  return tensor;
}

function assertAllUsed(
  tensors: ReadonlyMap<string, WeightTensor>,
  used: ReadonlySet<string>,
  file: string,
): void {
  const left = [...tensors.keys()].find((name) => !used.has(name));
  if (left === undefined) return;
  throw new BoSearchError(
    'E_WEIGHTS',
    `${file}: tensor "${left}": expected no such tensor in this architecture`,
    {
      hint: HINT,
    },
  );
}

const HINT = 'weights and model.json do not belong together: take both from one packed folder';
