import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Mlvgm, State } from '../../../src/objective/models/mlvgm.js';
import {
  encodeCodes,
  mixByWeights,
  mixCodes,
  reconstruct,
  samplePrior,
} from '../../../src/objective/purification/mixers.js';
import { walkLatents } from '../../../src/objective/purification/walk.js';
import type { Mixer } from '../../../src/objective/purification/walk.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import { FLOAT32_TOLERANCE } from '../../tolerances.js';
import { differenceOf, irregular } from '../finite-differences.js';
import { TOY_PIXELS, hierarchicalToy, parallelToy, toyImages } from '../toys.js';

/** A few float32 operations on numbers of size one. */
const CLOSE = 20 * FLOAT32_TOLERANCE;
const TEMPERATURE = 0.6;

beforeAll(async () => {
  await openRuntime();
});

let tensorsBefore = 0;
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

const images = (count: number, phase = 0): Tensor4D =>
  tf.tensor4d(toyImages(count, phase).pixels, [count, 4, 4, 1]);

const noiseOf =
  (mlvgm: Mlvgm, count: number, phase = 1) =>
  (i: number): Tensor =>
    irregular([count, ...(mlvgm.latents[i]?.noise ?? [])], phase + i);

/** Decoded numbers of a walk with a mixer. */
function decode(mlvgm: Mlvgm, x: () => Tensor4D, mixer: Mixer, noisePhase = 1): number[] {
  const output = tf.tidy(() => {
    const input = x();
    const noise = noiseOf(mlvgm, input.shape[0], noisePhase);
    return mlvgm.finish(walkLatents(mlvgm, mlvgm.begin(input), { mixer, noise, temperature: TEMPERATURE }));
  });
  const values = Array.from(output.dataSync());
  output.dispose();
  return values;
}

/** Algorithm 1 spelled out with plain contract calls. */
function algorithm1(mlvgm: Mlvgm, x: Tensor4D, alphas: readonly number[]): Tensor4D {
  const noise = noiseOf(mlvgm, x.shape[0]);
  let state: State = mlvgm.begin(x);
  for (const [i, alpha] of alphas.entries()) {
    const encoded = mlvgm.posterior(state, i);
    const sampled = mlvgm.prior(state, i, noise(i), TEMPERATURE);
    const z = tf.add(tf.mul(encoded, tf.scalar(1 - alpha)), tf.mul(sampled, tf.scalar(alpha)));
    state = mlvgm.commit(state, i, z);
  }
  return mlvgm.finish(state);
}

describe.each([
  ['a parallel model', parallelToy],
  ['a hierarchical model', hierarchicalToy],
])('walkLatents on %s', (_, makeToy) => {
  it.each([[[0, 0, 0]], [[1, 1, 1]], [[0.2, 0.5, 0.9]], [[0, 1, 0.3]]])(
    'is Algorithm 1 at α = %j',
    (alphas) => {
      const { mlvgm } = makeToy();
      const expected = tf.tidy(() => algorithm1(mlvgm, images(3), alphas));
      const got = decode(mlvgm, () => images(3), mixByWeights(alphas));
      expect(differenceOf(got, expected.dataSync())).toBeLessThan(CLOSE);
      expected.dispose();
    },
  );

  it('at α = 0 is the reconstruction: it depends on no noise and draws none', () => {
    const { mlvgm, calls } = makeToy();
    const one = decode(mlvgm, () => images(2), mixByWeights([0, 0, 0]), 1);
    const other = decode(mlvgm, () => images(2), mixByWeights([0, 0, 0]), 50);
    expect(one).toEqual(other);
    expect(one).toEqual(decode(mlvgm, () => images(2), reconstruct));
    expect(calls.prior).toBe(0);
  });

  it('at α = 1 is a sample of the model: it depends on no image and encodes none', () => {
    const { mlvgm, calls } = makeToy();
    const one = decode(mlvgm, () => images(2), mixByWeights([1, 1, 1]));
    expect(one).toEqual(decode(mlvgm, () => images(2, 5), mixByWeights([1, 1, 1])));
    expect(one).toEqual(decode(mlvgm, () => images(2), samplePrior));
    expect(calls.posterior).toBe(0);
  });

  it('depends on image and noise in between', () => {
    const { mlvgm } = makeToy();
    const mixer = mixByWeights([0.5, 0.5, 0.5]);
    const one = decode(mlvgm, () => images(1), mixer);
    expect(
      differenceOf(
        one,
        decode(mlvgm, () => images(1, 5), mixer),
      ),
    ).toBeGreaterThan(1e-3);
    expect(
      differenceOf(
        one,
        decode(mlvgm, () => images(1), mixer, 50),
      ),
    ).toBeGreaterThan(1e-3);
  });

  it('takes one α an image as it takes that α for the image alone, bit for bit', () => {
    const { mlvgm } = makeToy();
    const rows = [
      [0.2, 0, 1],
      [0.9, 0.4, 0],
    ];
    const columns = [0, 1, 2].map((i) => Float64Array.from(rows, (row) => row[i] ?? NaN));
    const together = decode(mlvgm, () => images(2), mixByWeights(columns));
    for (const [b, row] of rows.entries()) {
      const shared = decode(mlvgm, () => images(2), mixByWeights(row));
      const own = (values: number[]): number[] => values.slice(b * TOY_PIXELS, (b + 1) * TOY_PIXELS);
      expect(own(together)).toEqual(own(shared));
    }
  });

  it('can be walked in two parts', () => {
    const { mlvgm } = makeToy();
    const mixer = mixByWeights([0.2, 0.5, 0.9]);
    const output = tf.tidy(() => {
      const options = { mixer, noise: noiseOf(mlvgm, 2), temperature: TEMPERATURE };
      const half = walkLatents(mlvgm, mlvgm.begin(images(2)), { ...options, to: 2 });
      return mlvgm.finish(walkLatents(mlvgm, half, { ...options, from: 2 }));
    });
    expect(Array.from(output.dataSync())).toEqual(decode(mlvgm, () => images(2), mixer));
    output.dispose();
  });

  it('tells the mixer which latent it is at', () => {
    const { mlvgm } = makeToy();
    const seen: string[] = [];
    decode(
      mlvgm,
      () => images(1),
      (latent) => {
        seen.push(`${latent.index} ${latent.spec.name}`);
        return latent.posterior();
      },
    );
    expect(seen).toEqual(mlvgm.latents.map(({ name }, i) => `${i} ${name}`));
  });
});

