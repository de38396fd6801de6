import { describe, expect, it } from '@jest/globals';
import { pgdL2, type PgdL2Options } from '../../../../src/objective/attacks/methods/pgd-l2.js';
import { runAttack } from '../../../../src/objective/attacks/run/run-attack.js';
import { expectError } from '../../expect-error.js';
import { LINEAR_ATTACK_PATH } from '../../../tolerances.js';
import { attackLaws, attackOwn, resumesToSameBytes } from '../attack-laws.js';
import { affineModel, binaryModel, randomAffine, uniformImages } from '../models.js';

const W = [1, -0.5, 1.5, -0.6, 0.8, 1.2];
const L2 = Math.hypot(...W);
const SUM = W.reduce((sum, value) => sum + value, 0);

/** Attacks the image (0.5, …) of class 0, whose margin is `margin`. */
async function attackAt(margin: number, options: PgdL2Options) {
  const model = binaryModel(W, margin - 0.5 * SUM);
  const images = new Float32Array(6).fill(0.5);
  const attack = pgdL2(options);
  const run = await runAttack({ attack, model, images, labels: Int32Array.of(0), ids: ['a'], seed: 1 });
  return { ...run.perImage[0], images: run.images, draws: model.draws };
}

describe('pgdL2(options)', () => {
  it('fills in 10 steps of 2.5·ε/steps from the clean image, one run, no early stop', () => {
    expect(pgdL2({ l2Bound: 2 }).settings).toEqual({
      name: 'pgd-l2',
      l2Bound: 2,
      steps: 10,
      stepSize: 0.5,
      randomStart: false,
      restarts: 1,
      earlyStop: false,
    });
  });
  it.each([{}, { randomStart: true, stepSize: 0.4 }, { restarts: 3 }, { steps: 40 }])(
    'ends at x − ε·w/‖w‖ on a linear model, within the bound (%p)',
    async (more) => {
      const { images, norm } = await attackAt(3, { l2Bound: 0.4, steps: 20, ...more });
      for (const [j, value] of W.entries()) {
        expect(Math.abs(images[j] - (0.5 - (0.4 * value) / L2))).toBeLessThan(LINEAR_ATTACK_PATH);
      }
      expect(norm).toBeLessThanOrEqual(0.4 * (1 + 1e-6));
    },
  );
  it.each([{}, { randomStart: true, stepSize: 0.3 }, { earlyStop: true }])(
    'succeeds at 1.01 times the distance and fails at 0.99 (%p)',
    async (more) => {
      const distance = 0.8 / L2;
      expect((await attackAt(0.8, { l2Bound: 1.01 * distance, ...more })).outcome).toBe('success');
      expect((await attackAt(0.8, { l2Bound: 0.99 * distance, ...more })).outcome).toBe('failure');
    },
  );
  it('takes steps of the size asked for', async () => {
    const { norm } = await attackAt(3, { l2Bound: 5, steps: 3, stepSize: 0.1 });
    expect(norm).toBeCloseTo(0.3, 6);
  });
  it('walks along the faces of the box to the corner that the bound allows', async () => {
    const { images } = await attackAt(30, { l2Bound: 100, steps: 20 });
    expect([...images]).toEqual([0, 1, 0, 1, 0, 0]);
  });
  it('gets as far with the longest steps and bound there may be', async () => {
    const { images } = await attackAt(30, { l2Bound: 1e100, steps: 1, stepSize: 1e100 });
    expect([...images]).toEqual([0, 1, 0, 1, 0, 0]);
  });
  it('keeps the point of highest loss where nothing is misclassified', async () => {
    const overshooting = { l2Bound: 0.2, steps: 2, stepSize: 0.2 };
    const { images, outcome } = await attackAt(3, overshooting);
    expect(outcome).toBe('failure');
    expect(images[0]).toBeLessThan(0.5);
  });
  it('keeps a misclassified point although a later one is right and has higher loss', async () => {
    // Class 1 wins only in a thin shell around |x − 0.5| = 0.1; beyond it, loss goes on rising with class 0 on top.
    const shell = {
      classes: 3,
      pixels: 1,
      logits: async (images: Float32Array) =>
        Float32Array.from([...images].flatMap((x) => logitsInShell(Math.abs(x - 0.5)))),
      vjp: async (images: Float32Array) => ({
        logits: Float32Array.from([...images].flatMap((x) => logitsInShell(Math.abs(x - 0.5)))),
        gradient: Float32Array.of(1),
      }),
    };
    const run = await runAttack({
      attack: pgdL2({ l2Bound: 0.4, steps: 4, stepSize: 0.1 }),
      model: shell,
      images: Float32Array.of(0.5),
      labels: Int32Array.of(0),
      ids: ['a'],
      seed: 1,
    });
    expect(run.images[0]).toBeCloseTo(0.6, 6);
    expect(run.perImage[0].outcome).toBe('success');
  });
  it('draws the defence afresh at every step and in every restart', async () => {
    const { draws } = await attackAt(3, { l2Bound: 0.4, steps: 2, restarts: 2 });
    const steps = draws.filter(({ key }) => key === 'attack/pgd-l2/1');
    expect(steps.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

/** Loss rises with r; class 1 is on top only near r = 0.1. */
function logitsInShell(r: number): number[] {
  const onTop = Math.abs(r - 0.1) < 0.02;
  return onTop ? [0, 1, -9] : [0, -0.1, r > 0.12 ? -0.05 : -9];
}

describe('pgdL2({ earlyStop: true })', () => {
  it('leaves an image alone once it is misclassified, and goes on with the others', async () => {
    const model = binaryModel(W, 0.3 - 0.5 * SUM);
    const images = new Float32Array(12).fill(0.5);
    images.fill(0.9, 6);
    const attack = pgdL2({ l2Bound: 3, steps: 6, stepSize: 0.2, earlyStop: true });
    const run = await runAttack({
      attack,
      model,
      images,
      labels: Int32Array.of(0, 0),
      ids: ['a', 'b'],
      seed: 1,
    });
    const asked = model.draws.filter(({ key }) => key === 'attack/pgd-l2/1');
    expect(asked.slice(0, 3).map(({ imageIds }) => imageIds.join())).toEqual(['a,b', 'a,b', 'b']);
    expect(run.perImage[0].norm).toBeCloseTo(0.2, 6);
    expect(run.perImage.map(({ outcome }) => outcome)).toEqual(['success', 'success']);
  });
  it('gives the same bytes in any batch', async () => {
    const model = affineModel(randomAffine(3, 10, 11));
    const attack = pgdL2({ l2Bound: 0.5, earlyStop: true, restarts: 2 });
    const together = await attackOwn(attack, model, uniformImages(6, 10, 2));
    expect(await attackOwn(attack, model, uniformImages(6, 10, 2), { batchSize: 1 })).toEqual(together);
  });
});

describe('pgdL2({ restarts })', () => {
  it('begins the first run at the clean image and the others elsewhere in the ball', async () => {
    const starts: number[][] = [];
    const model = binaryModel(W, 3 - 0.5 * SUM);
    const watching = {
      ...model,
      vjp: (...call: Parameters<typeof model.vjp>) => (starts.push([...call[0]]), model.vjp(...call)),
    };
    const images = new Float32Array(6).fill(0.5);
    const attack = pgdL2({ l2Bound: 0.4, steps: 1, restarts: 3 });
    await runAttack({ attack, model: watching, images, labels: Int32Array.of(0), ids: ['a'], seed: 1 });
    expect(starts[0]).toEqual([...images]);
    expect(new Set(starts.map((start) => start.join())).size).toBe(3);
  });
});

describe('pgdL2({ randomStart: true })', () => {
  it('depends on the seed, and on nothing else', async () => {
    const model = affineModel(randomAffine(3, 10, 11));
    const attack = pgdL2({ l2Bound: 0.5, steps: 1, stepSize: 0.01, randomStart: true });
    const run = (seed: number) => attackOwn(attack, model, uniformImages(2, 10, 2), { seed });
    expect(await run(1)).toEqual(await run(1));
    expect((await run(1)).images).not.toEqual((await run(2)).images);
  });
});

describe('pgdL2: wrong settings', () => {
  it.each([
    [{ l2Bound: -1 }, 'pgd-l2 l2Bound: expected a number above 0, got -1'],
    [{ l2Bound: 1e154 }, 'pgd-l2 l2Bound: expected a number above 0 and at most 1e+100, got 1e+154'],
    [
      { l2Bound: 1, stepSize: 1.01e100 },
      'pgd-l2 stepSize: expected a number above 0 and at most 1e+100, got 1.01e+100',
    ],
    [{ l2Bound: 1, steps: 0 }, 'pgd-l2 steps: expected an integer of at least 1, got 0'],
    [{ l2Bound: 1, steps: 2.5 }, 'pgd-l2 steps: expected an integer of at least 1, got 2.5'],
    [{ l2Bound: 1, restarts: 0 }, 'pgd-l2 restarts: expected an integer of at least 1, got 0'],
    [{ l2Bound: 1, stepSize: 0 }, 'pgd-l2 stepSize: expected a number above 0, got 0'],
    [{ l2Bound: 1, earlyStop: 'yes' }, 'pgd-l2 earlyStop: expected true or false, got "yes"'],
  ])('refuses %p', (options, message) => {
    expectError(() => pgdL2(options as PgdL2Options), { code: 'E_ATTACK', message });
  });
});

attackLaws((l2Bound) => pgdL2({ l2Bound, steps: 5 }));
attackLaws((l2Bound) => pgdL2({ l2Bound, steps: 3, restarts: 2, randomStart: true }));
attackLaws((l2Bound) => pgdL2({ l2Bound, steps: 4, earlyStop: true }));
resumesToSameBytes(() => pgdL2({ l2Bound: 0.4, steps: 3, restarts: 2, randomStart: true }));
resumesToSameBytes(() => pgdL2({ l2Bound: 0.4, steps: 4, earlyStop: true }));
