import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Mlvgm } from '../../../src/objective/models/mlvgm.js';
import type { Draw } from '../../../src/objective/attacks/model/attackable-model.js';
import { bareClassifier } from '../../../src/objective/purification/bare-classifier.js';
import { createDefence } from '../../../src/objective/purification/defence.js';
import type { Defence, DefenceOptions } from '../../../src/objective/purification/defence.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import type { Runtime } from '../../../src/objective/tensors/runtime.js';
import { FINITE_DIFFERENCE_TOLERANCE, FLOAT32_TOLERANCE } from '../../tolerances.js';
import { differenceOf } from '../finite-differences.js';
import { rejected, thrown } from '../thrown.js';
import { TOY_PIXELS, hierarchicalToy, parallelToy, toyClassifier, toyImages } from '../toys.js';

const CLOSE = 20 * FLOAT32_TOLERANCE;
const ALPHAS = [0.2, 0.5, 0.9];

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openRuntime();
});

let tensorsBefore = 0;
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

const drawOf = (ids: readonly string[], index = 0, key = 'sample'): Draw => ({ key, index, imageIds: ids });

function defence(options: Partial<DefenceOptions> = {}): Defence {
  return createDefence({
    runtime,
    mlvgm: hierarchicalToy().mlvgm,
    classifier: toyClassifier(),
    alphas: ALPHAS,
    temperature: 0.6,
    ...options,
  });
}

/** Weights of the loss Σ v·logits, one row an image. */
const cotangentFor = (count: number): Float32Array =>
  Float32Array.from({ length: 3 * count }, (_, i) => Math.cos(2.3 * i));

