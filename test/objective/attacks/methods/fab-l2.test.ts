import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DifferentiableModel } from '../../../../src/objective/attacks/contract/attack-batch.js';
import { projectOntoHyperplane } from '../../../../src/objective/attacks/geometry/hyperplane-projection.js';
import { l2Distance, l2Norm } from '../../../../src/objective/attacks/geometry/l2.js';
import { fabL2 } from '../../../../src/objective/attacks/methods/fab-l2.js';
import type { FabL2Options } from '../../../../src/objective/attacks/methods/fab-settings.js';
import { fabStep } from '../../../../src/objective/attacks/methods/fab-step.js';
import { randomStream } from '../../../../src/math/random.js';
import { LINEAR_ATTACK, LINEAR_ATTACK_PATH } from '../../../tolerances.js';
import { expectError } from '../../expect-error.js';
import { affineDistance, attackOwn } from '../attack-laws.js';
import { candidatesFor, minimumNormLaws } from '../minimum-norm-laws.js';
import { affineModel, binaryModel, keyedNoise, randomAffine, uniformImages } from '../models.js';

/** The nearest point FAB finds on an affine model: its second, whatever comes after. */
const FAB_EXCESS = 1.0052133;

describe('fabL2', () => {
  minimumNormLaws(() => fabL2({ iterations: 8, restarts: 2, l2Bound: 1 }));
});
describe('fabL2, targeted, with a final search', () => {
  minimumNormLaws(() => fabL2({ iterations: 5, targeted: true, targets: 2, searchSteps: 3 }));
});

/** |actual/expected − 1| is within the tolerance. */
const expectRelative = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual / expected - 1)).toBeLessThan(tolerance);

/** Image (0.5, 0.5), f = 0.6·x₀ + 0.8·x₁ − 0.6, ‖w‖ = 1: the boundary is 0.1 away. */
const D = 0.1;
const linear = (noise?: Parameters<typeof binaryModel>[2]) => binaryModel([0.6, 0.8], -0.6, noise);
const centre = { images: Float32Array.of(0.5, 0.5), ids: ['a'] };
const normOf = async (options: FabL2Options) =>
  (await attackOwn(fabL2(options), linear(), centre)).perImage[0].norm;

describe('fabStep(clean, current, hyperplane, settings)', () => {
  const settings = { alphaMax: 0.1, extrapolation: 1.05 };
  const step = (clean: readonly number[], current: readonly number[], value: number, w: readonly number[]) =>
    fabStep(
      Float32Array.from(clean),
      Float32Array.from(current),
      { value, gradient: Float32Array.from(w) },
      settings,
    );

  it('goes η times the way where the image stands still at the clean one', () => {
    const next = step([0.5, 0.5], [0.5, 0.5], 0.1, [1, 0]);
    expect([...next]).toEqual([expect.closeTo(0.395, 6), 0.5]);
  });
  it('draws towards the clean image by the share of its own way, at most α_max', () => {
    // boundary x₀ = 0.4; from 0.41 way 0.01, from 0.5 way 0.1: α = 1/11
    const alpha = 1 / 11;
    const near = step([0.5, 0.5], [0.41, 0.5], 0.01, [1, 0]);
    expect(near[0]).toBeCloseTo((0.41 - 0.0105) * (1 - alpha) + (0.5 - 0.105) * alpha, 6);
    // from 0.3, beyond: way 0.1, so that a half is cut to 0.1
    const far = step([0.5, 0.5], [0.3, 0.9], -0.1, [1, 0]);
    expect(far[0]).toBeCloseTo((0.3 + 0.105) * 0.9 + (0.5 - 0.105) * 0.1, 6);
    expect(far[1]).toBeCloseTo(0.9 * 0.9 + 0.5 * 0.1, 6);
  });
  it('stays where it is on the boundary', () => {
    expect([...step([0.5, 0.5], [0.25, 0.5], 0, [1, 0])]).toEqual([0.25, 0.5]);
  });
  it('is in the box for any images and slopes, also where the boundary is outside', () => {
    const pixels = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 });
    const number = fc.double({ min: -1e30, max: 1e30, noNaN: true });
    fc.assert(
      fc.property(pixels, pixels, number, fc.array(number, { minLength: 3, maxLength: 3 }), (x, at, f, w) => {
        expect(step(x, at, f, w).every((value) => value >= 0 && value <= 1)).toBe(true);
      }),
      { seed: 1 },
    );
  });
});

