import { describe, expect, it } from '@jest/globals';
import { pgdLinf, type PgdLinfOptions } from '../../../../src/objective/attacks/methods/pgd-linf.js';
import { runAttack } from '../../../../src/objective/attacks/run/run-attack.js';
import { LINEAR_ATTACK } from '../../../tolerances.js';
import { expectError } from '../../expect-error.js';
import { attackLaws, resumesToSameBytes } from '../attack-laws.js';
import { binaryModel } from '../models.js';

const W = [1, -0.5, 1.5, -0.6, 0.8, 1.2];
const L1 = W.reduce((sum, value) => sum + Math.abs(value), 0);
const SUM = W.reduce((sum, value) => sum + value, 0);

/** Attacks the image (0.5, …) of class 0, whose margin is `margin`. */
async function attackAt(margin: number, options: PgdLinfOptions) {
  const bias = margin - 0.5 * SUM;
  const run = await runAttack({
    attack: pgdLinf(options),
    model: binaryModel(W, bias),
    images: new Float32Array(6).fill(0.5),
    labels: Int32Array.of(0),
    ids: ['a'],
    seed: 1,
  });
  const after = W.reduce((sum, value, j) => sum + value * run.images[j], bias);
  return { ...run.perImage[0], images: run.images, fall: margin - after };
}

describe('pgdLinf(options)', () => {
  it('fills in 10 steps of 2.5·ε/steps from the clean image, one run, no early stop', () => {
    expect(pgdLinf({ linfBound: 0.1 }).settings).toEqual({
      name: 'pgd-linf',
      linfBound: 0.1,
      steps: 10,
      stepSize: 0.025,
      randomStart: false,
      restarts: 1,
      earlyStop: false,
    });
  });
  it.each([
    [0.01, {}],
    [0.1, { randomStart: true, stepSize: 0.1 }],
    [0.4, { restarts: 3 }],
    [8 / 255, { steps: 40 }],
    [0.3, { steps: 1, stepSize: 0.3 }],
  ])('lowers the margin of a linear model by ε‖w‖₁ (ε = %p, %p)', async (linfBound, more) => {
    const { fall, images } = await attackAt(3, { linfBound, ...more });
    expect(Math.abs(fall / (linfBound * L1) - 1)).toBeLessThan(LINEAR_ATTACK);
    expect(images.every((value) => Math.abs(value - 0.5) <= linfBound)).toBe(true);
  });
  it.each([{}, { randomStart: true, stepSize: 0.3 }, { earlyStop: true }])(
    'succeeds just above |f|/‖w‖₁ and fails just below (%p)',
    async (more) => {
      const distance = 0.8 / L1;
      const at = (linfBound: number) => attackAt(0.8, { linfBound, ...more });
      expect((await at((1 + LINEAR_ATTACK) * distance)).outcome).toBe('success');
      expect((await at((1 - LINEAR_ATTACK) * distance)).outcome).toBe('failure');
    },
  );
  it('reaches the corner of the box, and stays there, with the longest steps there may be', async () => {
    const { images, norm } = await attackAt(30, { linfBound: 1e100, stepSize: 1e100 });
    expect([...images]).toEqual([0, 1, 0, 1, 0, 0]);
    expect(norm).toBeCloseTo(Math.sqrt(6) / 2, 12);
  });
  it('leaves values alone whose gradient is 0', async () => {
    const run = await runAttack({
      attack: pgdLinf({ linfBound: 0.1 }),
      model: binaryModel([1, 0], -0.2),
      images: Float32Array.of(0.5, 0.5),
      labels: Int32Array.of(0),
      ids: ['a'],
      seed: 1,
    });
    expect(run.images[1]).toBe(0.5);
    expect(run.images[0]).toBeLessThan(0.41);
  });
});

describe('pgdLinf: wrong settings', () => {
  it.each([
    [{ linfBound: 0 }, 'pgd-linf linfBound: expected a number above 0, got 0'],
    [{ linfBound: Infinity }, 'pgd-linf linfBound: expected a number above 0, got Infinity'],
    [{ l2Bound: 1 }, 'pgd-linf linfBound: expected a number above 0, got nothing'],
    [{ linfBound: 1, l2Bound: 1 }, 'pgd-linf: expected settings of pgd-linf only, got l2Bound'],
    [{ linfBound: 1, steps: 0 }, 'pgd-linf steps: expected an integer of at least 1, got 0'],
    [{ linfBound: 1, name: 'pgd-l2' }, 'pgd-linf name: expected "pgd-linf", got "pgd-l2"'],
  ])('refuses %p', (options, message) => {
    expectError(() => pgdLinf(options as unknown as PgdLinfOptions), { code: 'E_ATTACK', message });
  });
});

attackLaws((linfBound) => pgdLinf({ linfBound, steps: 5 }));
attackLaws((linfBound) => pgdLinf({ linfBound, steps: 3, restarts: 2, randomStart: true }));
resumesToSameBytes(() => pgdLinf({ linfBound: 0.1, steps: 3, restarts: 2, randomStart: true }));
