/**
 * Gives NaN back to WebGPU kernels that lose it: shaders may assume that there is none, and exp(NaN) came out as
 * Infinity, σ(NaN) as 0, log(NaN) as 89. A score must never be made of a model that broke on the way.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { KernelBackend, KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

/** Kernels of one input `x`, found by running all that have a gradient here on NaN. */
const LOSSY = ['Exp', 'Log', 'Sigmoid', 'Softplus'];

/** Kernels that have been replaced: done once more, it changes nothing. */
const keeping = new WeakSet<KernelConfig>();

/** Replaces the kernels above by themselves followed by a selection: x where x is NaN, else the result. */
export function keepNanOnWebgpu(): void {
  for (const kernelName of LOSSY) {
    const stock = tf.getKernel(kernelName, 'webgpu');
    if (keeping.has(stock)) continue;
    const replacement: KernelConfig = {
      ...stock,
      kernelFunc: (run) => {
        const { x } = run.inputs as { x: TensorInfo };
        return withNanOf(x, stock.kernelFunc(run) as TensorInfo, run.backend as KernelBackend);
      },
    };
    tf.unregisterKernel(kernelName, 'webgpu');
    tf.registerKernel(replacement);
    keeping.add(replacement);
  }
}

function withNanOf(x: TensorInfo, y: TensorInfo, backend: KernelBackend): TensorInfo {
  const run = (kernel: string, inputs: Record<string, TensorInfo>): TensorInfo =>
    tf.getKernel(kernel, 'webgpu').kernelFunc({ inputs, backend, attrs: {} }) as TensorInfo;
  const isNan = run('IsNan', { x });
  const kept = run('Select', { condition: isNan, t: x, e: y });
  for (const { dataId } of [isNan, y]) backend.disposeData(dataId);
  return kept;
}
