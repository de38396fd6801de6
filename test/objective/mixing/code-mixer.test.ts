import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { type CodeMixer, type Mixture, openCodeMixer } from '../../../src/objective/mixing/code-mixer.js';
import type { ImagePair } from '../../../src/objective/mixing/image-pairs.js';
import { openRuntime, type Runtime } from '../../../src/objective/tensors/runtime.js';
import { reconstruct } from '../../../src/objective/purification/mixers.js';
import { walkLatents } from '../../../src/objective/purification/walk.js';
import { FLOAT32_TOLERANCE } from '../../tolerances.js';
import { hierarchicalToy, TOY_PIXELS, toyClassifier, toyImages } from '../toys.js';

const { mlvgm } = hierarchicalToy();
const classifier = toyClassifier();
const images = toyImages(5);
const A_ALL = [true, true, true];
const NONE = [false, false, false];

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openRuntime({ backend: 'cpu' });
});
const opened: CodeMixer[] = [];
afterEach(() => opened.splice(0).forEach((mixer) => mixer.dispose()));

async function open(
  more: { readonly chunkSize?: number; readonly signal?: AbortSignal } = {},
): Promise<CodeMixer> {
  const mixer = await openCodeMixer({ runtime, mlvgm, classifier, images, ...more });
  opened.push(mixer);
  return mixer;
}

/** What the model makes of its own encoding. */
function reconstruction(i: number): Float32Array {
  return tf.tidy(() => {
    const own = tf.tensor4d(images.pixels.slice(i * TOY_PIXELS, (i + 1) * TOY_PIXELS), [1, 4, 4, 1]);
    const walk = { mixer: reconstruct, noise: () => tf.scalar(0), temperature: 1 };
    return mlvgm.finish(walkLatents(mlvgm, mlvgm.begin(own), walk)).dataSync<'float32'>();
  });
}

function expectClose(found: Float32Array, wanted: Float32Array): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, i) => expect(Math.abs(value - wanted[i])).toBeLessThan(FLOAT32_TOLERANCE));
}

const one = async (mixer: CodeMixer, pair: ImagePair, mixture: Mixture) =>
  (await mixer.picture([pair], mixture)).pixels;
const pair = { a: 1, b: 3 };

