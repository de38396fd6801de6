import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { openModel } from '../../../src/objective/models/open-model.js';
import type { OpenedModel } from '../../../src/objective/models/open-model.js';
import type { State } from '../../../src/objective/models/mlvgm.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import { logitsAndGradient } from '../../../src/objective/tensors/vjp.js';
import { TORCH_ABSOLUTE, TORCH_GRADIENT_RELATIVE } from '../../tolerances.js';
import { differenceOf } from '../finite-differences.js';
import { crossEntropySlope, readTorchFixtures } from '../torch-fixtures.js';

const torch = readTorchFixtures();
let coarse: OpenedModel;
let fine: OpenedModel;

beforeAll(async () => {
  const runtime = await openRuntime();
  coarse = await openModel('fashion-mnist', { runtime, task: 'coarse' });
  fine = await openModel('fashion-mnist', { runtime, task: 'fine' });
});

afterAll(() => {
  coarse.dispose();
  fine.dispose();
  expect(tf.memory().numTensors).toBe(0);
});

const off = (got: Tensor, name: string): number => differenceOf(got.dataSync(), torch.values(name));

/** Walks with given α and the fixtures' noise; compares every step that has a fixture. */
function walk(prefix: 'alpha0' | 'linear', compare: (got: Tensor, name: string) => void): Tensor4D {
  const { mlvgm } = coarse;
  let state: State = mlvgm.begin(torch.tensor('images') as Tensor4D);
  for (const [i, { name }] of mlvgm.latents.entries()) {
    const alpha = torch.alphas[prefix][i] ?? NaN;
    const posterior = mlvgm.posterior(state, i);
    compare(posterior, `${prefix}.${name}.posterior`);
    let z = posterior;
    if (prefix === 'linear') {
      const prior = mlvgm.prior(state, i, torch.tensor(`noise.${name}`), torch.temperature);
      compare(prior, `${prefix}.${name}.prior`);
      z = tf.add(tf.mul(posterior, 1 - alpha), tf.mul(prior, alpha));
      compare(z, `${prefix}.${name}.mixed`);
    }
    state = mlvgm.commit(state, i, z);
  }
  return mlvgm.finish(state);
}

describe('the bundled model', () => {
  it('is the one the fixtures were made from', () => {
    expect(coarse.hash).toBe(`sha256:${torch.weights}`);
    expect(coarse.temperature).toBe(torch.temperature);
    expect(coarse.mlvgm.latents.length).toBe(12);
  });

  it.each(['alpha0', 'linear'] as const)('walks as PyTorch does, latent by latent: %s', (prefix) => {
    tf.tidy(() => {
      const output = walk(prefix, (got, name) => {
        expect([name, off(got, name) < TORCH_ABSOLUTE]).toEqual([name, true]);
      });
      expect(off(output, `${prefix}.output`)).toBeLessThan(TORCH_ABSOLUTE);
      for (const model of [coarse, fine]) {
        const logits = model.classifier.logits(output);
        expect(off(logits, `${model.task.name}.logits.${prefix}`)).toBeLessThan(TORCH_ABSOLUTE);
      }
    });
  });

  it.each(['coarse', 'fine'] as const)(
    'has the bare logits and input gradients of PyTorch: %s',
    async (task) => {
      const { classifier } = task === 'coarse' ? coarse : fine;
      const images = torch.tensor('images') as Tensor4D;
      const bare = await logitsAndGradient(
        (x) => classifier.logits(x),
        images,
        crossEntropySlope(torch.labels[task]),
      );
      images.dispose();
      expect(differenceOf(bare.logits, torch.values(`${task}.logits.bare`))).toBeLessThan(TORCH_ABSOLUTE);
      expect(relative(bare.gradient, torch.values(`${task}.gradient.bare`))).toBeLessThan(
        TORCH_GRADIENT_RELATIVE,
      );
    },
  );

  it.each(['coarse', 'fine'] as const)(
    'has the input gradients of PyTorch through encoder and walk: %s',
    async (task) => {
      const { classifier, mlvgm } = task === 'coarse' ? coarse : fine;
      const through = (x: Tensor4D) => {
        let state = mlvgm.begin(x);
        for (const i of mlvgm.latents.keys()) state = mlvgm.commit(state, i, mlvgm.posterior(state, i));
        return classifier.logits(mlvgm.finish(state));
      };
      const images = torch.tensor('images') as Tensor4D;
      const { gradient } = await logitsAndGradient(through, images, crossEntropySlope(torch.labels[task]));
      images.dispose();
      expect(relative(gradient, torch.values(`${task}.gradient.alpha0`))).toBeLessThan(
        TORCH_GRADIENT_RELATIVE,
      );
    },
  );

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    for (let i = 0; i < 2; i += 1) tf.tidy(() => walk('linear', () => undefined).dataSync()[0]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** ‖a − b‖ / ‖b‖. */
function relative(a: Float32Array, b: Float32Array): number {
  let [difference, norm] = [0, 0];
  for (const [i, value] of b.entries()) {
    difference += ((a[i] ?? NaN) - value) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(difference / norm);
}
