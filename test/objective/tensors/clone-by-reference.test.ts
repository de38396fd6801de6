import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cloneByReference } from '../../../src/objective/tensors/clone-by-reference.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';

let before: tf.MemoryInfo;

beforeAll(async () => {
  await openRuntime({ backend: 'wasm' });
});

beforeEach(() => {
  before = tf.memory();
});

describe('a clone on wasm', () => {
  it('takes no memory of its own, and outlives what it was made from', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const copy = tf.clone(x);
    expect(tf.memory().numDataBuffers - before.numDataBuffers).toBe(1);
    x.dispose();
    expect([...copy.dataSync()]).toEqual([1, 2, 3]);
    copy.dispose();
    expect(tf.memory()).toEqual(before);
  });

  it('leaves what it was made from alone when it goes', () => {
    const x = tf.tensor1d([1, 2, 3]);
    tf.dispose(tf.tidy(() => tf.clone(tf.clone(x))));
    tf.clone(x).dispose();
    expect([...x.dataSync()]).toEqual([1, 2, 3]);
    x.dispose();
    expect(tf.memory()).toEqual(before);
  });

  it('is arranged once: asking again changes nothing', () => {
    const kernel = tf.getKernel('Identity', 'wasm');
    cloneByReference('wasm');
    expect(tf.getKernel('Identity', 'wasm')).toBe(kernel);
  });
});
