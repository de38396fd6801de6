import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { openModel } from '../../../src/objective/models/open-model.js';
import type { OpenedModel } from '../../../src/objective/models/open-model.js';
import { bareClassifier } from '../../../src/objective/purification/bare-classifier.js';
import { preprocessedClassifier } from '../../../src/objective/purification/preprocessed-classifier.js';
import type { PreprocessedClassifier } from '../../../src/objective/purification/preprocessed-classifier.js';
import type { PreprocessingOptions } from '../../../src/objective/purification/preprocessing.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import type { Runtime } from '../../../src/objective/tensors/runtime.js';
import { FINITE_DIFFERENCE_TOLERANCE, FLOAT32_TOLERANCE } from '../../tolerances.js';
import { expectError, expectRejection } from '../expect-error.js';
import { differenceOf } from '../finite-differences.js';
import { readTorchFixtures } from '../torch-fixtures.js';

const torch = readTorchFixtures();
const pixels = torch.values('images');
const { ids } = torch;
const draw = (index = 0, imageIds: readonly string[] = ids) => ({ key: 'sample', index, imageIds });

const NOISE = { noise: { l2Norm: 2 } };
const BLUR = { blur: { sigma: 1, kernelSize: 7 } };

let runtime: Runtime;
let model: OpenedModel;
beforeAll(async () => {
  runtime = await openRuntime();
  model = await openModel('fashion-mnist', { runtime, task: 'fine' });
});
afterAll(() => {
  made.forEach((one) => one.dispose());
  model.dispose();
  expect(tf.memory().numTensors).toBe(0);
});

const made: PreprocessedClassifier[] = [];
const behind = (preprocessing: PreprocessingOptions, purifications = 1, chunkSize = 100) => {
  const one = preprocessedClassifier({
    runtime,
    classifier: model.classifier,
    preprocessing,
    purifications,
    chunkSize,
  });
  made.push(one);
  return one;
};
const bare = () => bareClassifier({ runtime, classifier: model.classifier });

describe('preprocessedClassifier', () => {
  it('without preprocessing is the bare classifier, bit for bit', async () => {
    const none = behind({}, 4);
    expect(await none.logits(pixels, draw(3))).toEqual(await bare().logits(pixels, draw()));
    expect(await none.purify(pixels, draw())).toEqual(pixels);
  });

  it('is the classifier of what it hands on', async () => {
    for (const preprocessing of [NOISE, BLUR, { ...NOISE, ...BLUR }]) {
      const one = behind(preprocessing);
      const handed = await one.purify(pixels, draw(5));
      expect(differenceOf(handed, pixels)).toBeGreaterThan(0.01);
      expect(await one.logits(pixels, draw(5))).toEqual(await bare().logits(handed, draw()));
    }
  });

  it('averages K noises, which are fresh in every draw and follow the image', async () => {
    const [single, triple] = [behind(NOISE), behind(NOISE, 3)];
    const mean = await triple.logits(pixels, draw(1));
    const each = await Promise.all([3, 4, 5].map((index) => single.logits(pixels, draw(index))));
    const expected = mean.map((_, i) => (each[0][i] + each[1][i] + each[2][i]) / 3);
    expect(differenceOf(mean, expected)).toBeLessThan(20 * FLOAT32_TOLERANCE);
    expect(await triple.logits(pixels, draw(0))).not.toEqual(mean);
    const alone = await triple.logits(pixels.subarray(784, 1568), draw(1, ids.slice(1, 2)));
    expect(Array.from(alone)).toEqual(Array.from(mean.subarray(10, 20)));
    expect(await behind(NOISE, 3, 1).logits(pixels, draw(1))).toEqual(mean);
  });

  it('asks the classifier once where nothing is drawn', async () => {
    const blurred = behind(BLUR, 50);
    expect(await blurred.logits(pixels, draw(0))).toEqual(await behind(BLUR).logits(pixels, draw(9)));
  });

  it.each([
    ['noise', NOISE],
    ['blur', BLUR],
  ])('has with %s the gradient that a difference along it shows', async (_, preprocessing) => {
    const one = behind(preprocessing, 2);
    const v = Float32Array.from({ length: ids.length * 10 }, (__, i) => Math.cos(2.3 * i));
    const inner = pixels.map((value) => 0.3 + 0.4 * value);
    const { gradient, logits } = await one.vjp(inner, draw(), v);
    expect(logits).toEqual(await one.logits(inner, draw()));
    const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const loss = async (step: number): Promise<number> => {
      const values = await one.logits(
        inner.map((value, i) => value + (step * gradient[i]) / norm),
        draw(),
      );
      return values.reduce((sum, value, i) => sum + value * v[i], 0);
    };
    const slope = ((await loss(5e-3)) - (await loss(-5e-3))) / 1e-2;
    expect(Math.abs(slope / norm - 1)).toBeLessThan(FINITE_DIFFERENCE_TOLERANCE);
  });

  it('takes a cotangent that depends on the mean logits', async () => {
    const one = behind(NOISE, 2);
    const fixed = Float32Array.from(await one.logits(pixels, draw()), (z) => Math.tanh(z));
    const { gradient } = await one.vjp(pixels, draw(), (logits) => logits.map((z) => Math.tanh(z)));
    expect(gradient).toEqual((await one.vjp(pixels, draw(), fixed)).gradient);
  });

  it('refuses settings and images that cannot be', async () => {
    expectError(() => behind(NOISE, 0), {
      code: 'E_ARGUMENT',
      message: 'draws: expected an integer of at least 1, got 0',
    });
    const cut = behind(NOISE).logits(pixels.subarray(1), draw());
    await expectRejection(cut, {
      code: 'E_SHAPE',
      message: 'fashion-hvae, fine classifier: expected 2352 values (3 images of 784), got 2351',
    });
  });
});
