import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { openModel } from '../../../src/objective/models/open-model.js';
import type { OpenedModel } from '../../../src/objective/models/open-model.js';
import { createDefence } from '../../../src/objective/purification/defence.js';
import type { Defence } from '../../../src/objective/purification/defence.js';
import { prepareImages } from '../../../src/objective/purification/prepared-images.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import type { Runtime } from '../../../src/objective/tensors/runtime.js';
import { FINITE_DIFFERENCE_TOLERANCE, TORCH_ABSOLUTE } from '../../tolerances.js';
import { differenceOf } from '../finite-differences.js';
import { readTorchFixtures } from '../torch-fixtures.js';

const torch = readTorchFixtures();
const pixels = torch.values('images');
const { ids } = torch;
const draw = (index = 0) => ({ key: 'sample', index, imageIds: ids });

let runtime: Runtime;
let model: OpenedModel;

beforeAll(async () => {
  runtime = await openRuntime();
  model = await openModel('fashion-mnist', { runtime, task: 'fine' });
});

afterAll(() => {
  model.dispose();
  expect(tf.memory().numTensors).toBe(0);
});

const parts = () => ({
  runtime,
  mlvgm: model.mlvgm,
  classifier: model.classifier,
  temperature: model.temperature,
});
const defence = (alphas: readonly number[], purifications = 1): Defence =>
  createDefence({ ...parts(), alphas, purifications });

describe('a defence with the bundled model', () => {
  it('at α = 0 has the logits and the decodes of PyTorch', async () => {
    const still = defence(torch.alphas.alpha0);
    expect(differenceOf(await still.logits(pixels, draw()), torch.values('fine.logits.alpha0'))).toBeLessThan(
      TORCH_ABSOLUTE,
    );
    expect(differenceOf(await still.purify(pixels, draw()), torch.values('alpha0.output'))).toBeLessThan(
      TORCH_ABSOLUTE,
    );
  });

  it('gives an image the same logits alone and in a batch, bit for bit', async () => {
    const mixed = defence(torch.alphas.linear, 2);
    const together = await mixed.logits(pixels, draw());
    const alone = await mixed.logits(pixels.subarray(784, 1568), { ...draw(), imageIds: ids.slice(1, 2) });
    expect(Array.from(alone)).toEqual(Array.from(together.subarray(10, 20)));
  });

  it('gives prepared images the same logits, bit for bit', async () => {
    const prepared = prepareImages(parts(), { ids, pixels });
    for (const alphas of [torch.alphas.linear, torch.alphas.alpha0]) {
      const expected = await defence(alphas, 2).logits(pixels, draw(1));
      expect(await prepared.logits(alphas, { key: 'sample', draws: 2, from: 2 })).toEqual(expected);
    }
    prepared.dispose();
  });

  it('has, with noise, a gradient that agrees with a difference along it', async () => {
    const mixed = defence(torch.alphas.linear);
    const v = Float32Array.from({ length: 30 }, (_, i) => Math.cos(2.3 * i));
    const inner = pixels.map((value) => 0.05 + 0.9 * value);
    const { gradient } = await mixed.vjp(inner, draw(), v);
    const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const loss = async (step: number): Promise<number> => {
      const moved = inner.map((value, i) => value + (step * (gradient[i] ?? NaN)) / norm);
      const logits = await mixed.logits(moved, draw());
      return logits.reduce((sum, value, i) => sum + value * (v[i] ?? NaN), 0);
    };
    const slope = ((await loss(5e-3)) - (await loss(-5e-3))) / 1e-2;
    expect(Math.abs(slope / norm - 1)).toBeLessThan(FINITE_DIFFERENCE_TOLERANCE);
  });

  it('leaves the number of tensors flat over logits and gradients', async () => {
    const mixed = defence(torch.alphas.linear);
    const v = new Float32Array(30).fill(1);
    await mixed.vjp(pixels, draw(), v);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 2; i += 1) {
      await mixed.logits(pixels, draw(i));
      await mixed.vjp(pixels, draw(i), v);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
