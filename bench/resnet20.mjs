// ResNet-20 of our layers, batch norms folded into the convolutions by whoever wrote the weights.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { createConvLayer, createDenseLayer, readSafetensors } from '../dist/objective/index.js';

/** A classifier (images 32×32×3, 10 classes) from a safetensors file. */
export function loadResnet20(path) {
  const tensors = readSafetensors(readFileSync(path), path);
  const conv = (name, options) => {
    const { data, shape } = tensors.get(`${name}.kernel`);
    return createConvLayer(tf.tensor4d(data, shape), tf.tensor1d(tensors.get(`${name}.bias`).data), options);
  };
  const stem = conv('stem', { padding: 1, activation: 'relu' });
  const blocks = Array.from({ length: 9 }, (_, i) => {
    const stride = i === 3 || i === 6 ? 2 : 1;
    return {
      conv1: conv(`blocks.${i}.conv1`, { stride, padding: 1, activation: 'relu' }),
      conv2: conv(`blocks.${i}.conv2`, { padding: 1 }),
      short: stride === 2 ? conv(`blocks.${i}.short`, { stride }) : undefined,
    };
  });
  const dense = createDenseLayer(
    tf.tensor2d(tensors.get('dense.kernel').data, [64, 10]),
    tf.tensor1d(tensors.get('dense.bias').data),
  );
  const block = (x, { conv1, conv2, short }) =>
    tf.relu(tf.add(conv2.apply(conv1.apply(x)), short === undefined ? x : short.apply(x)));
  return {
    name: 'ResNet-20',
    hash: 'sha256:random',
    classes: Array.from({ length: 10 }, (_, k) => `class ${k}`),
    image: { height: 32, width: 32, channels: 3 },
    logits: (images) => tf.tidy(() => dense.apply(tf.mean(blocks.reduce(block, stem.apply(images)), [1, 2]))),
    dispose: () => undefined,
  };
}