describe('createDefence: logits', () => {
  it('are the mean over K purifications, added up in float64', async () => {
    const { pixels, ids } = toyImages(3);
    const mean = await defence({ purifications: 4 }).logits(pixels, drawOf(ids, 2));
    const single = defence({ purifications: 1 });
    const sums = new Float64Array(9);
    for (const index of [8, 9, 10, 11]) {
      const logits = await single.logits(pixels, drawOf(ids, index));
      for (const [i, value] of logits.entries()) sums[i] = (sums[i] ?? 0) + value;
    }
    expect(Array.from(mean)).toEqual(Array.from(Float32Array.from(sums, (sum) => sum / 4)));
  });

  it('are the same again for the same draw, and others for another index or key', async () => {
    const { pixels, ids } = toyImages(2);
    const model = defence();
    const first = await model.logits(pixels, drawOf(ids));
    expect(await model.logits(pixels, drawOf(ids))).toEqual(first);
    expect(differenceOf(await model.logits(pixels, drawOf(ids, 1)), first)).toBeGreaterThan(1e-3);
    expect(differenceOf(await model.logits(pixels, drawOf(ids, 0, 'other')), first)).toBeGreaterThan(1e-3);
  });

  it('of an image are the same alone, in any batch, order and chunk, bit for bit', async () => {
    const { pixels, ids } = toyImages(5);
    const together = await defence({ chunkSize: 2 }).logits(pixels, drawOf(ids));
    expect(await defence({ chunkSize: 64 }).logits(pixels, drawOf(ids))).toEqual(together);
    for (const b of [0, 3, 4]) {
      const alone = await defence().logits(pixels.slice(b * 16, (b + 1) * 16), drawOf([ids[b] ?? '']));
      expect(alone).toEqual(together.slice(3 * b, 3 * (b + 1)));
    }
    const turned = Float32Array.from([...pixels.slice(64), ...pixels.slice(0, 64)]);
    const moved = await defence().logits(turned, drawOf([ids[4] ?? '', ...ids.slice(0, 4)]));
    expect(moved.slice(3)).toEqual(together.slice(0, 12));
  });

  it('at α = 0 are the same for any draw and any K, bit for bit, and cost one walk', async () => {
    const { pixels, ids } = toyImages(2);
    const { mlvgm, calls } = hierarchicalToy();
    const one = await defence({ alphas: [0, 0, 0] }).logits(pixels, drawOf(ids));
    const many = await defence({ mlvgm, alphas: [0, 0, 0], purifications: 32 }).logits(
      pixels,
      drawOf(ids, 3, 'k'),
    );
    expect(many).toEqual(one);
    expect(calls).toEqual({ begin: 1, posterior: 3, prior: 0, finish: 1 });
  });

  it('walk what no noise reaches once for all purifications', async () => {
    const { pixels, ids } = toyImages(2);
    const { mlvgm, calls } = hierarchicalToy();
    const shared = await defence({ mlvgm, alphas: [0, 0, 0.5], purifications: 3 }).logits(
      pixels,
      drawOf(ids),
    );
    expect(calls).toEqual({ begin: 1, posterior: 2 + 3, prior: 3, finish: 3 });
    const sums = new Float64Array(6);
    for (const index of [0, 1, 2]) {
      const logits = await defence({ alphas: [0, 0, 0.5] }).logits(pixels, drawOf(ids, index));
      for (const [i, value] of logits.entries()) sums[i] = (sums[i] ?? 0) + value;
    }
    expect(Array.from(shared)).toEqual(Array.from(Float32Array.from(sums, (sum) => sum / 3)));
  });

  it('with input noise encode anew for every purification, also at α = 0', async () => {
    const { pixels, ids } = toyImages(2);
    const { mlvgm, calls } = hierarchicalToy();
    const preprocessing = { noise: { l2Norm: 0.5 } };
    const model = defence({ mlvgm, alphas: [0, 0, 0], purifications: 3, preprocessing });
    const first = await model.logits(pixels, drawOf(ids));
    expect(calls.begin).toBe(3);
    expect(differenceOf(await model.logits(pixels, drawOf(ids, 1)), first)).toBeGreaterThan(1e-5);
  });

  it('at α = 1 do not depend on the images of a parallel model', async () => {
    const model = defence({ mlvgm: parallelToy().mlvgm, alphas: [1, 1, 1] });
    const { ids } = toyImages(2);
    const one = await model.logits(toyImages(2).pixels, drawOf(ids));
    expect(await model.logits(toyImages(2, 3).pixels, drawOf(ids))).toEqual(one);
  });

  it('take attenuation into α once', async () => {
    const { pixels, ids } = toyImages(2);
    const attenuated = defence({ attenuation: 0.7, alphas: [1, 0.5, 0.1] });
    expect(attenuated.effectiveAlphas).toEqual([0.7, 0.35, 0.7 * 0.1]);
    expect(attenuated.alphas).toEqual([1, 0.5, 0.1]);
    const direct = defence({ alphas: [0.7, 0.35, 0.7 * 0.1] });
    expect(await attenuated.logits(pixels, drawOf(ids))).toEqual(await direct.logits(pixels, drawOf(ids)));
  });

  it('of no images are none', async () => {
    expect(await defence().logits(new Float32Array(0), drawOf([]))).toEqual(new Float32Array(0));
    const { logits, gradient } = await defence().vjp(
      new Float32Array(0),
      drawOf([]),
      () => new Float32Array(0),
    );
    expect([logits.length, gradient.length]).toEqual([0, 0]);
  });
});