describe('codes of pairs, mixed', () => {
  it.each(['residuals', 're-encoded'] as const)(
    'are A where all are of A, and B where none is (%s)',
    async (form) => {
      const mixer = await open();
      expectClose(await one(mixer, pair, { fromA: A_ALL, form }), reconstruction(1));
      expectClose(await one(mixer, pair, { fromA: NONE, form }), reconstruction(3));
    },
  );

  it('are of A and B with their roles swapped where the latents are', async () => {
    const mixer = await open();
    const first = await one(mixer, pair, { fromA: [true, false, false], form: 'residuals' });
    const turned = await one(mixer, { a: 3, b: 1 }, { fromA: [false, true, true], form: 'residuals' });
    expectClose(first, turned);
  });

  it('follow by hand from residuals: μ + σ·r at the state the walk has by then', async () => {
    const mixer = await open();
    const found = await one(mixer, pair, { fromA: [true, false, true], form: 'residuals' });
    const wanted = tf.tidy(() => {
      const row = (i: number) =>
        tf.tensor4d(images.pixels.slice(i * TOY_PIXELS, (i + 1) * TOY_PIXELS), [1, 4, 4, 1]);
      const [ofA, ofB] = [row(1), row(3)].map((x) => {
        let state = mlvgm.begin(x);
        return mlvgm.latents.map(({ noise }, i) => {
          const z = mlvgm.posterior(state, i);
          const mean = mlvgm.prior(state, i, tf.zeros([1, ...noise]), 1);
          const scale = tf.sub(mlvgm.prior(state, i, tf.ones([1, ...noise]), 1), mean);
          state = mlvgm.commit(state, i, z);
          return tf.div(tf.sub(z, mean), scale);
        });
      });
      let state = mlvgm.begin(row(1));
      [ofA[0], ofB[1], ofA[2]].forEach((r, i) => {
        const mean = mlvgm.prior(state, i, tf.zerosLike(r), 1);
        const scale = tf.sub(mlvgm.prior(state, i, tf.onesLike(r), 1), mean);
        state = mlvgm.commit(state, i, tf.add(mean, tf.mul(scale, r)));
      });
      return mlvgm.finish(state).dataSync<'float32'>();
    });
    expectClose(found, wanted);
  });

  it('differ between the forms: B encoded again repairs what A changed', async () => {
    const mixer = await open();
    const fromA = [true, false, false];
    const swapped = await one(mixer, pair, { fromA, form: 'residuals' });
    const again = await one(mixer, pair, { fromA, form: 're-encoded' });
    expect(Math.max(...swapped.map((value, i) => Math.abs(value - again[i])))).toBeGreaterThan(0.001);
  });

  it('do not depend on the batch, the order, or the size of a pass', async () => {
    const pairs = [pair, { a: 0, b: 4 }, { a: 2, b: 1 }, { a: 4, b: 0 }];
    const mixture: Mixture = { fromA: [true, false, true], form: 'residuals' };
    const whole = await (await open()).picture(pairs, mixture);
    const small = await open({ chunkSize: 2 });
    expect((await small.picture(pairs, mixture)).pixels).toEqual(whole.pixels);
    for (const [p, each] of pairs.entries()) {
      expect(await one(small, each, mixture)).toEqual(
        whole.pixels.slice(p * TOY_PIXELS, (p + 1) * TOY_PIXELS),
      );
    }
    expect(await small.classify(pairs, mixture)).toEqual(whole.answers);
  });

  it('are answered as the classifier answers the mixed images', async () => {
    const mixer = await open();
    const pairs = [pair, { a: 0, b: 2 }];
    const { pixels, answers } = await mixer.picture(pairs, { fromA: A_ALL, form: 'residuals' });
    const wanted = tf.tidy(() =>
      tf.argMax(classifier.logits(tf.tensor4d(pixels, [2, 4, 4, 1])), 1).dataSync<'int32'>(),
    );
    expect(answers).toEqual(wanted);
  });
});

describe('openCodeMixer', () => {
  it('says how large the residuals of each latent are', async () => {
    const { residualSizes } = await open();
    expect(residualSizes).toHaveLength(3);
    for (const size of residualSizes) expect(size).toBeGreaterThan(0);
  });

  it('frees all tensors, and answers no more', async () => {
    const before = tf.memory().numTensors;
    const mixer = await openCodeMixer({ runtime, mlvgm, classifier, images, chunkSize: 2 });
    await mixer.classify([pair, pair], { fromA: A_ALL, form: 're-encoded' });
    await mixer.picture([pair], { fromA: A_ALL, form: 'residuals' });
    mixer.dispose();
    mixer.dispose();
    expect(tf.memory().numTensors).toBe(before);
    await expect(mixer.classify([pair], { fromA: A_ALL, form: 'residuals' })).rejects.toThrow(
      'code mixer: asked after dispose',
    );
  });

  it('ends with its signal, and leaves no tensors', async () => {
    const before = tf.memory().numTensors;
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(open({ signal })).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
    const mixer = await open();
    await expect(mixer.classify([pair], { fromA: A_ALL, form: 'residuals' }, signal)).rejects.toThrow(
      'enough',
    );
  });

  it('refuses codes that are not finite, by the latent', async () => {
    const broken = {
      ...mlvgm,
      posterior: (...args: Parameters<typeof mlvgm.posterior>) => tf.mul(mlvgm.posterior(...args), NaN),
    };
    const before = tf.memory().numTensors;
    await expect(openCodeMixer({ runtime, mlvgm: broken, classifier, images })).rejects.toMatchObject({
      code: 'E_NON_FINITE',
      message: 'hierarchical toy: latent level 0: expected finite residuals of the encoded images, got NaN',
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses images that do not fit', async () => {
    const wrong = { ids: ['a'], pixels: Float32Array.of(2, ...new Array<number>(15).fill(0)) };
    await expect(openCodeMixer({ runtime, mlvgm, classifier, images: wrong })).rejects.toMatchObject({
      code: 'E_IMAGES',
      message: 'openCodeMixer: image "a" value 0: expected a number in [0, 1], got 2',
    });
  });
});