describe('fabL2 on a linear model of two classes', () => {
  it('visits 1.05, 1.0052133, 1.0087015 and 1.0084391 times the distance, in turn', async () => {
    const { model, points } = watched(linear());
    await candidatesFor(fabL2({ iterations: 4 }), model, centre);
    const ratios = points.logits.map((point) => l2Distance(point, centre.images, 0, 2) / D);
    expect(ratios).toHaveLength(4);
    for (const [at, expected] of [1.05, FAB_EXCESS, 1.0087015, 1.0084391].entries()) {
      expectRelative(ratios[at], expected, LINEAR_ATTACK);
    }
  });
  it('ends 1.05·D away after one iteration, and 1.0052133·D after more', async () => {
    expectRelative((await normOf({ iterations: 1 })) / D, 1.05, LINEAR_ATTACK);
    for (const iterations of [2, 3, 20, 100]) {
      expectRelative((await normOf({ iterations })) / D, FAB_EXCESS, LINEAR_ATTACK);
    }
  });
  it('steps back from an error to β of the way', async () => {
    const { model, points } = watched(linear());
    await candidatesFor(fabL2({ iterations: 2, backwardStep: 0.5 }), model, centre);
    expectRelative(l2Distance(points.vjp[1], centre.images, 0, 2), 0.5 * 1.05 * D, LINEAR_ATTACK);
  });
  it('ends about 1.0052 times as far as the nearest error in the box, where walls are in the way', async () => {
    const d = 30;
    for (const seed of [1, 2, 3, 4]) {
      const stream = randomStream('box-active', seed);
      const w = Array.from({ length: d }, () => stream.normal());
      // half of the values stand at a wall, and others meet one on the way
      const image = Float32Array.from({ length: d }, (_, j) => stream.uniform() ** (j % 2 === 0 ? 1000 : 1));
      const value = 2;
      const model = binaryModel(w, value - image.reduce((sum, pixel, j) => sum + pixel * w[j], 0));
      const optimum = l2Norm(projectOntoHyperplane(image, w, value), 0, d);
      expect(optimum).toBeGreaterThan((1.1 * value) / l2Norm(w, 0, d));
      const { perImage } = await attackOwn(fabL2({ iterations: 20 }), model, { images: image, ids: ['a'] });
      expect(perImage[0].outcome).toBe('success');
      // a wall met between the two points of a step bends the way a little
      expectRelative(perImage[0].norm / optimum, FAB_EXCESS, 1e-3);
    }
  });
});

describe('fabL2 on affine models of several classes', () => {
  const affine = randomAffine(5, 30, 3);
  const set = uniformImages(6, 30, 3);
  const attacked = async (options: FabL2Options) =>
    (await attackOwn(fabL2({ iterations: 20, ...options }), affineModel(affine), set)).perImage;

  it.each([false, true])(
    'ends 1.0052133·D beyond the nearest of all boundaries; targeted: %p',
    async (targeted) => {
      for (const [row, { norm, outcome }] of (await attacked({ targeted })).entries()) {
        expect(outcome).toBe('success');
        const distance = affineDistance(affine, set.images.subarray(row * 30, (row + 1) * 30), 'l2');
        expectRelative(norm / distance, FAB_EXCESS, LINEAR_ATTACK_PATH);
      }
    },
  );
  it('tries the targets of largest clean logit only', async () => {
    // at (0.5, 0.5): class 1 is second and 0.1 away, class 2 is last and 0.05 away
    const weights = Float64Array.of(0, 0, -1, 0, 0, -4);
    const model = affineModel({ classes: 3, pixels: 2, weights, bias: Float64Array.of(0, 0.4, 1.8) });
    for (const [targets, distance] of [
      [1, 0.1],
      [2, 0.05],
      [9, 0.05],
    ]) {
      const run = await attackOwn(fabL2({ targeted: true, targets }), model, centre);
      expectRelative(run.perImage[0].norm / distance, FAB_EXCESS, LINEAR_ATTACK_PATH);
    }
  });
  it('asks for K − 1 gradients and one answer an iteration; targeted, for one of each a target', async () => {
    const of = async (options: FabL2Options) => (await attacked(options))[0].tally;
    expect(await of({})).toMatchObject({ queries: 20 * 5, gradients: 20 * 4 });
    expect(await of({ targeted: true })).toMatchObject({ queries: 20 * 8, gradients: 20 * 4 });
    expect(await of({ targeted: true, targets: 2 })).toMatchObject({
      queries: 1 + 20 * 4,
      gradients: 20 * 2,
    });
    expect(await of({ restarts: 2, l2Bound: 1 })).toMatchObject({ queries: 2 * 20 * 5 });
    expect(await of({ searchSteps: 3 })).toMatchObject({ queries: 20 * 5 + 2 + 3 });
  });
});

describe('fabL2’s restarts', () => {
  it('begin half as far as the nearest error, or as the bound if that is nearer', async () => {
    for (const [l2Bound, nearest] of [
      [1, FAB_EXCESS * D],
      [0.04, 0.04],
    ]) {
      const { model, points } = watched(linear());
      await candidatesFor(fabL2({ iterations: 3, restarts: 3, l2Bound }), model, centre);
      const starts = points.vjp.filter((_, at) => at % 3 === 0);
      const distances = starts.map((point) => l2Distance(point, centre.images, 0, 2));
      expect(distances[0]).toBe(0);
      expectRelative(distances[1], nearest / 2, LINEAR_ATTACK);
      expectRelative(distances[2], nearest / 2, LINEAR_ATTACK);
      expect(starts[1]).not.toEqual(starts[2]);
    }
  });
  it('leave the box nowhere and the norm no larger', async () => {
    const set = uniformImages(4, 12, 6, 0, 1);
    const model = affineModel(randomAffine(4, 12, 6));
    const once = await attackOwn(fabL2({ iterations: 5 }), model, set);
    const often = await attackOwn(fabL2({ iterations: 5, restarts: 4, l2Bound: 1 }), model, set);
    for (const [row, { norm }] of often.perImage.entries()) {
      expect(norm).toBeLessThanOrEqual(once.perImage[row].norm);
    }
  });
});

