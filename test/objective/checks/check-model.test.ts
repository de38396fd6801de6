import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { CHECK_NAMES, checkModel, type CheckName } from '../../../src/objective/checks/check-model.js';
import type { CheckedModel } from '../../../src/objective/checks/checked-model.js';
import type { Classifier } from '../../../src/objective/models/classifier.js';
import type { Mlvgm, State } from '../../../src/objective/models/mlvgm.js';
import { predictions } from '../../../src/objective/evaluation/predictions.js';
import { bareClassifier } from '../../../src/objective/purification/bare-classifier.js';
import { openRuntime, type Runtime } from '../../../src/objective/tensors/runtime.js';
import { expectRejection } from '../expect-error.js';
import { hierarchicalToy, parallelToy, toyClassifier, toyImages } from '../toys.js';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openRuntime();
});

/** A toy on `count` images, with the labels that the toy classifier gives them. */
async function subject(
  mlvgm: Mlvgm,
  options: { readonly classifier?: Classifier; readonly count?: number } = {},
): Promise<CheckedModel> {
  const { classifier = toyClassifier(), count = 24 } = options;
  const { pixels, ids } = toyImages(count);
  const logits = await bareClassifier({ runtime, classifier: toyClassifier() }).logits(pixels, {
    key: '',
    index: 0,
    imageIds: ids,
  });
  const labels = predictions(logits, { classes: 3, ids, stage: 'toy' });
  return { runtime, mlvgm, classifier, temperature: 0.7, images: { ids, pixels, labels } };
}

/** Status and detail of one check. */
async function found(model: CheckedModel, name: CheckName): Promise<string> {
  const [{ status, detail }] = await checkModel(model, { checks: [name] });
  return `${status}: ${detail}`;
}

describe('checkModel(model)', () => {
  it.each([
    ['parallel codes', parallelToy],
    ['a hierarchy', hierarchicalToy],
  ])('passes %s in every check, in order, and leaves no tensor behind', async (_, toy) => {
    const model = await subject(toy().mlvgm);
    const started: string[] = [];
    const told: string[] = [];
    const before = tf.memory().numTensors;
    const results = await checkModel(model, {
      onStart: (name, index, of) => void started.push(`${index}/${of} ${name}`),
      onResult: ({ name }) => void told.push(name),
    });
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(results.map(({ name }) => name)).toEqual(CHECK_NAMES);
    expect(told).toEqual(CHECK_NAMES);
    expect(started).toEqual(CHECK_NAMES.map((name, i) => `${i}/${CHECK_NAMES.length} ${name}`));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes one latent, no image beyond the two it needs, and preprocessing with noise', async () => {
    const { mlvgm } = parallelToy();
    const one = { ...mlvgm, latents: mlvgm.latents.slice(0, 1) };
    const model = await subject(one, { count: 2 });
    const results = await checkModel({
      ...model,
      attenuation: 0.5,
      preprocessing: { noise: { l2Norm: 0.1 } },
    });
    const not = results.filter(({ status }) => status !== 'passed').map(({ name, status }) => [name, status]);
    // two images tell nobody a classifier of three classes from chance
    expect(not.every(([name, status]) => name === 'clean accuracy' && status === 'skipped')).toBe(true);
  });

  it('measures speed with the clock it is given, the quickest of three passes', async () => {
    const times = [0, 0, 2, 2, 3, 3, 7, 0, 4, 4, 8, 8, 12, 20];
    const [speed] = await checkModel(await subject(parallelToy().mlvgm, { count: 40 }), {
      checks: ['speed'],
      clock: () => times.shift() ?? NaN,
    });
    expect(speed.figures).toEqual({ purifiedPerSecond: 32, gradientsPerSecond: 4 });
    expect(speed.seconds).toBe(20);
  });

  it('ends between two checks by its signal', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const told: string[] = [];
    const promise = checkModel(await subject(parallelToy().mlvgm), {
      signal: controller.signal,
      onResult: ({ name }) => {
        told.push(name);
        controller.abort(reason);
      },
    });
    await expect(promise).rejects.toBe(reason);
    expect(told).toEqual(['latent shapes']);
  });

  it.each<[string, (model: CheckedModel) => CheckedModel, string]>([
    [
      'one image',
      (model) => ({ ...model, images: { ...model.images, ids: ['a'] } }),
      'checkModel: expected at least 2 images, got 1',
    ],
    [
      'too few labels',
      (model) => ({ ...model, images: { ...model.images, labels: Int32Array.of(0) } }),
      'checkModel: expected one label an image (4), got 1',
    ],
    [
      'a label beyond the classes',
      (model) => ({ ...model, images: { ...model.images, labels: Int32Array.of(0, 1, 3, 0) } }),
      'checkModel: labels[2]: expected a class from 0 to 2, got 3',
    ],
  ])('refuses %s', async (_, change, message) => {
    const model = change(await subject(parallelToy().mlvgm, { count: 4 }));
    await expectRejection(checkModel(model), { code: 'E_IMAGES', message });
  });
});

