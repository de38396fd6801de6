import { describe, expect, it } from '@jest/globals';
import type { DifferentiableModel } from '../../../../src/objective/attacks/contract/attack-batch.js';
import { type AttackMachine, runMachine } from '../../../../src/objective/attacks/contract/attack-machine.js';
import { fgsmL2, type FgsmL2Options } from '../../../../src/objective/attacks/methods/fgsm-l2.js';
import { runAttack } from '../../../../src/objective/attacks/run/run-attack.js';
import { expectError } from '../../expect-error.js';
import { LINEAR_ATTACK } from '../../../tolerances.js';
import { attackLaws, resumesToSameBytes } from '../attack-laws.js';
import { binaryModel } from '../models.js';

/** d = 6, ‖w‖₁ = 5.6, ‖w‖₂ = √5.78; the box is far from an image of 0.5. */
const W = [1, -0.5, 1.5, -0.6, 0.8, 1.2];
const L1 = W.reduce((sum, value) => sum + Math.abs(value), 0);
const L2 = Math.hypot(...W);

/** Attacks the image (0.5, …) of class 0, whose margin is `margin`. */
async function attackAt(margin: number, options: FgsmL2Options) {
  const bias = margin - 0.5 * W.reduce((sum, value) => sum + value, 0);
  const images = new Float32Array(6).fill(0.5);
  const run = await runAttack({
    attack: fgsmL2(options),
    model: binaryModel(W, bias),
    images,
    labels: Int32Array.of(0),
    ids: ['a'],
    seed: 1,
  });
  const after = W.reduce((sum, value, j) => sum + value * run.images[j], bias);
  return { ...run.perImage[0], images: run.images, fall: margin - after };
}

describe('fgsmL2({ direction: gradient })', () => {
  it('is the default direction', () => {
    expect(fgsmL2({ l2Bound: 1 }).settings).toEqual({ name: 'fgsm-l2', l2Bound: 1, direction: 'gradient' });
  });
  it.each([0.01, 0.1, 0.4])('lowers the margin of a linear model by ε‖w‖₂ (ε = %p)', async (l2Bound) => {
    const { fall, norm } = await attackAt(2, { l2Bound });
    expect(Math.abs(fall / (l2Bound * L2) - 1)).toBeLessThan(LINEAR_ATTACK);
    expect(Math.abs(norm / l2Bound - 1)).toBeLessThan(LINEAR_ATTACK);
  });
  it('succeeds just above the distance |f|/‖w‖₂ and fails just below', async () => {
    const distance = 0.8 / L2;
    expect((await attackAt(0.8, { l2Bound: distance * (1 + LINEAR_ATTACK) })).outcome).toBe('success');
    expect((await attackAt(0.8, { l2Bound: distance * (1 - LINEAR_ATTACK) })).outcome).toBe('failure');
  });
  it('finds the direction where cross-entropy has no gradient left', async () => {
    const distance = 2000 / (L2 * 5000);
    const images = new Float32Array(6).fill(0.5);
    const model = binaryModel(
      W.map((value) => value * 5000),
      2000 - 2500 * W.reduce((sum, value) => sum + value, 0),
    );
    const attack = fgsmL2({ l2Bound: distance * 1.01 });
    const run = await runAttack({ attack, model, images, labels: Int32Array.of(0), ids: ['a'], seed: 1 });
    expect(run.perImage[0].outcome).toBe('success');
  });
  it('asks for one gradient an image', async () => {
    const model = binaryModel(W, 1);
    await runMachine(fgsmL2({ l2Bound: 1 }).machine as AttackMachine<DifferentiableModel>, {
      model,
      images: new Float32Array(6).fill(0.5),
      labels: Int32Array.of(0),
      ids: ['a'],
      key: 'k',
      seed: 1,
    });
    expect(model.draws).toEqual([{ key: 'k', index: 0, imageIds: ['a'] }]);
  });
});

describe('fgsmL2({ direction: sign }), the paper’s preset', () => {
  it.each([0.01, 0.1, 0.4])('lowers the margin of a linear model by ε‖w‖₁/√d (ε = %p)', async (l2Bound) => {
    const { fall, norm } = await attackAt(2, { l2Bound, direction: 'sign' });
    expect(Math.abs(fall / ((l2Bound * L1) / Math.sqrt(6)) - 1)).toBeLessThan(LINEAR_ATTACK);
    expect(Math.abs(norm / l2Bound - 1)).toBeLessThan(LINEAR_ATTACK);
  });
  it('succeeds just above D‖w‖₂√d/‖w‖₁ and fails just below', async () => {
    const needed = (0.8 / L1) * Math.sqrt(6);
    const at = (l2Bound: number) => attackAt(0.8, { l2Bound, direction: 'sign' });
    expect((await at(needed * (1 + LINEAR_ATTACK))).outcome).toBe('success');
    expect((await at(needed * (1 - LINEAR_ATTACK))).outcome).toBe('failure');
  });
  it('says the norm after the clamp, not the bound', async () => {
    const { norm, images } = await attackAt(2, { l2Bound: 4, direction: 'sign' });
    expect([...images]).toEqual([0, 1, 0, 1, 0, 0]);
    expect(norm).toBeCloseTo(Math.sqrt(6) / 2, 12);
  });
});

describe('fgsmL2: wrong settings', () => {
  it.each([
    [{ l2Bound: 0 }, 'fgsm-l2 l2Bound: expected a number above 0, got 0'],
    [{ l2Bound: NaN }, 'fgsm-l2 l2Bound: expected a number above 0, got NaN'],
    [{ l2Bound: Infinity }, 'fgsm-l2 l2Bound: expected a number above 0, got Infinity'],
    [{}, 'fgsm-l2 l2Bound: expected a number above 0, got nothing'],
    [{ l2Bound: 1, direction: 'up' }, 'fgsm-l2 direction: expected "gradient" or "sign", got "up"'],
    [{ l2Bound: 1, steps: 4 }, 'fgsm-l2: expected settings of fgsm-l2 only, got steps'],
  ])('refuses %p', (options, message) => {
    expectError(() => fgsmL2(options as FgsmL2Options), { code: 'E_ATTACK', message });
  });
});

attackLaws((l2Bound) => fgsmL2({ l2Bound }));
attackLaws((l2Bound) => fgsmL2({ l2Bound, direction: 'sign' }));
resumesToSameBytes(() => fgsmL2({ l2Bound: 0.4 }));
