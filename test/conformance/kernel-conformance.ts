/**
 * Every differentiable kernel and every activation: forward as the plain JavaScript backend has it, gradient as finite
 * differences of that forward pass have it. The tape of the reference is not asked.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { clampUnit, silu, softClamp } from '../../src/objective/tensors/activations.js';
import { depthToSpace, spaceToDepth } from '../../src/objective/tensors/depth-to-space.js';
import { openRuntime } from '../../src/objective/tensors/runtime.js';
import { KERNEL_CASES } from '../objective/tensors/kernel-cases.js';
import type { ConformanceCase } from './conformance-case.js';
import {
  differences,
  irregularValues,
  largestError,
  relativeError,
  sizeOf,
  valuesAndGradient,
} from './derivatives.js';

/** Name, shape of x, function. */
type TensorFunction = readonly [string, number[], (x: Tensor) => Tensor];

const OURS: readonly TensorFunction[] = [
  ['silu', [3, 7], silu],
  ['clampUnit', [3, 7], clampUnit],
  ['softClamp', [3, 7], (x) => softClamp(x, 4)],
  ['depthToSpace', [2, 2, 3, 8], (x) => depthToSpace(x as Tensor4D, 2)],
  ['spaceToDepth', [2, 4, 6, 2], (x) => spaceToDepth(x as Tensor4D, 2)],
];

/** Computes the references on cpu, then starts the backend that is asked for again. */
export async function kernelCases(
  backend: 'tensorflow' | 'webgpu' | 'wasm' | 'cpu',
): Promise<ConformanceCase[]> {
  await openRuntime({ backend: 'cpu' });
  const cases = [...KERNEL_CASES, ...OURS].map(referenceCase);
  await openRuntime({ backend });
  return cases;
}

function referenceCase([name, shape, f]: TensorFunction): ConformanceCase {
  const x = irregularValues(sizeOf(shape), 1);
  const run = (values: number[]): ArrayLike<number> =>
    tf.tidy(() => f(tf.tensor(Float32Array.from(values), shape)).dataSync());
  const forward = Float32Array.from(run(x));
  const numeric = differences(run, x, 2 ** -8);
  return {
    title: `${name} on [${shape.join(', ')}]`,
    run: async ({ tolerances }) => {
      const got = await valuesAndGradient(f, x, shape);
      return [
        { what: 'forward', got: largestError(got.values, forward), bound: tolerances.kernel },
        { what: 'gradient', got: relativeError(got.gradient, numeric), bound: tolerances.kernelGradient },
        { what: 'tensors left over', got: got.leaked, bound: 0 },
      ];
    },
  };
}
