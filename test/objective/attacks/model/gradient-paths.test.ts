import { describe, expect, it } from '@jest/globals';
import { blackBox, withGradientsOf } from '../../../../src/objective/attacks/model/gradient-paths.js';
import { pgdL2 } from '../../../../src/objective/attacks/methods/pgd-l2.js';
import { expectError, expectRejection } from '../../expect-error.js';
import { attackOwn } from '../attack-laws.js';
import { binaryModel, constantModel } from '../models.js';

const images = Float32Array.of(0.5, 0.5);
const draw = { key: 'k', index: 3, imageIds: ['a'] };

describe('withGradientsOf(deployed, other, name)', () => {
  const deployed = { ...binaryModel([1, 2], -1), runs: 4 };
  const other = binaryModel([3, -1], 0.25);

  it('answers with the logits of the one and the Jacobian of the other, at the logits of the one', async () => {
    const model = withGradientsOf(deployed, other, 'alpha 0');
    const seen: Float32Array[] = [];
    const { logits, gradient } = await model.vjp(images, draw, (z) => (seen.push(z), Float32Array.of(2, 0)));
    expect(logits).toEqual(await deployed.logits(images, draw));
    expect(await model.logits(images, draw)).toEqual(logits);
    expect(seen).toEqual([logits]);
    expect([...gradient]).toEqual([6, -2]);
  });
  it('says so, and keeps the runs of the deployed model', () => {
    const { gradients, runs } = withGradientsOf(deployed, other, 'alpha 0');
    expect([gradients, runs]).toEqual([{ kind: 'surrogate', of: 'alpha 0' }, 4]);
  });
  it('gives both the same draw', async () => {
    const [one, two] = [binaryModel([1, 2], -1), binaryModel([3, -1], 0)];
    await withGradientsOf(one, two, 'x').vjp(images, draw, new Float32Array(2));
    expect([...one.draws, ...two.draws]).toEqual([draw, draw]);
  });
  it('lets an attack pass where the own gradient is 0', async () => {
    const flat = constantModel([0, 0], 2);
    const masked = { ...deployed, vjp: (...call: Parameters<typeof flat.vjp>) => flat.vjp(...call) };
    const attack = pgdL2({ l2Bound: 0.45 });
    const set = { images, ids: ['a'] };
    expect((await attackOwn(attack, masked, set)).perImage[0].outcome).toBe('failure');
    const led = withGradientsOf(masked, binaryModel([1, 2], 0), 'linear');
    expect((await attackOwn(attack, led, set)).perImage[0].outcome).toBe('success');
  });
  it('refuses a model of another shape', () => {
    expectError(() => withGradientsOf(deployed, binaryModel([1], 0), 'small'), {
      code: 'E_SHAPE',
      message: 'small: expected 2 pixels and 2 classes as the deployed model has, got 1 and 2',
    });
  });
});

describe('blackBox(model)', () => {
  it('answers logits only, and says so', async () => {
    const model = { ...binaryModel([1, 2], -1), runs: 4 };
    const black = blackBox(model);
    expect('vjp' in black).toBe(false);
    expect([black.gradients, black.runs]).toEqual([{ kind: 'none' }, 4]);
    expect(await black.logits(images, draw)).toEqual(await model.logits(images, draw));
  });
  it('is nothing for attacks that need gradients', async () => {
    const run = attackOwn(pgdL2({ l2Bound: 1 }), blackBox(binaryModel([1, 2], -1)), { images, ids: ['a'] });
    await expectRejection(run, {
      code: 'E_ATTACK',
      message: 'pgd-l2: expected a model with gradients (vjp), got logits only',
    });
  });
});
