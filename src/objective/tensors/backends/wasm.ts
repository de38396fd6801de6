/** WebAssembly: one thread of SIMD kernels, from the package alone. Under Node it never has threads. */
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from './backend.js';
import { cloneByReference } from '../clone-by-reference.js';
import { importOptional, notStarted } from './backend.js';

export const WASM: Backend = {
  name: 'wasm',
  hint: 'reinstall @tensorflow/tfjs-backend-wasm 4.22.0, or ask for backend cpu (about 24 times slower)',
  async load() {
    const loaded = await importOptional('@tensorflow/tfjs-backend-wasm');
    if ('reason' in loaded) throw notStarted(WASM, loaded.reason);
    cloneByReference('wasm');
  },
  async facts() {
    const simd = (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true ? 'SIMD' : 'no SIMD';
    const version = tf.version_core;
    const description = `tensorflow.js ${version}, wasm (${simd})`;
    return { description, device: `CPU, one thread, ${simd}`, version, software: false };
  },
};
