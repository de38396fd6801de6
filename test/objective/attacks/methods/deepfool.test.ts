import { describe, expect, it } from '@jest/globals';
import type { DifferentiableModel } from '../../../../src/objective/attacks/contract/attack-batch.js';
import { l2Distance } from '../../../../src/objective/attacks/geometry/l2.js';
import { deepFool } from '../../../../src/objective/attacks/methods/deepfool.js';
import type { DeepFoolOptions } from '../../../../src/objective/attacks/methods/deepfool-settings.js';
import { LINEAR_ATTACK, LINEAR_ATTACK_PATH } from '../../../tolerances.js';
import { expectError } from '../../expect-error.js';
import { affineDistance, attackOwn } from '../attack-laws.js';
import { candidatesFor, minimumNormLaws } from '../minimum-norm-laws.js';
import { affineModel, binaryModel, keyedNoise, randomAffine, uniformImages } from '../models.js';

const FORMS = ['reference', 'paper'] as const;

/** Image (0.5, 0.5), f = 0.6·x₀ + 0.8·x₁ − 0.6, ‖w‖ = 1: the boundary is 0.1 away. */
const D = 0.1;
const linear = (noise?: Parameters<typeof binaryModel>[2]) => binaryModel([0.6, 0.8], -0.6, noise);
const centre = { images: Float32Array.of(0.5, 0.5), ids: ['a'] };

const normOf = async (options: DeepFoolOptions, model: DifferentiableModel = linear(), set = centre) =>
  (await attackOwn(deepFool(options), model, set)).perImage[0].norm;

/** |actual/expected − 1| is within the tolerance. */
const expectRelative = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual / expected - 1)).toBeLessThan(tolerance);

describe.each(FORMS)('deepFool, form %p', (form) => {
  minimumNormLaws(() => deepFool({ form, steps: 20 }));
});

describe('deepFool on a linear model of two classes', () => {
  it.each([0.02, 0.01, 0.5])('ends (1 + η)·(D + 1e-4) away in form reference, η = %p', async (overshoot) => {
    expectRelative(await normOf({ overshoot }), (1 + overshoot) * (D + 1e-4), LINEAR_ATTACK);
  });
  it.each([0.02, 0.01, 0.5])('ends (1 + η)·D away in form paper, η = %p', async (overshoot) => {
    expectRelative(await normOf({ form: 'paper', overshoot }), (1 + overshoot) * D, LINEAR_ATTACK);
  });
  it('adds to a step what it is told to', async () => {
    expectRelative(await normOf({ addedStep: 0 }), 1.02 * D, LINEAR_ATTACK);
    expectRelative(await normOf({ form: 'paper', addedStep: 0.05 }), 1.02 * (D + 0.05), LINEAR_ATTACK);
  });
  it('is the same for shifted and scaled logits', async () => {
    const of = (scale: number, shift: number) => {
      const weights = Float64Array.of(0.6 * scale, 0.8 * scale, 0, 0);
      return affineModel({
        classes: 2,
        pixels: 2,
        weights,
        bias: Float64Array.of(shift - 0.6 * scale, shift),
      });
    };
    for (const form of FORMS) {
      const norm = await normOf({ form });
      for (const [scale, shift] of [
        [100, 0],
        [0.01, 0],
        [1, -20],
      ]) {
        expectRelative(await normOf({ form }, of(scale, shift)), norm, LINEAR_ATTACK_PATH);
      }
    }
  });
  it('asks for two gradients in form reference: the step, and where it led', async () => {
    const { perImage } = await attackOwn(deepFool(), linear(), centre);
    expect(perImage[0].tally).toMatchObject({ queries: 2, gradients: 2 });
  });
  it('asks for one gradient and one answer in form paper', async () => {
    const { perImage } = await attackOwn(deepFool({ form: 'paper' }), linear(), centre);
    expect(perImage[0].tally).toMatchObject({ queries: 2, gradients: 1 });
  });
  it('asks after its last step once more, in form reference, and fails where that was not enough', async () => {
    // slopes say that the boundary is ten times as near as it is
    const model = linear();
    const steep: DifferentiableModel = {
      ...model,
      vjp: async (...call) => {
        const { logits, gradient } = await model.vjp(...call);
        return { logits, gradient: gradient.map((value) => 10 * value) };
      },
    };
    const { perImage } = await attackOwn(deepFool({ steps: 3 }), steep, centre);
    expect(perImage[0]).toMatchObject({ outcome: 'failure', tally: { queries: 4, gradients: 3 } });
  });
});

