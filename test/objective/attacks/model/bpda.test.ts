import { describe, expect, it } from '@jest/globals';
import type { DifferentiableModel } from '../../../../src/objective/attacks/contract/attack-batch.js';
import type { Draw } from '../../../../src/objective/attacks/model/attackable-model.js';
import { bpdaModel } from '../../../../src/objective/attacks/model/bpda.js';
import { withExpectation } from '../../../../src/objective/attacks/model/expected-model.js';
import { pgdL2 } from '../../../../src/objective/attacks/methods/pgd-l2.js';
import { randomStream } from '../../../../src/math/random.js';
import { LINEAR_ATTACK } from '../../../tolerances.js';
import { expectError, expectRejection } from '../../expect-error.js';
import { attackOwn } from '../attack-laws.js';
import { affineModel, binaryModel, randomAffine, uniformImages } from '../models.js';

const LEVELS = 31;
const quantise = async (images: Float32Array): Promise<Float32Array> =>
  images.map((value) => Math.round(value * LEVELS) / LEVELS);

const draw = (ids: readonly string[], index = 0): Draw => ({ key: 'k', index, imageIds: ids });

describe('bpdaModel with a quantiser in front of an affine model', () => {
  const W = [1, -0.5, 1.5, -0.6, 0.8, 1.2];
  const L1 = W.reduce((sum, value) => sum + Math.abs(value), 0);
  const L2 = Math.hypot(...W);
  const MARGIN = 0.8;
  const set = { images: new Float32Array(6).fill(0.5), ids: ['a'] };
  const classifier = binaryModel(W, MARGIN - 0.5 * W.reduce((sum, value) => sum + value, 0));
  /** Rounding moves f by at most ‖w‖₁/(2·levels), and a margin of f falls at the rate ‖w‖₂. */
  const [nearest, farthest] = [-1, 1].map((side) => (MARGIN + (side * L1) / (2 * LEVELS)) / L2);

  it('answers the logits of the quantised images', async () => {
    const { images, ids } = uniformImages(3, 6, 1);
    const expected = await classifier.logits(await quantise(images), draw(ids));
    const model = bpdaModel({ purify: quantise, classifier });
    expect(await model.logits(images, draw(ids))).toEqual(expected);
    expect((await model.vjp(images, draw(ids), Float32Array.of(1, 0, 1, 0, 1, 0))).logits).toEqual(expected);
  });
  it('has an exact gradient of 0, which leads nowhere', async () => {
    const exact: DifferentiableModel = {
      ...classifier,
      logits: async (images, one) => classifier.logits(await quantise(images), one),
      vjp: async (images, one) => ({
        logits: await classifier.logits(await quantise(images), one),
        gradient: new Float32Array(images.length),
      }),
    };
    const run = await attackOwn(pgdL2({ l2Bound: 2 * farthest }), exact, set);
    expect(run.perImage[0]).toMatchObject({ outcome: 'failure', flags: { zeroGradient: true } });
  });
  it('leads, by the identity, to an error at the closed-form distance, within quantisation', async () => {
    const model = bpdaModel({ purify: quantise, classifier });
    const outcome = async (l2Bound: number) =>
      (await attackOwn(pgdL2({ l2Bound, steps: 20 }), model, set)).perImage[0].outcome;
    expect(await outcome(farthest * (1 + LINEAR_ATTACK))).toBe('success');
    expect(await outcome(nearest * (1 - LINEAR_ATTACK))).toBe('failure');
  });
});

