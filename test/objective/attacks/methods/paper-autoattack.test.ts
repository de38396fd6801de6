import { describe, expect, it } from '@jest/globals';
import {
  paperAutoAttack,
  type PaperAutoAttackOptions,
} from '../../../../src/objective/attacks/methods/paper-autoattack.js';
import { LINEAR_ATTACK_PATH } from '../../../tolerances.js';
import { expectError } from '../../expect-error.js';
import { attackOwn } from '../attack-laws.js';
import { minimumNormLaws } from '../minimum-norm-laws.js';
import { affineModel, binaryModel, constantModel, keyedNoise, randomAffine } from '../models.js';

/** FAB without a final search ends at this many distances on a linear model (reference: the sequence of its iterates). */
const FAB_CONSTANT = 1.0052133;

const W = [1, -0.5, 1.5, -0.6, 0.8, 1.2];
const L2 = Math.hypot(...W);
const SUM = W.reduce((sum, value) => sum + value, 0);
const MIDDLE = { images: new Float32Array(6).fill(0.5), ids: ['a'] };

/** Labels of the stages that asked anything. */
function stagesOf(draws: readonly { readonly key: string }[]): string[] {
  const stages = draws.flatMap(
    ({ key }) => /^attack\/autoattack-paper\/\d+\/((?:apgd|fab)[^/]*)$/.exec(key)?.[1] ?? [],
  );
  return [...new Set(stages)];
}

describe('paperAutoAttack(options)', () => {
  it('has the bounds and iterations of the paper’s code', () => {
    expect(paperAutoAttack().settings).toEqual({
      name: 'autoattack-paper',
      ceBounds: [0.5, 1, 4],
      dlrBounds: [0.5, 2, 4],
      apgdIterations: 64,
      fabIterations: 128,
      screeningDraws: 1,
    });
  });
  it('ends with FAB’s point on a linear model, nearer than the spheres of APGD', async () => {
    const model = binaryModel(W, 0.8 - 0.5 * SUM);
    const run = await attackOwn(paperAutoAttack(), model, MIDDLE);
    expect(run.perImage[0].outcome).toBe('success');
    expect(Math.abs(run.perImage[0].norm / (FAB_CONSTANT * (0.8 / L2)) - 1)).toBeLessThan(LINEAR_ATTACK_PATH);
    expect(stagesOf(model.draws)).toEqual(['apgd-ce 0.5', 'fab']);
  });
  it('goes to the next bound with the images it has not broken, and to DLR with four classes', async () => {
    // Distance 0.7 in a model of four classes, of which two are far.
    const [w, margin] = [W.map((value) => value / L2), 0.7];
    const weights = Float64Array.from([...w, ...w.map(() => 0), ...w.map(() => 0), ...w.map(() => 0)]);
    const bias = Float64Array.of(margin - (0.5 * SUM) / L2, 0, -9, -9.5);
    const model = affineModel({ classes: 4, pixels: 6, weights, bias });
    const run = await attackOwn(paperAutoAttack({ fabIterations: 5 }), model, MIDDLE);
    expect(stagesOf(model.draws)).toEqual(['apgd-ce 0.5', 'apgd-ce 1', 'apgd-dlr 0.5', 'apgd-dlr 2', 'fab']);
    expect(run.perImage[0].norm).toBeGreaterThan(0.7);
    expect(run.perImage[0].norm).toBeLessThan(0.75);
  });
  it('has steps at its bounds where FAB finds nothing', async () => {
    // A gradient that is right in sign and useless in size: FAB's linearisation sees boundaries far outside the box.
    const model = binaryModel(W, 0.8 - 0.5 * SUM);
    const faint = {
      ...model,
      vjp: async (...call: Parameters<typeof model.vjp>) => {
        const { logits, gradient } = await model.vjp(...call);
        return { logits, gradient: gradient.map((value) => value * 1e-6) };
      },
    };
    const given = { ceBounds: [0.2, 0.4, 0.6], fabIterations: 3 };
    const run = await attackOwn(paperAutoAttack(given), faint, MIDDLE);
    expect(0.8 / L2).toBeGreaterThan(0.2);
    expect(run.perImage[0].norm).toBeCloseTo(0.4, 3);
  });
  it('offers every point it found, so that one lucky draw does not decide', async () => {
    const model = binaryModel(W, 0.8 - 0.5 * SUM, keyedNoise(0.15));
    const verification = { draws: 20, share: 0.5 };
    const run = await attackOwn(paperAutoAttack({ apgdIterations: 20, fabIterations: 20 }), model, MIDDLE, {
      verification,
    });
    expect(run.perImage[0].outcome).toBe('success');
    expect(run.perImage[0].shares.float32).toBeGreaterThanOrEqual(0.5);
  });
  it('fails for a model without gradient', async () => {
    const run = await attackOwn(paperAutoAttack({ fabIterations: 3 }), constantModel([0, 1, 0], 6), MIDDLE);
    expect(run.perImage[0].outcome).toBe('failure');
    expect(run.images).toEqual(MIDDLE.images);
  });
  it('may go without APGD', async () => {
    const attack = paperAutoAttack({ ceBounds: [], dlrBounds: [], fabIterations: 10 });
    const model = affineModel(randomAffine(4, 6, 2));
    await attackOwn(attack, model, MIDDLE);
    expect(stagesOf(model.draws)).toEqual(['fab']);
  });
  it.each([
    [{ ceBounds: [1, 0.5] }, 'autoattack-paper ceBounds: expected increasing numbers above 0, got [1,0.5]'],
    [{ dlrBounds: [1, 1] }, 'autoattack-paper dlrBounds: expected increasing numbers above 0, got [1,1]'],
    [{ ceBounds: 1 }, 'autoattack-paper ceBounds: expected increasing numbers above 0, got 1'],
    [{ ceBounds: [0] }, 'autoattack-paper ceBounds[0]: expected a number above 0, got 0'],
    [{ fabIterations: 0 }, 'autoattack-paper fabIterations: expected an integer of at least 1, got 0'],
    [{ l2Bound: 1 }, 'autoattack-paper: expected settings of autoattack-paper only, got l2Bound'],
  ])('refuses %p', (options, message) => {
    expectError(() => paperAutoAttack(options as PaperAutoAttackOptions), { code: 'E_ATTACK', message });
  });
});

minimumNormLaws(() =>
  paperAutoAttack({ ceBounds: [0.1, 1], dlrBounds: [0.2, 2], apgdIterations: 8, fabIterations: 8 }),
);
