import { describe, expect, it } from '@jest/globals';
import { autoAttack } from '../../../../src/objective/attacks/methods/autoattack.js';
import type { AutoAttackOptions } from '../../../../src/objective/attacks/methods/autoattack-settings.js';
import { expectError } from '../../expect-error.js';
import { affineDistance, attackLaws, attackOwn, resumesToSameBytes } from '../attack-laws.js';
import { affineModel, binaryModel, keyedNoise, randomAffine, uniformImages } from '../models.js';

const row = (pixels: number) => ({ height: 1, width: pixels, channels: 1 });

/** Stages an attack asked about, with the ids it asked about first. */
function stagesOf(draws: readonly { readonly key: string; readonly imageIds: readonly string[] }[]) {
  const first = new Map<string, string>();
  for (const { key, imageIds } of draws) {
    const [, stage] = /^attack\/autoattack\/\d+\/(.+)$/.exec(key) ?? [];
    if (stage !== undefined && !/clean|verify/.test(stage) && !first.has(stage))
      first.set(stage, imageIds.join());
  }
  return [...first.keys()];
}

describe('autoAttack({ version: standard })', () => {
  it('is the default version, with the published constants', () => {
    expect(autoAttack({ l2Bound: 1, shape: row(4) }).settings).toEqual({
      name: 'autoattack',
      version: 'standard',
      l2Bound: 1,
      iterations: 100,
      targets: 9,
      shape: row(4),
      squareIterations: 5000,
      screeningDraws: 1,
    });
  });
  it('goes through APGD, APGD with targets, FAB with targets and Square, in L∞ without FAB', async () => {
    const model = affineModel(randomAffine(4, 6, 3));
    const set = uniformImages(1, 6, 1);
    const few = { shape: row(6), iterations: 3, squareIterations: 3 };
    const stages = ['apgd-ce', 'apgd-t', 'fab-t', 'square'];
    await attackOwn(autoAttack({ l2Bound: 1e-3, ...few }), model, set);
    // what FAB finds is far beyond the bound, and so not screened
    expect(stagesOf(model.draws)).toEqual(
      stages.flatMap((stage) => (stage === 'fab-t' ? [stage] : [stage, `${stage}/screen`])),
    );
    model.draws.length = 0;
    await attackOwn(autoAttack({ linfBound: 1e-3, ...few }), model, set);
    expect(stagesOf(model.draws).filter((stage) => !stage.includes('/'))).toEqual([
      'apgd-ce',
      'apgd-t',
      'square',
    ]);
  });
  it('breaks every image of affine models of five classes at 1.01 times its distance, none at 0.99', async () => {
    for (const seed of [1, 2, 3]) {
      const affine = randomAffine(5, 12, seed);
      const set = uniformImages(1, 12, seed);
      for (const norm of ['l2', 'linf'] as const) {
        const distance = affineDistance(affine, set.images, norm);
        const at = async (bound: number) => {
          const bounds = norm === 'l2' ? { l2Bound: bound } : { linfBound: bound };
          const attack = autoAttack({ ...bounds, shape: row(12), iterations: 60, squareIterations: 20 });
          return (await attackOwn(attack, affineModel(affine), set)).perImage[0].outcome;
        };
        expect([await at(1.01 * distance), await at(0.99 * distance)]).toEqual(['success', 'failure']);
      }
    }
  });
  it.each([2, 3])('takes margins where %p classes are too few for DLR', async (classes) => {
    const affine = randomAffine(classes, 8, 4);
    const set = uniformImages(2, 8, 6);
    const attack = autoAttack({ l2Bound: 3, shape: row(8), iterations: 10, squareIterations: 10 });
    const run = await attackOwn(attack, affineModel(affine), set);
    expect(run.perImage.map(({ outcome }) => outcome)).toEqual(['success', 'success']);
  });
});