describe('bpdaModel({ surrogate })', () => {
  const classifier = affineModel(randomAffine(3, 5, 2));
  const { images, ids } = uniformImages(2, 5, 3);
  const cotangent = (z: Float32Array) => z.map((value, at) => Math.sin(value + at));

  it('is exact where the surrogate is the purifier: x² with the slope 2x', async () => {
    const model = bpdaModel({
      purify: async (x) => x.map((value) => value * value),
      classifier,
      surrogate: { name: 'square', vjp: (x, c) => c.map((value, j) => 2 * x[j] * value) },
    });
    expect(model.gradients).toEqual({ kind: 'bpda', surrogate: 'square' });
    const { gradient } = await model.vjp(images, draw(ids), Float32Array.of(1, 0, 0, 0, 1, 0));
    const { weights } = randomAffine(3, 5, 2);
    for (let at = 0; at < 10; at += 1) {
      const slope = weights[at < 5 ? at : 5 + (at - 5)] * 2 * images[at];
      expect(gradient[at]).toBeCloseTo(slope, 5);
    }
  });
  it('calls itself by the surrogate, the identity by default', () => {
    expect(bpdaModel({ purify: quantise, classifier }).gradients).toEqual({
      kind: 'bpda',
      surrogate: 'identity',
    });
  });
  it('takes a cotangent of the logits from the mean logits of all purifications', async () => {
    const purify = async (x: Float32Array, { index, key, imageIds }: Draw) =>
      x.map((value, at) => value + 0.1 * randomStream(key, index, imageIds[Math.floor(at / 5)]).normal());
    const model = bpdaModel({ purify, classifier, purifications: 3 });
    const logits = await model.logits(images, draw(ids, 2));
    const each = await Promise.all(
      [6, 7, 8].map(async (index) => classifier.logits(await purify(images, draw(ids, index)), draw(ids))),
    );
    for (const [at, value] of logits.entries()) {
      expect(value).toBeCloseTo((each[0][at] + each[1][at] + each[2][at]) / 3, 6);
    }
    const byFunction = await model.vjp(images, draw(ids, 2), cotangent);
    expect(byFunction).toEqual(await model.vjp(images, draw(ids, 2), cotangent(logits)));
    expect(byFunction.logits).toEqual(logits);
  });
  it('purifies once a purification, also where the logits are needed first', async () => {
    const asked: number[] = [];
    const purify = async (x: Float32Array, one: Draw) => (asked.push(one.index), x);
    await bpdaModel({ purify, classifier, purifications: 2 }).vjp(images, draw(ids, 3), cotangent);
    expect(asked).toEqual([6, 7]);
  });
  it('does not depend on the number of purifications where they draw nothing, bit for bit', async () => {
    const one = await bpdaModel({ purify: quantise, classifier }).vjp(images, draw(ids), cotangent);
    for (const purifications of [2, 7]) {
      const model = bpdaModel({ purify: quantise, classifier, purifications });
      expect(await model.vjp(images, draw(ids), cotangent)).toEqual(one);
      const plan = { draws: 3, mode: 'mean-gradient' } as const;
      expect(await withExpectation(model, plan).vjp(images, draw(ids), cotangent)).toEqual(one);
    }
  });
});

describe('bpdaModel: bad input', () => {
  const classifier = affineModel(randomAffine(3, 5, 2));
  const { images, ids } = uniformImages(2, 5, 3);

  it.each([0, 1.5])('refuses %p purifications', (purifications) => {
    expectError(() => bpdaModel({ purify: quantise, classifier, purifications }), {
      code: 'E_SHAPE',
      message: `bpda purifications: expected an integer of at least 1, got ${purifications}`,
    });
  });
  it('refuses purified images and gradients of another size', async () => {
    const short = bpdaModel({ purify: async (x) => x.subarray(1), classifier });
    await expectRejection(short.logits(images, draw(ids)), {
      code: 'E_SHAPE',
      message: 'bpda: expected 10 numbers in purified images, got 9',
    });
    const surrogate = { name: 'short', vjp: (x: Float32Array) => x.subarray(2) };
    const wrong = bpdaModel({ purify: quantise, classifier, surrogate });
    await expectRejection(wrong.vjp(images, draw(ids), new Float32Array(6)), {
      code: 'E_SHAPE',
      message: 'bpda: expected 10 numbers in the surrogate’s gradient, got 8',
    });
  });
});