describe('createDefence: vjp', () => {
  /** Central differences of Σ v·logits in a few pixels. */
  async function expectGradient(model: Defence, count: number): Promise<void> {
    const { pixels, ids } = toyImages(count);
    const draw = drawOf(ids, 1);
    const v = cotangentFor(count);
    const { gradient, logits } = await model.vjp(pixels, draw, v);
    expect(differenceOf(logits, await model.logits(pixels, draw))).toBeLessThan(CLOSE);
    const loss = async (at: number, step: number): Promise<number> => {
      const moved = pixels.slice();
      moved[at] = (moved[at] ?? NaN) + step;
      const values = await model.logits(moved, draw);
      return values.reduce((sum, value, i) => sum + value * (v[i] ?? NaN), 0);
    };
    let [off, norm] = [0, 0];
    for (let at = 0; at < pixels.length; at += 3) {
      const slope = ((await loss(at, 1e-2)) - (await loss(at, -1e-2))) / 2e-2;
      off += (slope - (gradient[at] ?? NaN)) ** 2;
      norm += slope ** 2;
    }
    expect(Math.sqrt(off / norm)).toBeLessThan(FINITE_DIFFERENCE_TOLERANCE);
  }

  it('is that of finite differences, through encoder, walk and classifier', async () => {
    await expectGradient(defence({ alphas: [0.1, 0.4, 0.6] }), 2);
    await expectGradient(defence({ mlvgm: parallelToy().mlvgm, alphas: [0.1, 0.4, 0.6] }), 2);
  });

  it('is that of finite differences through blur, input noise and the mean of three purifications', async () => {
    const preprocessing = { blur: { sigma: 0.7, kernelSize: 3 }, noise: { l2Norm: 0.2 } };
    const model = defence({ alphas: [0, 0.4, 0.6], purifications: 3, preprocessing });
    await expectGradient(model, 2);
    model.dispose();
  });

  it('gives the cotangent the mean logits of the whole call, whatever the chunks', async () => {
    const { pixels, ids } = toyImages(5);
    for (const purifications of [1, 3]) {
      const results = [];
      for (const chunkSize of [2, 64]) {
        const model = defence({ chunkSize, purifications });
        const seen: number[] = [];
        const result = await model.vjp(pixels, drawOf(ids), (logits) => {
          seen.push(logits.length);
          return logits.map((value) => value ** 2);
        });
        expect(seen).toEqual([15]);
        expect(result.logits).toEqual(await model.logits(pixels, drawOf(ids)));
        results.push(result);
      }
      expect(results[0]).toEqual(results[1]);
    }
  });

  it('is the same for a fixed cotangent as for a function that gives it', async () => {
    const { pixels, ids } = toyImages(3);
    const v = cotangentFor(3);
    const fixed = await defence().vjp(pixels, drawOf(ids), v);
    expect(await defence().vjp(pixels, drawOf(ids), () => v)).toEqual(fixed);
    expect(await defence({ chunkSize: 2 }).vjp(pixels, drawOf(ids), v)).toEqual(fixed);
  });

  it('is exactly 0 where the output ignores the image', async () => {
    const { pixels, ids } = toyImages(2);
    const model = defence({ mlvgm: parallelToy().mlvgm, alphas: [1, 1, 1] });
    const { gradient } = await model.vjp(pixels, drawOf(ids), cotangentFor(2));
    expect(Array.from(gradient)).toEqual(Array.from({ length: 2 * TOY_PIXELS }, () => 0));
  });

  it('refuses a cotangent of another length', async () => {
    const { pixels, ids } = toyImages(2);
    const short = new Float32Array(3);
    expect(await rejected(defence().vjp(pixels, drawOf(ids), short))).toEqual([
      'E_SHAPE',
      'cotangent: expected 6 numbers (2 images, 3 classes), got 3',
    ]);
    expect(await rejected(defence().vjp(pixels, drawOf(ids), () => short))).toEqual([
      'E_SHAPE',
      'cotangent: expected 6 numbers (2 images, 3 classes), got 3',
    ]);
  });
});

describe('createDefence: purify', () => {
  it('gives what the classifier sees', async () => {
    const { pixels, ids } = toyImages(3);
    const model = defence({ chunkSize: 2 });
    const purified = await model.purify(pixels, drawOf(ids));
    const bare = bareClassifier({ runtime, classifier: toyClassifier() });
    const logits = await bare.logits(purified, drawOf(ids));
    expect(logits).toEqual(await model.logits(pixels, drawOf(ids)));
  });
});

