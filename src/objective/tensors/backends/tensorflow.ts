/**
 * TensorFlow itself through its C library: `@tensorflow/tfjs-node-gpu` (CUDA) or `@tensorflow/tfjs-node` (processor).
 *
 * Either package loads the whole of TensorFlow.js, and with it gradients that are wrong in places on other backends:
 * those that come in that way are taken out again.
 */
import process from 'node:process';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { removeGradients, registeredGradients } from '../gradients/register.js';
import type { Backend } from './backend.js';
import { importOptional, notStarted } from './backend.js';

/** In the order in which they are tried. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** The part of tfjs-node's backend that is used. */
interface NodeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

export const TENSORFLOW: Backend = {
  name: 'tensorflow',
  hint: 'npm install @tensorflow/tfjs-node-gpu@4.22.0 (CUDA 11.2) or @tensorflow/tfjs-node@4.22.0, with network and install scripts; docs/backends.md tells of other ways',
  async load() {
    if (tf.findBackendFactory('tensorflow') !== null) return;
    quietLibrary();
    restoreUtil();
    const before = new Set(registeredGradients());
    try {
      await loadFirst(PACKAGES);
    } finally {
      removeGradients(registeredGradients().filter((kernel) => !before.has(kernel)));
    }
  },
  facts() {
    const { binding, isUsingGpuDevice } = tf.engine().backend as unknown as NodeBackend;
    const device = isUsingGpuDevice ? 'GPU:0' : 'CPU:0';
    const version = binding.TF_Version;
    return Promise.resolve({
      description: `tensorflow ${version}, ${device}`,
      device,
      version,
      software: false,
    });
  },
};

async function loadFirst(packages: readonly string[]): Promise<void> {
  const reasons: string[] = [];
  for (const name of packages) {
    const loaded = await importOptional(name);
    if ('module' in loaded) return;
    reasons.push(loaded.reason);
    // A package whose binding is missing has registered its kernels before it finds out; the next would meet them.
    for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) {
      tf.unregisterKernel(kernelName, 'tensorflow');
    }
  }
  throw notStarted(TENSORFLOW, reasons.join('; '));
}

/** The C library writes notices to stderr from this level down: its errors stay. */
function quietLibrary(): void {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
}

/** tfjs-node 4.22 calls two functions of `util` that Node 23 took away. */
function restoreUtil(): void {
  const old = util as unknown as Record<string, unknown>;
  old['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
  old['isArray'] ??= Array.isArray;
}
