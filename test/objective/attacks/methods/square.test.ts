import { describe, expect, it } from '@jest/globals';
import { blackBox } from '../../../../src/objective/attacks/model/gradient-paths.js';
import type { AttackableModel } from '../../../../src/objective/attacks/model/attackable-model.js';
import { runMachine, type AttackMachine } from '../../../../src/objective/attacks/contract/attack-machine.js';
import type { FixedBudgetAttack } from '../../../../src/objective/attacks/contract/fixed-budget-attack.js';
import { squareL2, type SquareL2Options } from '../../../../src/objective/attacks/methods/square-l2.js';
import { squareLinf, type SquareLinfOptions } from '../../../../src/objective/attacks/methods/square-linf.js';
import { runAttack } from '../../../../src/objective/attacks/run/run-attack.js';
import { expectError, expectRejection } from '../../expect-error.js';
import { affineDistance, attackLaws, attackOwn, resumesToSameBytes } from '../attack-laws.js';
import {
  affineModel,
  binaryModel,
  constantModel,
  keyedNoise,
  randomAffine,
  uniformImages,
} from '../models.js';

const EIGHT = { height: 8, width: 8, channels: 1 };
const FLAT = new Array<number>(64).fill(1);
const GREY = { images: new Float32Array(64).fill(0.5), labels: Int32Array.of(0), ids: ['a'] };

/** f = Σx − 32 + m: at grey the margin is m, D∞ = m/64 and D₂ = m/8. */
const flatModel = (margin: number) => binaryModel(FLAT, margin - 32);

/** A shape for so many values. */
const shapeOf = (pixels: number) => ({ height: 2, width: pixels / 2, channels: 1 });
const lawShape = (pixels: number) =>
  pixels % 2 === 0 ? shapeOf(pixels) : { height: 1, width: pixels, channels: 1 };

/** All points the attack asked about. */
async function pointsOf(attack: FixedBudgetAttack, model: AttackableModel, set: typeof GREY) {
  const points: Float32Array[] = [];
  const watching: AttackableModel = {
    classes: model.classes,
    pixels: model.pixels,
    logits: (images, draw) => (points.push(images.slice()), model.logits(images, draw)),
  };
  const machine = attack.machine as AttackMachine<AttackableModel, object, Float32Array>;
  const result = await runMachine(machine, { ...set, model: watching, key: 'k', seed: 5 });
  return { points, result };
}

describe('squareLinf(options)', () => {
  it('finds the error at 1.2 D of a model that weighs all pixels alike, last row and column included', async () => {
    const attack = squareLinf({ linfBound: (1.2 * 0.8) / 64, shape: EIGHT, iterations: 2000 });
    const run = await runAttack({ attack, model: flatModel(0.8), ...GREY, seed: 1 });
    expect(run.perImage[0].outcome).toBe('success');
  });
  it('comes to the corner x − ε·sign(w) of a linear model, in the end', async () => {
    const w = Array.from({ length: 16 }, (_, j) => (j % 3 === 0 ? -1 : 1) * (1 + j / 16));
    const model = binaryModel(w, 5 - 0.5 * w.reduce((sum, one) => sum + one, 0));
    const shape = { height: 4, width: 4, channels: 1 };
    const attack = squareLinf({ linfBound: 0.05, shape, iterations: 600, rescaleSchedule: true });
    const images = new Float32Array(16).fill(0.5);
    const run = await runAttack({ attack, model, images, labels: Int32Array.of(0), ids: ['a'], seed: 1 });
    expect(run.perImage[0].outcome).toBe('failure');
    for (const [j, one] of w.entries()) expect(run.images[j]).toBeCloseTo(0.5 - 0.05 * Math.sign(one), 6);
  });
  it('begins with vertical stripes of ±ε, and then changes one window', async () => {
    const shape = { height: 6, width: 5, channels: 2 };
    const set = { ...GREY, images: new Float32Array(60).fill(0.5) };
    const model = constantModel([1, 0], 60);
    const { points } = await pointsOf(squareLinf({ linfBound: 0.1, shape, iterations: 12 }), model, set);
    expect(points).toHaveLength(13);
    for (const point of points)
      for (const value of point) expect(Math.abs(Math.abs(value - 0.5) - 0.1)).toBeLessThan(1e-7);
    for (let j = 10; j < 60; j += 1) expect(points[0][j]).toBe(points[0][j - 10]);
    // 0.8 of 30 pixels: 5 × 5, in each channel of one sign
    for (const point of points.slice(1, 11)) {
      const changed = [...point.keys()].filter((j) => point[j] !== points[0][j]);
      expect(changed.length).toBeGreaterThan(0);
      const rows = changed.map((j) => Math.floor(j / 10));
      expect(Math.max(...rows) - Math.min(...rows)).toBeLessThan(5);
    }
  });
  it('never asks about the best point again', async () => {
    const shape = { height: 3, width: 3, channels: 1 };
    const set = { ...GREY, images: new Float32Array(9).fill(0.5) };
    const options = { linfBound: 0.1, shape, iterations: 60 };
    const { points } = await pointsOf(squareLinf(options), constantModel([1, 0], 9), set);
    for (const point of points.slice(1)) expect(point).not.toEqual(points[0]);
  });
});

