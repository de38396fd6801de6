/** Attacks on the bundled classifier and its defence: leaks, and gradients around the purifier. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { bpdaModel } from '../../../src/objective/attacks/model/bpda.js';
import { withExpectation } from '../../../src/objective/attacks/model/expected-model.js';
import { looksLikeProbabilities } from '../../../src/objective/attacks/model/looks-like-probabilities.js';
import { pgdL2 } from '../../../src/objective/attacks/methods/pgd-l2.js';
import { runAttack } from '../../../src/objective/attacks/run/run-attack.js';
import { openModel } from '../../../src/objective/models/open-model.js';
import type { OpenedModel } from '../../../src/objective/models/open-model.js';
import { bareClassifier } from '../../../src/objective/purification/bare-classifier.js';
import { createDefence } from '../../../src/objective/purification/defence.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import type { Runtime } from '../../../src/objective/tensors/runtime.js';
import { differenceOf } from '../finite-differences.js';
import { FLOAT32_TOLERANCE } from '../../tolerances.js';
import { readTorchFixtures } from '../torch-fixtures.js';
import { ownLabels } from './models.js';

const torch = readTorchFixtures();
const images = torch.values('images');
const { ids } = torch;

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

const classifier = () => bareClassifier({ runtime, classifier: model.classifier });
const defence = (purifications: number) =>
  createDefence({
    runtime,
    mlvgm: model.mlvgm,
    classifier: model.classifier,
    temperature: model.temperature,
    alphas: torch.alphas.linear,
    purifications,
  });
const bpda = (purifications: number) => {
  const single = defence(1);
  return bpdaModel({
    purify: (x, draw) => single.purify(x, draw),
    classifier: classifier(),
    purifications,
  });
};

describe('PGD on the bundled classifier', () => {
  it('leaves the number of tensors flat over 1,000 steps', async () => {
    const bare = classifier();
    const one = { images: images.subarray(0, 784), ids: ids.slice(0, 1) };
    const labels = await ownLabels(bare, one.images, one.ids);
    const run = (steps: number) =>
      runAttack({ attack: pgdL2({ l2Bound: 1, steps }), model: bare, ...one, labels, seed: 1 });
    await run(1);
    const before = tf.memory().numTensors;
    const counts = new Set<number>();
    await runAttack({
      attack: pgdL2({ l2Bound: 1, steps: 1000 }),
      model: bare,
      ...one,
      labels,
      seed: 1,
      onSnapshot: () => void counts.add(tf.memory().numTensors),
    });
    expect([...counts]).toEqual([before]);
  });
  it('attacks logits, not probabilities', async () => {
    const logits = await classifier().logits(images, { key: 'k', index: 0, imageIds: ids });
    expect(looksLikeProbabilities(logits, 10)).toBe(false);
  });
});

describe('BPDA by the identity around the bundled purifier', () => {
  it('answers what the defence answers, of one purification and of several', async () => {
    for (const purifications of [1, 2]) {
      const draw = { key: 'sample', index: 3, imageIds: ids };
      const expected = await defence(purifications).logits(images, draw);
      const size = Math.max(...expected.map(Math.abs));
      const answered = await bpda(purifications).logits(images, draw);
      expect(differenceOf(answered, expected) / size).toBeLessThan(FLOAT32_TOLERANCE);
    }
  });
  it('finds its way past the defence, with an expectation over draws, and says how', async () => {
    const attacked = withExpectation(bpda(1), { draws: 2, mode: 'mean-logits' });
    expect([attacked.gradients, attacked.runs]).toEqual([{ kind: 'bpda', surrogate: 'identity' }, 2]);
    const victim = defence(2);
    const labels = await ownLabels(victim, images, ids);
    const run = await runAttack({
      attack: pgdL2({ l2Bound: 6, steps: 5 }),
      model: attacked,
      victim,
      images,
      labels,
      ids,
      seed: 1,
    });
    const attackedImages = run.perImage.filter(({ outcome }) => outcome !== 'clean-error');
    expect(attackedImages.length).toBeGreaterThan(0);
    for (const { flags, tally } of attackedImages) {
      expect(flags).toEqual({ zeroGradient: false, nonFinite: false });
      expect([tally.queries, tally.gradients]).toEqual([12, 5]);
    }
    expect(attackedImages.some(({ outcome }) => outcome === 'success')).toBe(true);
  });
});