describe('deepFool on affine models of several classes', () => {
  it.each(FORMS)('ends (1 + η)·D beyond the nearest of all boundaries in form %p', async (form) => {
    const affine = randomAffine(5, 30, 3);
    const set = uniformImages(8, 30, 3);
    const { perImage } = await attackOwn(deepFool({ form, addedStep: 0 }), affineModel(affine), set);
    for (const [row, { norm, outcome }] of perImage.entries()) {
      expect(outcome).toBe('success');
      const distance = affineDistance(affine, set.images.subarray(row * 30, (row + 1) * 30), 'l2');
      expectRelative(norm, 1.02 * distance, LINEAR_ATTACK_PATH);
    }
  });
  it('looks at the n classes of largest clean logit only', async () => {
    // at (0.5, 0.5): class 1 is second and 0.1 away, class 2 is last and 0.05 away
    const weights = Float64Array.of(0, 0, -1, 0, 0, -4);
    const bias = Float64Array.of(0, 0.4, 1.8);
    const model = affineModel({ classes: 3, pixels: 2, weights, bias });
    for (const form of FORMS) {
      expectRelative(
        await normOf({ form, candidates: 2, addedStep: 0 }, model),
        1.02 * 0.1,
        LINEAR_ATTACK_PATH,
      );
      expectRelative(
        await normOf({ form, candidates: 3, addedStep: 0 }, model),
        1.02 * 0.05,
        LINEAR_ATTACK_PATH,
      );
    }
  });
  it('asks once more for the clean logits where it has to choose classes', async () => {
    const affine = randomAffine(4, 6, 3);
    const set = uniformImages(1, 6, 3);
    const queries = async (candidates: number) =>
      (await attackOwn(deepFool({ candidates }), affineModel(affine), set)).perImage[0].tally.queries;
    // one step of n − 1 gradients and one more that sees the change
    expect([await queries(4), await queries(10), await queries(3)]).toEqual([4, 4, 4]);
  });
});

describe('deepFool at the walls of the box', () => {
  /** x₀ can only fall by 0.02; x₁ has to do the rest of f = x₀ + x₁ − 0.4, f = 0.12. */
  const model = () => binaryModel([1, 1], -0.4);
  const set = { images: Float32Array.of(0.02, 0.5), ids: ['a'] };

  it.each(FORMS)('ends at an image that is wrong, near the boxed optimum, in form %p', async (form) => {
    const run = await attackOwn(deepFool({ form }), model(), set);
    expect(run.perImage[0].outcome).toBe('success');
    expect(run.images[0]).toBe(0);
    const optimum = Math.hypot(0.02, 0.1);
    expect(run.perImage[0].norm).toBeGreaterThan(optimum * (1 - LINEAR_ATTACK));
    expect(run.perImage[0].norm).toBeLessThan(optimum * 1.03);
  });
});

describe('deepFool’s candidates', () => {
  const norms = async (options: DeepFoolOptions, model = linear()) =>
    (await candidatesFor(deepFool(options), model, centre))[0].map((point) =>
      l2Distance(point, centre.images, 0, 2),
    );

  it('go on to 1.4 times as far', async () => {
    const [first, ...others] = await norms({});
    expect(others.map((norm) => norm / first)).toEqual(
      [1.06, 1.13, 1.25, 1.4].map((s) => expect.closeTo(s, 4)),
    );
  });
  it('are the one point alone, if asked so', async () => {
    expect(await norms({ farther: false })).toHaveLength(1);
  });
  it('let an image of a noisy model hold that would not', async () => {
    const images = uniformImages(30, 2, 3, 0.55, 0.6);
    const verification = { draws: 20, share: 0.9 };
    const successes = async (farther: boolean) => {
      const model = linear(keyedNoise(0.01));
      const run = await attackOwn(deepFool({ farther }), model, images, { verification });
      return run.perImage.filter(({ outcome }) => outcome === 'success').length;
    };
    expect(await successes(true)).toBeGreaterThan(2 * (await successes(false)));
  });
  it('are never the clean image, though a draw may call it wrong', async () => {
    // the attack’s first draw alone says class 1
    const model = linear(({ key, index }, _, k) => (key === 'attack' && index === 0 && k === 0 ? -1 : 0));
    for (const form of FORMS) {
      const found = await norms({ form }, model);
      expect(found.length).toBeGreaterThan(0);
      expect(found.every((norm) => norm > 0)).toBe(true);
    }
  });
});

describe('deepFool’s settings', () => {
  it('have defaults', () => {
    expect(deepFool().settings).toEqual({
      name: 'deepfool',
      candidates: 10,
      overshoot: 0.02,
      steps: 50,
      form: 'reference',
      addedStep: 1e-4,
      farther: true,
    });
    expect(deepFool({ form: 'paper' }).settings.addedStep).toBe(0);
  });
  it.each([
    [{ candidates: 1 }, 'deepfool candidates: expected an integer of at least 2, got 1'],
    [{ overshoot: -0.1 }, 'deepfool overshoot: expected a number from 0 to 1, got -0.1'],
    [{ addedStep: 2 }, 'deepfool addedStep: expected a number from 0 to 1, got 2'],
    [{ steps: 0 }, 'deepfool steps: expected an integer of at least 1, got 0'],
    [{ form: 'code' }, 'deepfool form: expected "reference" or "paper", got "code"'],
    [{ l2Bound: 1 }, 'deepfool: expected settings of deepfool only, got l2Bound'],
  ])('refuse %p', (options, message) => {
    expectError(() => deepFool(options as DeepFoolOptions), { code: 'E_ATTACK', message });
  });
});
