/** Plain JavaScript: a reference, about 24 times slower than wasm. */
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from './backend.js';
import { importOptional, notStarted } from './backend.js';

export const CPU: Backend = {
  name: 'cpu',
  hint: 'reinstall @tensorflow/tfjs-backend-cpu 4.22.0',
  async load() {
    const loaded = await importOptional('@tensorflow/tfjs-backend-cpu');
    if ('reason' in loaded) throw notStarted(CPU, loaded.reason);
  },
  facts() {
    // Its first tensor would print an advertisement for another package on stderr.
    (tf.findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;
    const version = tf.version_core;
    const description = `tensorflow.js ${version}, cpu`;
    return Promise.resolve({ description, device: 'CPU, plain JavaScript', version, software: false });
  },
};