describe('fabL2’s final search', () => {
  it('takes away nine tenths of the excess a step by interpolation', async () => {
    for (const [searchSteps, excess] of [
      [1, 5.2133e-4],
      [2, 5.2133e-5],
    ]) {
      const norm = await normOf({ iterations: 5, searchSteps });
      expect(norm / D - 1).toBeGreaterThan(0.8 * excess);
      expect(norm / D - 1).toBeLessThan(1.2 * excess);
    }
  });
  it('halves the way by bisection', async () => {
    const norm = await normOf({ iterations: 5, searchSteps: 12, searchBy: 'bisection' });
    expect(norm / D - 1).toBeGreaterThan(-LINEAR_ATTACK);
    expect(norm / D - 1).toBeLessThan(1.01 / 2 ** 12 + LINEAR_ATTACK);
  });
  it('begins only between points that are right and wrong under fresh draws', async () => {
    // every draw before the search says class 1 once moved, every later one class 0
    const model = linear(({ key, index }, _, k) => (key === 'attack' && index >= 4 && k === 0 ? 5 : 0));
    const { points, model: seen } = watched(model);
    const candidates = await candidatesFor(fabL2({ iterations: 2, searchSteps: 3 }), seen, centre);
    expect(candidates[0].length).toBeGreaterThan(0);
    expect(points.logits).toHaveLength(2 + 2);
  });
});

describe('fabL2 on a model that draws', () => {
  it('has candidates that hold, though its nearest was a lucky draw', async () => {
    // logit noise of a quarter of the margin
    const model = linear(keyedNoise(0.25 * D));
    const set = {
      images: new Float32Array(40).fill(0.5),
      ids: Array.from({ length: 20 }, (_, at) => `i${at}`),
    };
    const verification = { draws: 20, share: 0.5 };
    const { perImage } = await attackOwn(fabL2({ iterations: 50 }), model, set, { verification });
    const norms = perImage.filter(({ outcome }) => outcome === 'success').map(({ norm }) => norm);
    expect(norms.length).toBeGreaterThanOrEqual(19);
    // half of the draws are fooled from D on; 20 draws know this to within a third of the noise
    const mean = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
    expect(mean / D).toBeGreaterThan(0.9);
    expect(mean / D).toBeLessThan(1.25);
    const nearest = await candidatesFor(fabL2({ iterations: 50 }), model, set);
    const lucky = nearest.map(([point]) => l2Distance(point, centre.images, 0, 2) / D);
    expect(Math.max(...lucky)).toBeLessThan(1);
  });
});

describe('fabL2’s settings', () => {
  it('have the defaults of AutoAttack', () => {
    expect(fabL2().settings).toEqual({
      name: 'fab-l2',
      targeted: false,
      targets: 9,
      iterations: 100,
      restarts: 1,
      alphaMax: 0.1,
      extrapolation: 1.05,
      backwardStep: 0.9,
      searchSteps: 0,
      searchBy: 'interpolation',
    });
    expect(fabL2({ l2Bound: 2 }).settings.l2Bound).toBe(2);
  });
  it.each([
    [{ restarts: 2 }, 'fab-l2 l2Bound: expected a number above 0 for restarts, got nothing'],
    [{ l2Bound: 0 }, 'fab-l2 l2Bound: expected a number above 0, got 0'],
    [{ alphaMax: 1.1 }, 'fab-l2 alphaMax: expected a number from 0 to 1, got 1.1'],
    [{ extrapolation: 0.9 }, 'fab-l2 extrapolation: expected a number from 1 to 2, got 0.9'],
    [{ searchSteps: -1 }, 'fab-l2 searchSteps: expected an integer of at least 0, got -1'],
    [{ searchBy: 'x' }, 'fab-l2 searchBy: expected "interpolation" or "bisection", got "x"'],
    [{ targets: 0 }, 'fab-l2 targets: expected an integer of at least 1, got 0'],
    [{ steps: 3 }, 'fab-l2: expected settings of fab-l2 only, got steps'],
  ])('refuse %p', (options, message) => {
    expectError(() => fabL2(options as FabL2Options), { code: 'E_ATTACK', message });
  });
});

/** The model, and what the attack asked it about. */
function watched(model: ReturnType<typeof linear>) {
  const points: Record<'logits' | 'vjp', Float32Array[]> = { logits: [], vjp: [] };
  const seen: DifferentiableModel = {
    ...model,
    logits: (images, draw) => {
      if (draw.key === 'attack') points.logits.push(images.slice());
      return model.logits(images, draw);
    },
    vjp: (images, ...more) => (points.vjp.push(images.slice()), model.vjp(images, ...more)),
  };
  return { model: seen, points };
}