describe('createDefence: bad input', () => {
  it.each([
    [{ alphas: [0.1, NaN, 0] }, 'E_ALPHAS', 'alphas[1]: expected a number in [0, 1], got NaN'],
    [{ alphas: [0.1] }, 'E_ALPHAS', 'alphas: expected 3 numbers, one a latent, got 1'],
    [{ temperature: 0 }, 'E_ARGUMENT', 'temperature: expected a number in (0, 1], got 0'],
    [{ temperature: NaN }, 'E_ARGUMENT', 'temperature: expected a number in (0, 1], got NaN'],
    [{ attenuation: 1.1 }, 'E_ARGUMENT', 'attenuation: expected a number in [0, 1], got 1.1'],
    [{ purifications: 0 }, 'E_ARGUMENT', 'draws: expected an integer of at least 1, got 0'],
    [{ chunkSize: 0.5 }, 'E_ARGUMENT', 'chunkSize: expected an integer of at least 1, got 0.5'],
  ])('refuses %j', (options, code, message) => {
    expect(thrown(() => defence(options))).toEqual([code, message]);
  });

  it('refuses a classifier of other images, and latents of one name', () => {
    const classifier = { ...toyClassifier(), image: { height: 8, width: 4, channels: 1 } };
    expect(thrown(() => defence({ classifier }))).toEqual([
      'E_MODEL',
      'toy classifier: expected images of 4x4x1 as hierarchical toy makes them, got 8x4x1',
    ]);
    const { mlvgm } = hierarchicalToy();
    const latents = mlvgm.latents.map((latent) => ({ ...latent, name: 'z' }));
    expect(thrown(() => defence({ mlvgm: { ...mlvgm, latents } }))).toEqual([
      'E_MODEL',
      'hierarchical toy: expected latents of different names, got "z" twice',
    ]);
  });

  it('refuses images of another size or out of range', async () => {
    const { pixels, ids } = toyImages(2);
    expect(await rejected(defence().logits(pixels.subarray(1), drawOf(ids)))).toEqual([
      'E_SHAPE',
      'defence: expected 32 values (2 images of 16), got 31',
    ]);
    for (const value of [1.5, -0.5, NaN]) {
      const wrong = pixels.slice();
      wrong[18] = value;
      expect(await rejected(defence().logits(wrong, drawOf(ids)))).toEqual([
        'E_IMAGES',
        `defence: image "image-1" value 2: expected a number in [0, 1], got ${value}`,
      ]);
    }
  });

  it('refuses to compute on another backend than its own', async () => {
    const { pixels, ids } = toyImages(1);
    const model = defence();
    await openRuntime({ backend: 'cpu' });
    expect(await rejected(model.logits(pixels, drawOf(ids)))).toEqual([
      'E_BACKEND',
      'defence: expected backend wasm, got cpu',
    ]);
    await openRuntime();
  });
});

describe('createDefence: a model that breaks', () => {
  /** The hierarchical toy with one method broken from latent 1 on, on the second image. */
  function broken(method: 'posterior' | 'prior' | 'finish', value: number): Mlvgm {
    const { mlvgm } = hierarchicalToy();
    const poison = <T extends tf.Tensor>(tensor: T): T => {
      const rest = tensor.shape.slice(1);
      const bad = tf.concat([tf.zeros([1, ...rest]), tf.fill([1, ...rest], value)], 0);
      return tf.add(tensor, bad);
    };
    return {
      ...mlvgm,
      posterior: (state, i) =>
        method === 'posterior' && i === 1 ? poison(mlvgm.posterior(state, i)) : mlvgm.posterior(state, i),
      prior: (state, i, noise, t) =>
        method === 'prior' && i === 1
          ? poison(mlvgm.prior(state, i, noise, t))
          : mlvgm.prior(state, i, noise, t),
      finish: (state) => (method === 'finish' ? poison(mlvgm.finish(state)) : mlvgm.finish(state)),
    };
  }

  it.each([
    ['posterior', NaN, 'the posterior of latent 1 "level 1", got NaN'],
    ['prior', Infinity, 'the prior of latent 1 "level 1", got Infinity'],
    ['finish', NaN, 'the decoded images, got NaN'],
  ] as const)('names the step: %s', async (method, value, where) => {
    const { pixels, ids } = toyImages(2);
    const model = defence({ mlvgm: broken(method, value) });
    const expected = [
      'E_NON_FINITE',
      `hierarchical toy: expected finite numbers in ${where} on image "image-1"`,
    ];
    expect(await rejected(model.logits(pixels, drawOf(ids)))).toEqual(expected);
    expect(await rejected(model.purify(pixels, drawOf(ids)))).toEqual(expected);
  });

  it('is found out where a later clamp hides it', async () => {
    const { pixels, ids } = toyImages(2);
    const mlvgm = broken('posterior', NaN);
    const hiding: Mlvgm = { ...mlvgm, finish: (state) => tf.clipByValue(mlvgm.finish(state), 0, 1) };
    expect(await rejected(defence({ mlvgm: hiding }).logits(pixels, drawOf(ids)))).toEqual([
      'E_NON_FINITE',
      'hierarchical toy: expected finite numbers in the posterior of latent 1 "level 1", got NaN on image "image-1"',
    ]);
  });

  it('is named when its gradient breaks, too', async () => {
    const { pixels, ids } = toyImages(2);
    const model = defence({ mlvgm: broken('posterior', NaN) });
    expect(await rejected(model.vjp(pixels, drawOf(ids), cotangentFor(2)))).toEqual([
      'E_NON_FINITE',
      'hierarchical toy: expected finite numbers in the posterior of latent 1 "level 1", got NaN on image "image-1"',
    ]);
    const healthy = defence();
    expect(await rejected(healthy.vjp(pixels, drawOf(ids), new Float32Array(6).fill(NaN)))).toEqual([
      'E_NON_FINITE',
      'defence: expected a finite gradient, got NaN on image "image-0"',
    ]);
  });

  it('is named where it is the classifier', async () => {
    const { pixels, ids } = toyImages(2);
    const working = toyClassifier();
    const classifier = {
      ...working,
      logits: (x: tf.Tensor4D) => tf.mul<tf.Tensor2D>(working.logits(x), NaN),
    };
    expect(await rejected(defence({ classifier }).logits(pixels, drawOf(ids)))).toEqual([
      'E_NON_FINITE',
      'toy classifier: expected finite numbers in the logits, got NaN on image "image-0"',
    ]);
  });
});

