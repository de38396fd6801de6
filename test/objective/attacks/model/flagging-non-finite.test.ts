import { describe, expect, it } from '@jest/globals';
import { BoSearchError } from '../../../../src/errors.js';
import type { DifferentiableModel } from '../../../../src/objective/attacks/contract/attack-batch.js';
import { deepFool } from '../../../../src/objective/attacks/methods/deepfool.js';
import { pgdL2 } from '../../../../src/objective/attacks/methods/pgd-l2.js';
import type { Draw } from '../../../../src/objective/attacks/model/attackable-model.js';
import { flaggingNonFinite } from '../../../../src/objective/attacks/model/flagging-non-finite.js';
import { runAttack } from '../../../../src/objective/attacks/run/run-attack.js';
import { affineModel, ownLabels, randomAffine, uniformImages } from '../models.js';

const CLASSES = 3;
const PIXELS = 6;
const affine = randomAffine(CLASSES, PIXELS, 3);

/** An affine model that gives up on every call with an image whose id is broken. */
function givingUp(
  isBroken: (id: string, draw: Draw) => boolean,
  code: 'E_NON_FINITE' | 'E_BACKEND' = 'E_NON_FINITE',
) {
  const model = affineModel(affine);
  const check = (draw: Draw): void => {
    const id = draw.imageIds.find((one) => isBroken(one, draw));
    if (id !== undefined) throw new BoSearchError(code, `toy: image "${id}"`);
  };
  const guarded: DifferentiableModel = {
    ...model,
    logits: async (images, draw) => (check(draw), model.logits(images, draw)),
    vjp: async (images, draw, cotangent) => (check(draw), model.vjp(images, draw, cotangent)),
  };
  return guarded;
}

const set = uniformImages(5, PIXELS, 1);
const draw: Draw = { key: 'k', index: 0, imageIds: set.ids };
const rowOf = (values: Float32Array, row: number, size: number) => [
  ...values.slice(row * size, (row + 1) * size),
];

describe('flaggingNonFinite(model)', () => {
  const whole = affineModel(affine);
  const flagging = flaggingNonFinite(givingUp((id) => id === 'i2'));

  it('answers NaN for the image that fails, and the others as ever', async () => {
    const [answer, expected] = [
      await flagging.logits(set.images, draw),
      await whole.logits(set.images, draw),
    ];
    for (const row of [0, 1, 3, 4])
      expect(rowOf(answer, row, CLASSES)).toEqual(rowOf(expected, row, CLASSES));
    expect(rowOf(answer, 2, CLASSES)).toEqual([NaN, NaN, NaN]);
  });

  it.each(['a function of the logits', 'fixed'])(
    'gives it a gradient of NaN, the cotangent %s',
    async (form) => {
      const cotangent = Float32Array.from({ length: 5 * CLASSES }, (_, at) => at + 1);
      const asked = form === 'fixed' ? cotangent : () => cotangent;
      const answer = await flagging.vjp(set.images, draw, asked);
      const expected = await whole.vjp(set.images, draw, cotangent);
      for (const row of [0, 1, 3, 4]) {
        expect(rowOf(answer.gradient, row, PIXELS)).toEqual(rowOf(expected.gradient, row, PIXELS));
        expect(rowOf(answer.logits, row, CLASSES)).toEqual(rowOf(expected.logits, row, CLASSES));
      }
      expect(rowOf(answer.gradient, 2, PIXELS)).toEqual(new Array(6).fill(NaN));
      expect(rowOf(answer.logits, 2, CLASSES)).toEqual([NaN, NaN, NaN]);
    },
  );

  it('lets every other error through', async () => {
    const other = flaggingNonFinite(givingUp((id) => id === 'i2', 'E_BACKEND'));
    await expect(other.logits(set.images, draw)).rejects.toThrow('toy: image "i2"');
    await expect(other.vjp(set.images, draw, new Float32Array(15))).rejects.toThrow('toy: image "i2"');
  });
});

describe('runAttack on a model that gives up on an image while it is attacked', () => {
  it.each([
    ['pgd-l2', pgdL2({ l2Bound: 3, steps: 5 })],
    ['deepfool', deepFool()],
  ])('%s flags that image as a failure and attacks the others as without it', async (_, attack) => {
    const labels = await ownLabels(affineModel(affine), set.images, set.ids);
    const run = { attack, images: set.images, labels, ids: set.ids, seed: 1 };
    const broken = givingUp((id, { key }) => id === 'i2' && !key.endsWith('/clean'));
    const [found, expected] = [
      await runAttack({ ...run, model: broken }),
      await runAttack({ ...run, model: affineModel(affine) }),
    ];
    expect(found.perImage[2]).toMatchObject({
      outcome: 'failure',
      norm: 0,
      flags: { nonFinite: true, zeroGradient: false },
    });
    expect(found.images.every(Number.isFinite)).toBe(true);
    for (const row of [0, 1, 3, 4]) {
      expect(found.perImage[row]).toEqual(expected.perImage[row]);
      expect(rowOf(found.images, row, PIXELS)).toEqual(rowOf(expected.images, row, PIXELS));
    }
  });

  it('still ends with an error where a clean image cannot be judged', async () => {
    const labels = await ownLabels(affineModel(affine), set.images, set.ids);
    const run = { attack: pgdL2({ l2Bound: 1 }), images: set.images, labels, ids: set.ids, seed: 1 };
    await expect(runAttack({ ...run, model: givingUp((id) => id === 'i2') })).rejects.toThrow(
      'toy: image "i2"',
    );
  });
});
