import { describe, expect, it } from '@jest/globals';
import type { DifferentiableModel } from '../../../../src/objective/attacks/contract/attack-batch.js';
import { apgdL2, type ApgdL2Options } from '../../../../src/objective/attacks/methods/apgd-l2.js';
import { lossInUse } from '../../../../src/objective/attacks/methods/apgd-settings.js';
import { runAttack } from '../../../../src/objective/attacks/run/run-attack.js';
import { LINEAR_ATTACK_PATH } from '../../../tolerances.js';
import { expectError } from '../../expect-error.js';
import { affineDistance, attackLaws, attackOwn, resumesToSameBytes } from '../attack-laws.js';
import { affineModel, binaryModel, randomAffine, uniformImages } from '../models.js';

const W = [1, -0.5, 1.5, -0.6, 0.8, 1.2];
const L2 = Math.hypot(...W);
const SUM = W.reduce((sum, value) => sum + value, 0);

/** Attacks the image (0.5, …) of class 0, whose margin is `margin`. */
async function attackAt(margin: number, options: ApgdL2Options) {
  const model = watched(binaryModel(W, margin - 0.5 * SUM));
  const images = new Float32Array(6).fill(0.5);
  const attack = apgdL2(options);
  const run = await runAttack({ attack, model, images, labels: Int32Array.of(0), ids: ['a'], seed: 1 });
  return { ...run.perImage[0], images: run.images, points: model.points };
}

/** The model, remembering the points it was asked gradients at. */
function watched(model: DifferentiableModel): DifferentiableModel & { readonly points: number[][] } {
  const points: number[][] = [];
  return {
    ...model,
    points,
    vjp: (images, ...more) => (points.push([...images]), model.vjp(images, ...more)),
  };
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, j) => value - b[j]));
}