/** The parallel toy with some methods replaced. */
function spoiled(change: (toy: Mlvgm) => Partial<Mlvgm>): Mlvgm {
  const { mlvgm } = parallelToy();
  return { ...mlvgm, ...change(mlvgm) };
}

describe('what checkModel finds', () => {
  it('a latent of another shape than it says', async () => {
    const model = await subject(
      spoiled(({ latents }) => ({
        latents: latents.map((one, i) => (i === 1 ? { ...one, shape: [4] } : one)),
      })),
    );
    expect(await found(model, 'latent shapes')).toBe(
      'failed: posterior of b: expected 2x4, got 2x3; prior of b: expected 2x4, got 2x3',
    );
  });

  it('images beyond 1', async () => {
    const model = await subject(spoiled((toy) => ({ finish: (state) => tf.mul(toy.finish(state), 2) })));
    expect(await found(model, 'output range')).toMatch(
      /^failed: purified images at α = 0: expected values in \[0, 1\], got 1\.\d+$/,
    );
  });

  it('images of NaN, named by step and image', async () => {
    const model = await subject(spoiled((toy) => ({ finish: (state) => tf.mul(toy.finish(state), NaN) })));
    expect(await found(model, 'output range')).toMatch(/^failed: .*expected finite numbers.*image "image-0"/);
  });

  it('images that are all one value', async () => {
    const model = await subject(spoiled((toy) => ({ finish: (state) => tf.zerosLike(toy.finish(state)) })));
    expect(await found(model, 'output range')).toBe('failed: every value of every purified image is 0');
  });

  it('a classifier of other classes, and too few images to tell', async () => {
    const model = await subject(parallelToy().mlvgm);
    const shifted = (labels: Int32Array) => labels.map((label) => (label + 1) % 3);
    const { images } = model;
    const wrong = { ...model, images: { ...images, labels: shifted(images.labels) } };
    expect(await found(wrong, 'clean accuracy')).toMatch(
      /^failed: 0\.0 % of 24 images \[0\.0, 13\.8\], chance 33\.3 %; reconstructed with every α = 0: \d+\.\d %$/,
    );
    const few = await subject(parallelToy().mlvgm, { count: 2 });
    const half = {
      ...few.images,
      labels: few.images.labels.map((label, i) => (i === 0 ? label : (label + 1) % 3)),
    };
    expect(await found({ ...few, images: half }, 'clean accuracy')).toMatch(
      /^skipped: 50\.0 % of 2 images .*; too few images to tell it from chance$/,
    );
  });

  it('an encoding that draws', async () => {
    let calls = 0;
    const model = await subject(
      spoiled((toy) => ({
        posterior: (state, i) => tf.add(toy.posterior(state, i), 0.01 * (calls += 1)),
      })),
    );
    expect(await found(model, 'no noise at α = 0')).toMatch(
      /^failed: expected the same bits under two noise keys, got values up to [\d.e-]+ apart$/,
    );
    expect(await found(model, 'determinism')).toMatch(
      /^failed: expected the same numbers twice, got logits [\d.e-]+ and gradients [\d.e-]+ apart$/,
    );
  });

  it('a prior that is deaf to its noise', async () => {
    const model = await subject(
      spoiled((toy) => ({ prior: (state, i, noise, t) => toy.prior(state, i, tf.zerosLike(noise), t) })),
    );
    expect(await found(model, 'noise at α = 1')).toBe(
      'failed: expected other images under another noise key, got the same bits',
    );
    expect(await found(model, 'noise by image id')).toBe(
      'failed: expected another id to give another image, got the same bits',
    );
  });

  it('a single latent without effect, which is no failure', async () => {
    const model = await subject(
      spoiled((toy) => ({
        prior: (state, i, noise, t) => toy.prior(state, i, i === 1 ? tf.zerosLike(noise) : noise, t),
      })),
    );
    expect(await found(model, 'noise at α = 1')).toMatch(
      /^passed: .*; so do 2 of 3 latents alone, not b: the search can gain nothing there$/,
    );
  });

  it('noise that follows the place in the batch', async () => {
    const model = await subject(
      spoiled((toy) => ({
        prior: (state, i, noise, t) => {
          const rows = tf.reshape(tf.range(0, noise.shape[0] ?? 0), [-1, 1]);
          return toy.prior(state, i, tf.add(noise, rows), t);
        },
      })),
    );
    expect(await found(model, 'noise by image id')).toMatch(
      /^failed: expected one image twice in a batch to be the same, got [\d.]+ of difference$/,
    );
  });

  it('images that mix within a batch', async () => {
    const centred = (images: Tensor4D): Tensor4D => tf.sub(images, tf.mul(tf.mean(images, 0, true), 0.1));
    const model = await subject(spoiled((toy) => ({ begin: (images) => toy.begin(centred(images)) })));
    expect(await found(model, 'batch of two')).toMatch(
      /^failed: expected two images to be what each is alone, got [\d.e-]+ of difference, and [\d.e-]+ in the other order$/,
    );
  });

  it.each<[CheckName]>([['classifier gradient'], ['defence gradient']])('a wrong %s', async (name) => {
    const doubled = tf.customGrad((x) => ({
      value: tf.clone(x as Tensor4D),
      gradFunc: (dy: Tensor) => tf.mul(dy, 1.1),
    }));
    const toy = toyClassifier();
    const classifier: Classifier = { ...toy, logits: (images) => toy.logits(doubled(images) as Tensor4D) };
    const model = await subject(parallelToy().mlvgm, { classifier });
    expect(await found(model, name)).toMatch(
      /^failed: relative error 0\.(09\d|10) against differences along 10 directions, step .*; expected at most 0\.03$/,
    );
  });

  it('logits that do not look at the image', async () => {
    const toy = toyClassifier();
    const blind: Classifier = { ...toy, logits: (images) => toy.logits(tf.zeros(images.shape)) };
    const model = await subject(parallelToy().mlvgm, { classifier: blind });
    expect(await found(model, 'classifier gradient')).toBe('failed: the logits do not change with the image');
  });

  it('tensors that stay', async () => {
    const left: Tensor[] = [];
    const model = await subject(
      spoiled((toy) => ({
        begin: (images): State => {
          left.push(tf.keep(tf.scalar(1)));
          return toy.begin(images);
        },
      })),
    );
    // a round is logits, a purification and a gradient
    expect(await found(model, 'tensor count')).toMatch(
      /^failed: expected as many tensors after 3 rounds as before, got 9 more than \d+$/,
    );
    tf.dispose(left);
  });

  it('what a method throws, and goes on', async () => {
    const model = await subject(
      spoiled(() => ({
        posterior: () => {
          throw new Error('no weights');
        },
      })),
    );
    const results = await checkModel(model, { checks: ['latent shapes', 'noise at α = 1'] });
    expect(results.map(({ status, detail }) => [status, detail.slice(0, 10)])).toEqual([
      ['failed', 'no weights'],
      ['failed', 'no weights'],
    ]);
  });
});
