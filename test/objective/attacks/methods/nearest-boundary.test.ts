import { describe, expect, it } from '@jest/globals';
import type {
  AttackBatch,
  DifferentiableModel,
} from '../../../../src/objective/attacks/contract/attack-batch.js';
import {
  allWrongClasses,
  isWrongAt,
  nearestBoundary,
  strongestWrongClasses,
} from '../../../../src/objective/attacks/methods/nearest-boundary.js';
import { affineModel, constantModel, randomAffine } from '../models.js';

/** z = (0, 0.3 − x₀, 0.9 − 4·x₁): f₁ = −0.2 at 0.2, f₂ = −1.1 at 0.275 from (0.5, 0.5). */
const model = () =>
  affineModel({
    classes: 3,
    pixels: 2,
    weights: Float64Array.of(0, 0, -1, 0, 0, -4),
    bias: Float64Array.of(0, 0.3, 0.9),
  });

const batchOf = (asked: DifferentiableModel, labels = [0, 0]): AttackBatch<DifferentiableModel> => ({
  model: asked,
  images: Float32Array.of(0.5, 0.5, 0.25, 0.75),
  labels: Int32Array.from(labels),
  ids: ['a', 'b'],
  key: 'attack',
  seed: 1,
});

const rows = Int32Array.of(0, 1);
const pointsOf = ({ images }: AttackBatch) => ({ rows, points: images, index: 3 });

describe('allWrongClasses(batch)', () => {
  it('are all but the true one, in order', () => {
    expect([...allWrongClasses(batchOf(model(), [0, 1]))]).toEqual([1, 2, 0, 2]);
  });
});

describe('strongestWrongClasses(batch, count, index)', () => {
  it('are those of largest clean logit, the true one left out', async () => {
    // clean logits (0, −0.2, −1.1) and (0, 0.05, −2.1)
    expect([...(await strongestWrongClasses(batchOf(model(), [0, 1]), 1, 0))]).toEqual([1, 0]);
    expect([...(await strongestWrongClasses(batchOf(model(), [1, 2]), 2, 0))]).toEqual([0, 2, 1, 0]);
  });
  it('are the first ones where logits are NaN', async () => {
    const broken = constantModel([NaN, NaN, NaN], 2);
    expect([...(await strongestWrongClasses(batchOf(broken, [0, 1]), 1, 0))]).toEqual([1, 0]);
  });
});

describe('nearestBoundary(batch, asked, isEnough)', () => {
  it('is that of the class with the least |f|/‖w‖, with its value and slope', async () => {
    const batch = batchOf(model());
    const classes = allWrongClasses(batch);
    const found = await nearestBoundary(batch, { ...pointsOf(batch), classes });
    // b: f₁ = 0.05, already beyond; f₂ = −2.1 at 0.525
    expect([...found.distances]).toEqual([0.2, 0.05].map((one) => expect.closeTo(one, 6)));
    expect([...found.values]).toEqual([-0.2, 0.05].map((one) => expect.closeTo(one, 6)));
    expect([...found.norms]).toEqual([1, 1]);
    expect([...found.gradients]).toEqual([-1, 0, -1, 0]);
    expect([...found.logits]).toEqual([0, -0.2, -1.1, 0, 0.05, -2.1].map((one) => expect.closeTo(one, 6)));
  });
  it('is that of the classes asked for, an image its own', async () => {
    const batch = batchOf(model());
    const found = await nearestBoundary(batch, { ...pointsOf(batch), classes: Int32Array.of(1, 2) });
    expect([...found.distances]).toEqual([0.2, 0.525].map((one) => expect.closeTo(one, 6)));
    expect([...found.gradients]).toEqual([-1, 0, 0, -4]);
  });
  it('does not depend on the order of the classes', async () => {
    const affine = affineModel(randomAffine(5, 2, 4));
    const batch = batchOf(affine);
    const of = (order: number[]) =>
      nearestBoundary(batch, { ...pointsOf(batch), classes: Int32Array.from([...order, ...order]) });
    expect(await of([1, 2, 3, 4])).toEqual(await of([3, 1, 4, 2]));
  });
  it('asks one gradient a class under one draw, and one in all of images that have enough', async () => {
    const asked = model();
    const batch = batchOf(asked);
    const classes = allWrongClasses(batch);
    const found = await nearestBoundary(batch, { ...pointsOf(batch), classes }, (_, at) => at === 0);
    expect(asked.draws.map(({ index, imageIds }) => [index, imageIds])).toEqual([
      [3, ['a', 'b']],
      [3, ['b']],
    ]);
    expect(found.distances[0]).toBe(Infinity);
    expect([...found.gradients.subarray(0, 2)]).toEqual([0, 0]);
    expect(found.distances[1]).toBeCloseTo(0.05, 6);
  });
  it.each([
    ['slopes of 0', constantModel([1, 0, 0.5], 2)],
    ['equal logits with slopes of 0', constantModel([0, 0, 0], 2)],
    ['logits of NaN', constantModel([1, NaN, 0.5], 2)],
  ])('is nowhere for %s', async (_, broken) => {
    const batch = batchOf(broken);
    const found = await nearestBoundary(batch, { ...pointsOf(batch), classes: allWrongClasses(batch) });
    expect([...found.distances]).toEqual([Infinity, Infinity]);
    expect(found.gradients.every((value) => value === 0)).toBe(true);
  });
  it('passes over a class whose slope is not finite', async () => {
    const good = model();
    const broken: DifferentiableModel = {
      ...good,
      vjp: async (images, draw, cotangent) => {
        const result = await good.vjp(images, draw, cotangent);
        const isFirst = (cotangent as Float32Array)[1] === 1;
        return isFirst ? { ...result, gradient: result.gradient.fill(NaN) } : result;
      },
    };
    const batch = batchOf(broken);
    const found = await nearestBoundary(batch, { ...pointsOf(batch), classes: allWrongClasses(batch) });
    expect([...found.distances]).toEqual([0.275, 0.525].map((one) => expect.closeTo(one, 6)));
  });
});

describe('isWrongAt(batch, rows, logits, at)', () => {
  it('is true where another class than the image’s wins, and false for NaN', () => {
    const batch = batchOf(model(), [0, 1]);
    const logits = Float32Array.of(1, 2, 0, 1, 2, 0, 1, NaN, 2);
    const wrong = [0, 1, 2].map((at) => isWrongAt(batch, Int32Array.of(0, 1, 0), logits, at));
    expect(wrong).toEqual([true, false, false]);
  });
});