describe('autoAttack({ version: rand })', () => {
  it('takes means of 20 gradients and screens by 10 draws of the model itself', async () => {
    const model = binaryModel([1, -2, 0.5], 0.5, keyedNoise(0.05));
    const attack = autoAttack({ version: 'rand', l2Bound: 0.02, iterations: 2 });
    expect(attack.settings).toEqual({
      name: 'autoattack',
      version: 'rand',
      l2Bound: 0.02,
      iterations: 2,
      expectationDraws: 20,
      expectationMode: 'mean-gradient',
      screeningDraws: 10,
    });
    const set = { images: Float32Array.of(0.5, 0.2, 0.5), ids: ['a'] };
    const run = await attackOwn(attack, model, set);
    expect(run.perImage[0].tally.queries).toBe(2 * (3 * 20 + 10));
    expect(stagesOf(model.draws)).toEqual(['apgd-ce', 'apgd-ce/screen', 'apgd-dlr', 'apgd-dlr/screen']);
  });
  it('breaks a noisy linear model where its error is likelier than not, and not well below', async () => {
    // Margin 0.5 with noise 0.1: at bound b the margin is 0.5 − b‖w‖ on average.
    const w = [1, -2, 0.5];
    const D = 0.5 / Math.hypot(...w);
    const set = { images: Float32Array.of(0.5, 0.5, 0.5), ids: ['a'] };
    const model = binaryModel(w, 0.5 + 0.25, keyedNoise(0.1));
    const verification = { draws: 40, share: 0.5 };
    const at = async (l2Bound: number) => {
      const attack = autoAttack({ version: 'rand', l2Bound, iterations: 12, expectationDraws: 4 });
      return (await attackOwn(attack, model, set, { verification })).perImage[0].outcome;
    };
    expect(await at(1.3 * D)).toBe('success');
    expect(await at(0.6 * D)).toBe('failure');
  });
});

describe('autoAttack: wrong settings', () => {
  const shape = row(4);
  it.each([
    [{ shape }, 'autoattack: expected either l2Bound or linfBound, got neither'],
    [{ shape, l2Bound: 1, linfBound: 1 }, 'autoattack: expected either l2Bound or linfBound, got both'],
    [{ shape, l2Bound: 0 }, 'autoattack l2Bound: expected a number above 0, got 0'],
    [{ l2Bound: 1 }, 'autoattack shape: expected height, width and channels, got nothing'],
    [{ shape, l2Bound: 1, version: 'plus' }, 'autoattack version: expected "standard" or "rand", got "plus"'],
    [
      { l2Bound: 1, version: 'rand', targets: 3 },
      'autoattack: expected settings of autoattack of version "rand" only, got targets',
    ],
    [
      { l2Bound: 1, version: 'rand', expectationMode: 'mean' },
      'autoattack expectationMode: expected "mean-logits" or "mean-gradient", got "mean"',
    ],
    [
      { l2Bound: 1, version: 'rand', screeningDraws: 0 },
      'autoattack screeningDraws: expected an integer of at least 1, got 0',
    ],
  ])('refuses %p', (options, message) => {
    expectError(() => autoAttack(options as AutoAttackOptions), { code: 'E_ATTACK', message });
  });
  it('refuses a shape that is not the model’s before the first round', async () => {
    const model = affineModel(randomAffine(3, 5, 1));
    const run = attackOwn(autoAttack({ l2Bound: 1, shape }), model, uniformImages(1, 5, 1));
    await expect(run).rejects.toThrow(
      'autoattack shape: expected the 5 values an image of the model has, got 1·4·1 = 4',
    );
    expect(stagesOf(model.draws)).toEqual([]);
  });
});

const FEW = { iterations: 5, targets: 2, squareIterations: 4 };
attackLaws((l2Bound, pixels) => autoAttack({ l2Bound, shape: row(pixels), ...FEW }));
attackLaws((linfBound, pixels) => autoAttack({ linfBound, shape: row(pixels), ...FEW }));
attackLaws((l2Bound) => autoAttack({ version: 'rand', l2Bound, iterations: 3, expectationDraws: 3 }));
resumesToSameBytes(() => autoAttack({ l2Bound: 0.05, shape: row(12), ...FEW }));
resumesToSameBytes(() => autoAttack({ version: 'rand', l2Bound: 0.05, iterations: 3, expectationDraws: 2 }));