describe('apgdL2(options)', () => {
  it('fills in one run of cross-entropy, 100 iterations from a random point, and the published constants', () => {
    expect(apgdL2({ l2Bound: 2 }).settings).toEqual({
      name: 'apgd-l2',
      l2Bound: 2,
      loss: 'ce',
      iterations: 100,
      restarts: 1,
      targets: 9,
      start: 'random',
      rho: 0.75,
      checkpoints: 'paper',
      earlyStop: false,
    });
  });
  it.each([{}, { loss: 'dlr' }, { loss: 'dlr-targeted' }, { start: 'clean' }, { iterations: 30 }] as const)(
    'succeeds at 1.005 times the distance of a linear model of two classes and fails at 0.995 (%p)',
    async (more) => {
      const D = 0.8 / L2;
      expect((await attackAt(0.8, { l2Bound: 1.005 * D, ...more })).outcome).toBe('success');
      expect((await attackAt(0.8, { l2Bound: 0.995 * D, ...more })).outcome).toBe('failure');
    },
  );
  it('ends at x − ε·w/‖w‖ on a linear model, within the bound', async () => {
    const { images, norm } = await attackAt(3, { l2Bound: 0.4 });
    for (const [j, value] of W.entries()) {
      expect(Math.abs(images[j] - (0.5 - (0.4 * value) / L2))).toBeLessThan(LINEAR_ATTACK_PATH);
    }
    expect(norm).toBeLessThanOrEqual(0.4 * (1 + 1e-6));
  });
  it('begins at distance ε, and keeps every point it asks about in ball and box', async () => {
    const { points } = await attackAt(3, { l2Bound: 0.3, iterations: 40 });
    const clean = W.map(() => 0.5);
    expect(distance(points[0], clean)).toBeCloseTo(0.3, 6);
    for (const point of points) expect(distance(point, clean)).toBeLessThanOrEqual(0.3 * (1 + 1e-6));
    const wide = await attackAt(3, { l2Bound: 5, iterations: 40 });
    expect(wide.points.flat().every((value) => value >= 0 && value <= 1)).toBe(true);
  });
  it('begins at the clean image where asked to, and elsewhere in later restarts', async () => {
    const { points } = await attackAt(3, { l2Bound: 0.3, start: 'clean', restarts: 3, iterations: 2 });
    expect(points).toHaveLength(6);
    expect(points[0]).toEqual(W.map(() => 0.5));
    expect(distance(points[2], points[0])).toBeCloseTo(0.3, 6);
    expect(distance(points[4], points[2])).toBeGreaterThan(0.01);
  });
  it('asks for N gradients and one more answer, each by a draw of its own', async () => {
    const model = binaryModel(W, 3 - 0.5 * SUM);
    const images = new Float32Array(6).fill(0.5);
    const attack = apgdL2({ l2Bound: 0.1, iterations: 4, restarts: 2 });
    await runAttack({ attack, model, images, labels: Int32Array.of(0), ids: ['a'], seed: 1 });
    const asked = model.draws.filter(({ key }) => key === 'attack/apgd-l2/1');
    expect(asked.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('apgdL2: steps', () => {
  /** One value an image: logits (0, slope(x), −9), so that the path of x is known. */
  function lineModel(value: (x: number) => number, slope: (x: number) => number) {
    const logits = (images: Float32Array) => Float32Array.from([...images].flatMap((x) => [0, value(x), -9]));
    return watched({
      classes: 3,
      pixels: 1,
      logits: async (images) => logits(images),
      vjp: async (images) => ({ logits: logits(images), gradient: images.map((x) => slope(x)) }),
    });
  }
  async function path(model: DifferentiableModel & { points: number[][] }, options: ApgdL2Options) {
    const given = { images: Float32Array.of(0.5), labels: Int32Array.of(0), ids: ['a'], seed: 1 };
    const run = await runAttack({ attack: apgdL2({ start: 'clean', ...options }), model, ...given });
    return { xs: model.points.flat(), run };
  }

  it('are 2ε and whole in the first iteration, three quarters with momentum after it', async () => {
    // Slopes +1 then −1: x_1 = 0.5 + ε; u = x_1 − 2ε = 0.5 − ε; x_2 = x_1 + ¾(u − x_1) + ¼(x_1 − x_0) = 0.5 − ¼ε.
    const turning = lineModel(
      () => -1,
      (x) => (x > 0.55 ? -1 : 1),
    );
    const { xs } = await path(turning, { l2Bound: 0.1, iterations: 30 });
    expect(xs[1]).toBeCloseTo(0.6, 6);
    expect(xs[2]).toBeCloseTo(0.475, 6);
  });
  it('halve at a checkpoint where the loss rose too rarely, and go on from the best point', async () => {
    // Loss −|x − 0.57| − 1: from 0.5 with steps 0.2 the iterate jumps about the peak.
    const peak = lineModel(
      (x) => -1 - Math.abs(x - 0.57),
      (x) => Math.sign(0.57 - x),
    );
    const { xs, run } = await path(peak, { l2Bound: 0.1, iterations: 100 });
    const best = xs.slice(0, 23).reduce((a, b) => (Math.abs(b - 0.57) < Math.abs(a - 0.57) ? b : a));
    // After 22 iterations: x = best, u = best ± 0.1 within the ball, momentum from x_21.
    const u = Math.min(0.6, Math.max(0.4, best + 0.1 * Math.sign(0.57 - best)));
    const expected = best + 0.75 * (u - best) + 0.25 * (best - xs[21]);
    expect(xs[23]).toBeCloseTo(Math.min(0.6, Math.max(0.4, expected)), 6);
    expect(Math.abs(run.images[0] - 0.57)).toBeLessThan(0.01);
  });
  it('halve where nothing improved since the last checkpoint, though the loss rose often enough', async () => {
    // Loss falls by 9 once and then rises a little at every step, never to what it was at the start.
    let asked = 0;
    const model = lineModel(
      () => (asked === 0 ? -1 : -10 + 0.01 * asked),
      () => ((asked += 1) % 2 === 0 ? 1 : -1),
    );
    const { xs } = await path(model, { l2Bound: 0.1, iterations: 100, rho: 0.5 });
    // Best is the start, 0.5, whose gradient points down; its step is 0.1 now.
    const expected = 0.5 + 0.75 * -0.1 + 0.25 * (0.5 - xs[21]);
    expect(xs[23]).toBeCloseTo(expected, 6);
  });
  it('keep a misclassified point although a later one is right and has a higher loss', async () => {
    // Class 1 is on top only in a thin shell about 0.6.
    const logits = (x: number) => (Math.abs(x - 0.6) < 0.02 ? [0, 1, -9] : [0, -0.1, x > 0.62 ? -0.05 : -9]);
    const shell = {
      classes: 3,
      pixels: 1,
      logits: async (images: Float32Array) => Float32Array.from([...images].flatMap(logits)),
      vjp: async (images: Float32Array) => ({
        logits: Float32Array.from([...images].flatMap(logits)),
        gradient: Float32Array.of(1),
      }),
    };
    const attack = apgdL2({ l2Bound: 0.3, start: 'clean', iterations: 8 });
    const given = { images: Float32Array.of(0.31), labels: Int32Array.of(0), ids: ['a'], seed: 1 };
    const run = await runAttack({ attack, model: shell, ...given });
    expect(run.images[0]).toBeCloseTo(0.61, 6);
    expect(run.perImage[0].outcome).toBe('success');
  });
});

describe('apgdL2({ loss: dlr-targeted })', () => {
  it('succeeds at 1.05 times the distance of affine models of five classes, where cross-entropy may fail', async () => {
    let [targeted, crossEntropy, images] = [0, 0, 0];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const affine = randomAffine(5, 20, seed);
      const set = uniformImages(3, 20, seed);
      const model = affineModel(affine);
      for (const row of [0, 1, 2]) {
        const one = { images: set.images.slice(row * 20, row * 20 + 20), ids: [`i${row}`] };
        const l2Bound = 1.05 * affineDistance(affine, one.images, 'l2');
        const outcomeOf = async (loss: 'ce' | 'dlr-targeted') =>
          (await attackOwn(apgdL2({ l2Bound, loss }), model, one)).perImage[0].outcome;
        images += 1;
        if ((await outcomeOf('dlr-targeted')) === 'success') targeted += 1;
        if ((await outcomeOf('ce')) === 'success') crossEntropy += 1;
      }
    }
    expect([targeted, images]).toEqual([18, 18]);
    expect(crossEntropy).toBeLessThan(18);
  });
  it('aims at the classes of highest clean logits, one run each, and leaves out images already misclassified', async () => {
    // Logits b_k + w_k·x: class 3 is near, classes 1 and 2 far.
    const weights = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0]);
    const affine = { classes: 4, pixels: 3, weights, bias: Float64Array.of(0, -2, -3, 0.9) };
    const model = affineModel(affine);
    const images = Float32Array.of(0.5, 0.5, 0.5);
    const given = { images, labels: Int32Array.of(0), ids: ['a'], seed: 1 };
    for (const [l2Bound, runs] of [
      [0.1, 1],
      [0.01, 3],
    ]) {
      model.draws.length = 0;
      const attack = apgdL2({ l2Bound, loss: 'dlr-targeted', iterations: 5 });
      await runAttack({ attack, model, ...given });
      const asked = model.draws.filter(({ key }) => key === 'attack/apgd-l2/1');
      expect(asked).toHaveLength(1 + runs * 6);
    }
  });
});

describe('apgdL2({ earlyStop: true })', () => {
  it('leaves an image alone at once, and gives the same bytes in any batch', async () => {
    const attack = apgdL2({ l2Bound: 0.5, iterations: 12, earlyStop: true });
    const model = affineModel(randomAffine(3, 10, 11));
    const together = await attackOwn(attack, model, uniformImages(6, 10, 2));
    expect(await attackOwn(attack, model, uniformImages(6, 10, 2), { batchSize: 1 })).toEqual(together);
    const whole = await attackOwn(apgdL2({ l2Bound: 0.5, iterations: 12 }), model, uniformImages(6, 10, 2));
    for (const [row, { outcome, tally }] of together.perImage.entries()) {
      expect(outcome).toBe(whole.perImage[row].outcome);
      if (outcome === 'success') expect(tally.queries).toBeLessThan(whole.perImage[row].tally.queries);
    }
  });
});

describe('lossInUse(settings, classes)', () => {
  it('is the margin for DLR with fewer than four classes', () => {
    const used = (loss: 'ce' | 'dlr' | 'dlr-targeted') => [2, 3, 4].map((K) => lossInUse({ loss }, K));
    expect(used('ce')).toEqual(['ce', 'ce', 'ce']);
    expect(used('dlr')).toEqual(['margin', 'margin', 'dlr']);
    expect(used('dlr-targeted')).toEqual(['margin-targeted', 'margin-targeted', 'dlr-targeted']);
  });
});

describe('apgdL2: wrong settings', () => {
  it.each([
    [{ l2Bound: -1 }, 'apgd-l2 l2Bound: expected a number above 0, got -1'],
    [{ l2Bound: 1, loss: 'mse' }, 'apgd-l2 loss: expected "ce", "dlr" or "dlr-targeted", got "mse"'],
    [{ l2Bound: 1, iterations: 0 }, 'apgd-l2 iterations: expected an integer of at least 1, got 0'],
    [{ l2Bound: 1, restarts: 1.5 }, 'apgd-l2 restarts: expected an integer of at least 1, got 1.5'],
    [{ l2Bound: 1, targets: 0 }, 'apgd-l2 targets: expected an integer of at least 1, got 0'],
    [{ l2Bound: 1, rho: 1.1 }, 'apgd-l2 rho: expected a number above 0 and at most 1, got 1.1'],
    [{ l2Bound: 1, rho: NaN }, 'apgd-l2 rho: expected a number above 0 and at most 1, got NaN'],
    [{ l2Bound: 1, start: 'zero' }, 'apgd-l2 start: expected "random" or "clean", got "zero"'],
    [{ l2Bound: 1, checkpoints: 1 }, 'apgd-l2 checkpoints: expected "paper" or "autoattack", got 1'],
    [{ l2Bound: 1, steps: 4 }, 'apgd-l2: expected settings of apgd-l2 only, got steps'],
  ])('refuses %p', (options, message) => {
    expectError(() => apgdL2(options as ApgdL2Options), { code: 'E_ATTACK', message });
  });
});

attackLaws((l2Bound) => apgdL2({ l2Bound, iterations: 12 }));
attackLaws((l2Bound) => apgdL2({ l2Bound, loss: 'dlr', iterations: 8, start: 'clean' }));
attackLaws((l2Bound) =>
  apgdL2({ l2Bound, loss: 'dlr-targeted', iterations: 6, restarts: 2, earlyStop: true }),
);
resumesToSameBytes(() => apgdL2({ l2Bound: 0.3, loss: 'dlr-targeted', targets: 2, iterations: 6 }));
resumesToSameBytes(() => apgdL2({ l2Bound: 0.3, iterations: 9, checkpoints: 'autoattack' }));
