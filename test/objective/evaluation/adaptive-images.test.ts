import { describe, expect, it } from '@jest/globals';
import type { DifferentiableModel } from '../../../src/objective/attacks/contract/attack-batch.js';
import { fgsmL2 } from '../../../src/objective/attacks/methods/fgsm-l2.js';
import { pgdL2 } from '../../../src/objective/attacks/methods/pgd-l2.js';
import {
  type AdaptiveAttack,
  attackedForEach,
  type WithDefence,
} from '../../../src/objective/evaluation/adaptive-images.js';
import type { PreparedImages } from '../../../src/objective/evaluation/prepared-images.js';
import { affineModel, binaryModel, keyedNoise, uniformImages } from '../attacks/models.js';
import { expectRejection } from '../expect-error.js';

const D = 4;
const DRAWS = { key: 'search/1', draws: 1 };

/** Class 0 where the mean of the image is above α_0: f = mean(x) − α_0, so that the nearest error is √d·|f| away. */
const defenceWith = (alpha: number, noise?: Parameters<typeof binaryModel>[2]) =>
  binaryModel(new Array<number>(D).fill(1 / D), -alpha, noise);

/** Lends such defences, and remembers them with what they were asked for. */
function lender(noise?: Parameters<typeof binaryModel>[2]) {
  const lent: { alphas: readonly number[]; purifications: number; model: ReturnType<typeof defenceWith> }[] =
    [];
  const withDefence: WithDefence = (alphas, purifications, use) => {
    const model = defenceWith(alphas[0], noise);
    lent.push({ alphas, purifications, model });
    return use(model);
  };
  return { lent, withDefence };
}

function imagesOf(values: readonly number[], noise?: Parameters<typeof binaryModel>[2]) {
  const ids = values.map((_, i) => `i${i}`);
  const pixels = Float32Array.from(values.flatMap((value) => new Array<number>(D).fill(value)));
  const clean: PreparedImages = {
    count: ids.length,
    logits: (alphas, { key }) =>
      defenceWith(alphas[0], noise).logits(pixels, { key, index: 0, imageIds: ids }),
    dispose: () => {
      throw new Error('not ours to dispose');
    },
  };
  return { pixels, ids, labels: new Int32Array(ids.length), clean };
}

const once = { draws: 1, mode: 'mean-logits' } as const;
const pgd = (l2Bound: number): AdaptiveAttack => ({
  attack: pgdL2({ l2Bound, steps: 4 }),
  expectation: once,
  seed: 1,
});

/** Rows that are still of class 0. */
const right = (logits: Float32Array) =>
  Array.from({ length: logits.length / 2 }, (_, i) => logits[2 * i] > logits[2 * i + 1]);