describe('squareL2(options)', () => {
  it('finds the error of a model that weighs all pixels alike at 4 D', async () => {
    const attack = squareL2({ l2Bound: (4 * 0.8) / 8, shape: EIGHT, iterations: 1500 });
    const run = await runAttack({ attack, model: flatModel(0.8), ...GREY, seed: 1 });
    expect(run.perImage[0].outcome).toBe('success');
  });
  it('keeps the norm at ε with the box far, whatever the shape', async () => {
    for (const [height, width, channels] of [
      [8, 8, 1],
      [5, 11, 2],
      [1, 7, 3],
      [2, 2, 1],
      [1, 1, 1],
    ]) {
      const d = height * width * channels;
      const set = { ...GREY, images: new Float32Array(d).fill(0.5) };
      const options = { l2Bound: 0.1, shape: { height, width, channels }, iterations: 60 };
      const { points } = await pointsOf(squareL2(options), randomPlane(d), set);
      for (const point of points) {
        const norm = Math.hypot(...[...point].map((value) => value - 0.5));
        expect(norm).toBeLessThanOrEqual(0.1);
        expect(norm).toBeGreaterThan(0.1 * (1 - 1e-5));
      }
    }
  });
  it('gives what the box cuts off to the next window', async () => {
    const set = { ...GREY, images: Float32Array.from({ length: 64 }, (_, j) => (j % 2 === 0 ? 0 : 1)) };
    const { points } = await pointsOf(
      squareL2({ l2Bound: 1, shape: EIGHT, iterations: 300 }),
      randomPlane(64),
      set,
    );
    const norms = points.map((point) => Math.hypot(...[...point].map((value, j) => value - set.images[j])));
    expect(Math.max(...norms)).toBeLessThanOrEqual(1);
    expect(Math.max(...norms)).toBeGreaterThan(norms[0]);
    for (const point of points) expect(point.every((value) => value >= 0 && value <= 1)).toBe(true);
  });
  it('stays finite where the image fills its box, so that there is no room at all', async () => {
    // every value that could rise is 1 and every one that could fall is 0 in half of the proposals
    const set = { ...GREY, images: new Float32Array(1).fill(1) };
    const options = { l2Bound: 1e100, shape: { height: 1, width: 1, channels: 1 }, iterations: 20 };
    const { points } = await pointsOf(squareL2(options), constantModel([1, 0], 1), set);
    for (const point of points) expect([0, 1]).toContain(point[0]);
  });
});

/** Class 0 everywhere near grey. */
function randomPlane(d: number): AttackableModel {
  const { weights } = randomAffine(1, d, 3);
  return binaryModel([...weights], 100);
}

const BOTH = {
  'square-l2': (more: Partial<SquareL2Options> = {}, l2Bound = 0.4) =>
    squareL2({ l2Bound, shape: EIGHT, ...more }),
  'square-linf': (more: Partial<SquareLinfOptions> = {}, linfBound = 0.02) =>
    squareLinf({ linfBound, shape: EIGHT, ...more }),
};