describe('mixCodes', () => {
  const mixed = (mlvgm: Mlvgm, form: 'value' | 'residual', keep: boolean[], other: number): number[] => {
    const output = tf.tidy(() => {
      const codes = encodeCodes(mlvgm, mlvgm.begin(images(2, other)), form, TEMPERATURE);
      const state = mlvgm.begin(images(2));
      const noise = (): never => {
        throw new Error('no noise is needed');
      };
      const mixer = mixCodes(codes, keep);
      return mlvgm.finish(walkLatents(mlvgm, state, { mixer, noise, temperature: TEMPERATURE }));
    });
    const values = Array.from(output.dataSync());
    output.dispose();
    return values;
  };
  const all = [true, true, true];
  const none = [false, false, false];

  it.each(['value', 'residual'] as const)('keeps the own codes where told to (%s)', (form) => {
    const { mlvgm } = hierarchicalToy();
    expect(mixed(mlvgm, form, all, 5)).toEqual(decode(mlvgm, () => images(2), reconstruct));
  });

  it.each(['value', 'residual'] as const)('is the other image when none is kept (%s)', (form) => {
    const { mlvgm } = hierarchicalToy();
    const other = decode(mlvgm, () => images(2, 5), reconstruct);
    expect(differenceOf(mixed(mlvgm, form, none, 5), other)).toBeLessThan(CLOSE);
  });

  it('gives an image back when its own residuals are put in', () => {
    const { mlvgm } = hierarchicalToy();
    const own = decode(mlvgm, () => images(2), reconstruct);
    expect(differenceOf(mixed(mlvgm, 'residual', [true, false, false], 0), own)).toBeLessThan(CLOSE);
  });

  it('puts a residual on the prior as it is after what was kept', () => {
    const { mlvgm } = hierarchicalToy();
    const byResidual = mixed(mlvgm, 'residual', [true, false, false], 5);
    const byValue = mixed(mlvgm, 'value', [true, false, false], 5);
    expect(differenceOf(byResidual, byValue)).toBeGreaterThan(1e-3);
  });

  it('by value decodes each code where it came from, for a parallel model', () => {
    const { mlvgm } = parallelToy();
    const expected = tf.tidy(() => {
      const [a, b] = [mlvgm.begin(images(2)), mlvgm.begin(images(2, 5))];
      let state = a;
      for (const i of [0, 1, 2]) state = mlvgm.commit(state, i, mlvgm.posterior(i === 1 ? b : a, i));
      return mlvgm.finish(state);
    });
    expect(mixed(mlvgm, 'value', [true, false, true], 5)).toEqual(Array.from(expected.dataSync()));
    expected.dispose();
  });
});
