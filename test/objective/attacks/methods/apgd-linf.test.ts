import { describe, expect, it } from '@jest/globals';
import { apgdLinf, type ApgdLinfOptions } from '../../../../src/objective/attacks/methods/apgd-linf.js';
import { runAttack } from '../../../../src/objective/attacks/run/run-attack.js';
import { expectError } from '../../expect-error.js';
import { affineDistance, attackLaws, attackOwn, resumesToSameBytes } from '../attack-laws.js';
import { affineModel, binaryModel, randomAffine, uniformImages } from '../models.js';

const W = [1, -0.5, 1.5, -0.6, 0.8, 1.2];
const L1 = W.reduce((sum, value) => sum + Math.abs(value), 0);
const SUM = W.reduce((sum, value) => sum + value, 0);

/** Attacks the image (0.5, …) of class 0, whose margin is `margin`. */
async function attackAt(margin: number, options: ApgdLinfOptions) {
  const points: number[][] = [];
  const model = binaryModel(W, margin - 0.5 * SUM);
  const watching = {
    ...model,
    vjp: (...call: Parameters<typeof model.vjp>) => (points.push([...call[0]]), model.vjp(...call)),
  };
  const images = new Float32Array(6).fill(0.5);
  const attack = apgdLinf(options);
  const given = { images, labels: Int32Array.of(0), ids: ['a'], seed: 1 };
  const run = await runAttack({ attack, model: watching, ...given });
  return { ...run.perImage[0], images: run.images, points };
}

describe('apgdLinf(options)', () => {
  it('names its bound and shares all else with APGD-L2', () => {
    const { settings, ball } = apgdLinf({ linfBound: 8 / 255, loss: 'dlr' });
    expect(settings).toMatchObject({ name: 'apgd-linf', linfBound: 8 / 255, loss: 'dlr', iterations: 100 });
    expect(ball).toEqual({ norm: 'linf', bound: 8 / 255 });
  });
  it.each([{}, { loss: 'dlr-targeted' }, { start: 'clean', iterations: 20 }] as const)(
    'succeeds at 1.005 times |f|/‖w‖₁ on a linear model and fails at 0.995 (%p)',
    async (more) => {
      const D = 0.8 / L1;
      expect((await attackAt(0.8, { linfBound: 1.005 * D, ...more })).outcome).toBe('success');
      expect((await attackAt(0.8, { linfBound: 0.995 * D, ...more })).outcome).toBe('failure');
    },
  );
  it('ends at x − ε·sign(w), and keeps every point in the cube, the first on its surface', async () => {
    const { images, points } = await attackAt(3, { linfBound: 0.1, iterations: 50 });
    for (const [j, value] of W.entries()) expect(images[j]).toBeCloseTo(0.5 - 0.1 * Math.sign(value), 6);
    const reach = points.map((point) => Math.max(...point.map((value) => Math.abs(value - 0.5))));
    expect(reach[0]).toBeCloseTo(0.1, 6);
    for (const norm of reach) expect(norm).toBeLessThanOrEqual(0.1);
  });
  it('finds with targets what is 5 % beyond the distance of affine models of five classes', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const affine = randomAffine(5, 20, seed);
      const set = uniformImages(1, 20, seed);
      const linfBound = 1.05 * affineDistance(affine, set.images, 'linf');
      const attack = apgdLinf({ linfBound, loss: 'dlr-targeted' });
      const run = await attackOwn(attack, affineModel(affine), set);
      expect(run.perImage[0].outcome).toBe('success');
    }
  });
  it('refuses what is not in its range', () => {
    expectError(() => apgdLinf({ linfBound: 0 }), {
      code: 'E_ATTACK',
      message: 'apgd-linf linfBound: expected a number above 0, got 0',
    });
    expectError(() => apgdLinf({ linfBound: 1, l2Bound: 1 } as ApgdLinfOptions), {
      code: 'E_ATTACK',
      message: 'apgd-linf: expected settings of apgd-linf only, got l2Bound',
    });
  });
});

attackLaws((linfBound) => apgdLinf({ linfBound, iterations: 10 }));
attackLaws((linfBound) => apgdLinf({ linfBound, loss: 'dlr-targeted', iterations: 5, start: 'clean' }));
resumesToSameBytes(() => apgdLinf({ linfBound: 0.1, loss: 'dlr', iterations: 7, restarts: 2 }));