describe.each(Object.entries(BOTH))('%s', (name, create) => {
  it('asks once at the start and once for every proposal, with draws numbered by round', async () => {
    const model = constantModel([1, 0], 64);
    const run = await runAttack({ attack: create({ iterations: 30 }), model, ...GREY, seed: 1 });
    expect(run.perImage[0].tally.queries).toBe(31);
    const own = model.draws.filter(({ key }) => key === `attack/${name}/1`);
    expect(own.map(({ index }) => index)).toEqual(Array.from({ length: 31 }, (_, i) => i));
  });
  it('needs no gradients', async () => {
    const model = blackBox(flatModel(0.001));
    const run = await runAttack({ attack: create({ iterations: 50 }), model, ...GREY, seed: 1 });
    expect(run.perImage[0].outcome).toBe('success');
  });
  it('lets an image sit out once it is misclassified, and goes on with the others', async () => {
    const model = flatModel(0.4);
    const images = new Float32Array(128).fill(0.5).fill(0.9, 64);
    const set = { images, labels: Int32Array.of(0, 0), ids: ['a', 'b'] };
    const run = await runAttack({ attack: create({ iterations: 300 }), model, ...set, seed: 1 });
    expect(run.perImage.map(({ outcome }) => outcome)).toEqual(['success', 'failure']);
    expect(run.perImage[0].tally.queries).toBeLessThan(301);
    expect(run.perImage[1].tally.queries).toBe(301);
  });
  it('asks once where all images are wrong at the start', async () => {
    const model = constantModel([0, 1], 64);
    const set = {
      ...GREY,
      images: new Float32Array(192).fill(0.5),
      labels: new Int32Array(3),
      ids: ['a', 'b', 'c'],
    };
    const { points, result } = await pointsOf(create(), model, set);
    expect(points).toHaveLength(1);
    expect(result).toEqual(points[0]);
  });
  it('raises the margin on without an early stop', async () => {
    const model = flatModel(0.4);
    const lead = async (earlyStop: boolean) => {
      const run = await runAttack({
        attack: create({ iterations: 200, earlyStop }),
        model,
        ...GREY,
        seed: 1,
      });
      expect(run.perImage[0].outcome).toBe('success');
      return -run.images.reduce((sum, value) => sum + value, 0);
    };
    expect(await lead(false)).toBeGreaterThan(await lead(true));
  });
  it('ends at the point of largest margin that it saw', async () => {
    const model = affineModel(randomAffine(3, 64, 2));
    const { points, result } = await pointsOf(create({ iterations: 80, earlyStop: false }), model, GREY);
    const label = 0;
    const leads = await Promise.all(
      points.map(async (point) => {
        const z = await model.logits(point, { key: 'x', index: 0, imageIds: ['a'] });
        return Math.max(z[1], z[2]) - z[label];
      }),
    );
    const best = leads.indexOf(Math.max(...leads));
    expect(result).toEqual(points[best]);
  });
  it.each([2, 3])('finds errors of random affine models with %p classes at 6 D', async (classes) => {
    const affine = randomAffine(classes, 64, 40 + classes);
    const norm = name === 'square-l2' ? 'l2' : 'linf';
    const set = uniformImages(1, 64, 8);
    const bound = 6 * affineDistance(affine, set.images, norm);
    const attack = create({ iterations: 2000 }, bound);
    const run = await attackOwn(attack, affineModel(affine), set);
    expect(run.perImage[0].outcome).toBe('success');
  });
  it('fills in 5,000 proposals from windows of 0.8 of the image, the schedule as it is, and an early stop', () => {
    expect(create().settings).toEqual({
      name,
      ...(name === 'square-l2' ? { l2Bound: 0.4 } : { linfBound: 0.02 }),
      shape: EIGHT,
      iterations: 5000,
      initialShare: 0.8,
      rescaleSchedule: false,
      earlyStop: true,
      incumbent: 'stored',
    });
  });
  it('refuses a shape that is not the model’s', async () => {
    const shape = { height: 8, width: 8, channels: 3 };
    await expectRejection(runAttack({ attack: create({ shape }), model: flatModel(1), ...GREY, seed: 1 }), {
      code: 'E_ATTACK',
      message: `${name} shape: expected the 64 values an image of the model has, got 8·8·3 = 192`,
    });
  });
  it.each([
    [{ iterations: 0 }, 'iterations: expected an integer of at least 1, got 0'],
    [{ initialShare: 0 }, 'initialShare: expected a number above 0 and at most 1, got 0'],
    [{ initialShare: 1.5 }, 'initialShare: expected a number above 0 and at most 1, got 1.5'],
    [{ incumbent: 'lost' }, 'incumbent: expected "stored" or "redrawn", got "lost"'],
    [{ shape: undefined }, 'shape: expected height, width and channels, got nothing'],
    [
      { shape: { height: 8, width: 0, channels: 1 } },
      'shape.width: expected an integer of at least 1, got 0',
    ],
    [{ rescaleSchedule: 1 }, 'rescaleSchedule: expected true or false, got 1'],
  ])('refuses %p', (more, message) => {
    expectError(() => create(more as never), { code: 'E_ATTACK', message: `${name} ${message}` });
  });
  resumesToSameBytes(() => create({ iterations: 6, shape: { height: 3, width: 2, channels: 2 } }));
  resumesToSameBytes(() =>
    create({
      iterations: 6,
      incumbent: 'redrawn',
      earlyStop: false,
      shape: { height: 3, width: 2, channels: 2 },
    }),
  );
});