describe('bareClassifier', () => {
  it('gives logits and gradients of the classifier, whatever the chunks and the draw', async () => {
    const { pixels, ids } = toyImages(5);
    const v = cotangentFor(5);
    const small = bareClassifier({ runtime, classifier: toyClassifier(), chunkSize: 2 });
    const large = bareClassifier({ runtime, classifier: toyClassifier() });
    expect([large.classes, large.pixels]).toEqual([3, 16]);
    expect(await small.logits(pixels, drawOf(ids, 7, 'x'))).toEqual(await large.logits(pixels, drawOf(ids)));
    const square = (logits: Float32Array): Float32Array => logits.map((value, i) => value * (v[i] ?? NaN));
    expect(await small.vjp(pixels, drawOf(ids), square)).toEqual(
      await large.vjp(pixels, drawOf(ids), square),
    );
  });

  it('has, being linear, the gradient v·Wᵀ', async () => {
    const { pixels, ids } = toyImages(1);
    const model = bareClassifier({ runtime, classifier: toyClassifier() });
    const { gradient } = await model.vjp(pixels, drawOf(ids), Float32Array.of(1, 0, 0));
    const moved = pixels.map((value, i) => value + 0.05 * (gradient[i] ?? NaN));
    const [before, after] = [await model.logits(pixels, drawOf(ids)), await model.logits(moved, drawOf(ids))];
    const squared = gradient.reduce((sum, value) => sum + value ** 2, 0);
    expect((after[0] ?? NaN) - (before[0] ?? NaN)).toBeCloseTo(0.05 * squared, 4);
  });

  it('names itself and the image where logits are not finite', async () => {
    const { pixels, ids } = toyImages(2);
    const working = toyClassifier();
    const poison = tf.keep(tf.tensor2d([[0, 0, 0], [0, Infinity, 0]])); // prettier-ignore
    const classifier = {
      ...working,
      logits: (x: tf.Tensor4D) => tf.add<tf.Tensor2D>(working.logits(x), poison),
    };
    const model = bareClassifier({ runtime, classifier });
    const expected = [
      'E_NON_FINITE',
      'toy classifier: expected finite numbers in the logits, got Infinity on image "image-1"',
    ];
    expect(await rejected(model.logits(pixels, drawOf(ids)))).toEqual(expected);
    expect(await rejected(model.vjp(pixels, drawOf(ids), cotangentFor(2)))).toEqual(expected);
    poison.dispose();
  });
});