describe('attackedForEach(adaptive, images, withDefence)', () => {
  it('attacks the defence with the very α: an image falls just where its distance is within the bound', async () => {
    const { lent, withDefence } = lender();
    const prepared = attackedForEach(pgd(0.2), imagesOf([0.5, 0.55, 0.65]), withDefence);
    // √4·(x − α) against 0.2: an α of 0.5 leaves images above 0.6, one of 0.3 those above 0.4
    expect(right(await prepared.logits([0.5], DRAWS))).toEqual([false, false, true]);
    expect(right(await prepared.logits([0.3], DRAWS))).toEqual([true, true, true]);
    expect(right(await prepared.logits([0.44], DRAWS))).toEqual([false, true, true]);
    expect(lent.map(({ alphas }) => alphas)).toEqual([[0.5], [0.3], [0.44]]);
    prepared.dispose();
  });

  it('moves images as far as the bound lets it, and no farther', async () => {
    const { withDefence } = lender();
    const prepared = attackedForEach(pgd(0.2), imagesOf([0.65]), withDefence);
    const [f] = await prepared.logits([0.5], DRAWS);
    expect(f).toBeCloseTo(0.15 - 0.2 / Math.sqrt(D), 6);
  });

  it('leaves images that are wrong before as they are, and asks nothing about them', async () => {
    const { lent, withDefence } = lender();
    const prepared = attackedForEach(pgd(0.2), imagesOf([0.4, 0.9]), withDefence);
    const logits = await prepared.logits([0.5], DRAWS);
    expect(logits[0]).toBeCloseTo(-0.1, 6);
    for (const { imageIds } of lent[0].model.draws) expect(imageIds).toEqual(['i1']);
  });

  it('asks nothing where all are wrong', async () => {
    const { lent, withDefence } = lender();
    await attackedForEach(pgd(0.2), imagesOf([0.4, 0.1]), withDefence).logits([0.5], DRAWS);
    expect(lent[0].model.draws).toEqual([]);
  });

  it('judges under the noise of the sample, and attacks under another', async () => {
    const { lent, withDefence } = lender();
    await attackedForEach(pgd(0.2), imagesOf([0.9]), withDefence).logits([0.5], {
      key: 'search/7',
      draws: 3,
    });
    const asked = lent[0].model.draws.map(({ key, index }) => `${key} ${index}`);
    const attack = 'search/7/attack/pgd-l2/1';
    expect(asked).toEqual([...[0, 1, 2, 3, 4].map((step) => `${attack} ${step}`), 'search/7 0']);
    expect(lent[0].purifications).toBe(3);
  });

  it('takes an expectation over draws inside the attack alone', async () => {
    const { lent, withDefence } = lender();
    const expectation = { draws: 3, mode: 'mean-gradient' } as const;
    const adaptive = { attack: fgsmL2({ l2Bound: 0.2 }), expectation, seed: 1 };
    await attackedForEach(adaptive, imagesOf([0.9]), withDefence).logits([0.5], DRAWS);
    expect(lent[0].model.draws.map(({ key, index }) => `${key} ${index}`)).toEqual([
      ...[0, 1, 2].map((draw) => `search/1/attack/fgsm-l2/1 ${draw}`),
      'search/1 0',
    ]);
  });

  it('gives an image the same logits alone and among others, and every time', async () => {
    const noise = keyedNoise(0.02);
    const { images, ids } = uniformImages(7, D, 3, 0.45, 0.7);
    const values = [...ids.keys()].map((row) => images[row * D]);
    const { withDefence } = lender(noise);
    const all = imagesOf(values, noise);
    const together = await attackedForEach(pgd(0.1), all, withDefence).logits([0.5], DRAWS);
    expect(await attackedForEach(pgd(0.1), all, withDefence).logits([0.5], DRAWS)).toEqual(together);
    for (const row of ids.keys()) {
      const one = { ...imagesOf([values[row]], noise), ids: [ids[row]] };
      const clean: PreparedImages = {
        ...one.clean,
        logits: (alphas, { key }) =>
          defenceWith(alphas[0], noise).logits(one.pixels, { key, index: 0, imageIds: one.ids }),
      };
      const alone = await attackedForEach(pgd(0.1), { ...one, clean }, withDefence).logits([0.5], DRAWS);
      expect(alone).toEqual(together.slice(2 * row, 2 * row + 2));
    }
  });

  it('leaves images as they are where no gradient shows the way', async () => {
    const flat = affineModel({
      classes: 2,
      pixels: D,
      weights: new Float64Array(2 * D),
      bias: Float64Array.of(1, 0),
    });
    const images = imagesOf([0.9]);
    const prepared = attackedForEach(pgd(0.2), images, (_alphas, _draws, use) => use(flat));
    expect([...(await prepared.logits([0.5], DRAWS))]).toEqual([1, 0]);
  });

  it('ends between two steps with the reason of its signal', async () => {
    const controller = new AbortController();
    const model = defenceWith(0.5);
    let steps = 0;
    const watched: DifferentiableModel = {
      ...model,
      vjp: (...call) => {
        steps += 1;
        if (steps === 2) controller.abort(new Error('enough'));
        return model.vjp(...call);
      },
    };
    const prepared = attackedForEach(pgd(0.2), imagesOf([0.9]), (_alphas, _draws, use) => use(watched));
    await expect(prepared.logits([0.5], DRAWS, controller.signal)).rejects.toThrow('enough');
    expect(steps).toBe(2);
  });

  it('refuses an attack that breaks its bound', async () => {
    const { withDefence } = lender();
    const attack = fgsmL2({ l2Bound: 0.2 });
    const cheat = { ...attack, ball: { norm: 'l2', bound: 0.1 } } as typeof attack;
    await expectRejection(
      attackedForEach({ ...pgd(0.2), attack: cheat }, imagesOf([0.9]), withDefence).logits([0.5], DRAWS),
      {
        code: 'E_ATTACK',
        message: /^fgsm-l2: image "i0": expected a perturbation of norm at most 0\.1, got 0\.19999/,
      },
    );
  });
});