describe('square with an incumbent redrawn', () => {
  it('asks twice a proposal, both under one draw', async () => {
    const model = constantModel([1, 0], 64);
    const attack = squareLinf({ linfBound: 0.1, shape: EIGHT, iterations: 3, incumbent: 'redrawn' });
    const run = await runAttack({ attack, model, ...GREY, seed: 1 });
    expect(run.perImage[0].tally.queries).toBe(7);
    const own = model.draws.filter(({ key }) => key === 'attack/square-linf/1');
    expect(own.map(({ index }) => index)).toEqual([0, 1, 1, 2, 2, 3, 3]);
  });
  it('goes the same way as stored where the model does not draw', async () => {
    const attack = (incumbent: 'stored' | 'redrawn') =>
      squareL2({ l2Bound: 0.2, shape: EIGHT, iterations: 100, incumbent });
    const run = async (incumbent: 'stored' | 'redrawn') =>
      (await runAttack({ attack: attack(incumbent), model: flatModel(0.8), ...GREY, seed: 1 })).images;
    expect(await run('redrawn')).toEqual(await run('stored'));
  });
  it('finds the errors of a model that draws as it does those of one that does not, and with stored margins does not', async () => {
    const w = Array.from({ length: 64 }, (_, j) => (j % 16 < 8 ? 1 : -1) * (1 + (j % 5) / 5));
    const grey = w.reduce((sum, one) => sum + 0.5 * one, 0);
    const linfBound = 1.3 / w.reduce((sum, one) => sum + Math.abs(one), 0);
    const found = async (more: Partial<SquareLinfOptions>): Promise<number> => {
      const attack = squareLinf({
        linfBound,
        shape: EIGHT,
        rescaleSchedule: true,
        earlyStop: false,
        ...more,
      });
      const { machine } = attack as { machine: AttackMachine<AttackableModel, object, Float32Array> };
      const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
      const images = new Float32Array(64 * ids.length).fill(0.5);
      const batch = { images, labels: new Int32Array(ids.length), ids, key: 'k', seed: 1 };
      const model = binaryModel(w, 1 - grey, keyedNoise(0.1));
      const moved = await runMachine(machine, { ...batch, model });
      const margin = (row: number) => w.reduce((sum, one, j) => sum + one * moved[row * 64 + j], 1 - grey);
      return ids.filter((_, row) => margin(row) < 0).length;
    };
    expect(await found({ incumbent: 'redrawn', iterations: 300 })).toBe(6);
    expect(await found({ incumbent: 'stored', iterations: 600 })).toBe(0);
  });
});

attackLaws((l2Bound, pixels) => squareL2({ l2Bound, shape: lawShape(pixels), iterations: 20 }));
attackLaws((linfBound, pixels) => squareLinf({ linfBound, shape: lawShape(pixels), iterations: 20 }));
attackLaws((l2Bound, pixels) =>
  squareL2({ l2Bound, shape: lawShape(pixels), iterations: 10, incumbent: 'redrawn', earlyStop: false }),
);
