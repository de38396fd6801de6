/** Laws that every fixed-budget attack keeps; each attack's test file applies them. */
import { describe, expect, it } from '@jest/globals';
import { randomStream } from '../../../src/math/random.js';
import type { Attack } from '../../../src/objective/attacks/contract/attack.js';
import type { FixedBudgetAttack } from '../../../src/objective/attacks/contract/fixed-budget-attack.js';
import {
  attackCheckpointFromBytes,
  attackCheckpointToBytes,
} from '../../../src/objective/attacks/run/attack-checkpoint.js';
import type { AttackSnapshot } from '../../../src/objective/attacks/run/attack-snapshot.js';
import { l2Distance } from '../../../src/objective/attacks/geometry/l2.js';
import { linfDistance } from '../../../src/objective/attacks/geometry/linf.js';
import { runAttack, type AttackRun } from '../../../src/objective/attacks/run/run-attack.js';
import { LINEAR_ATTACK } from '../../tolerances.js';
import { affineModel, constantModel, keyedNoise, ownLabels, randomAffine, uniformImages } from './models.js';

/** @param create - the attack with a bound, in the norm of its ball, on images of so many values, and otherwise any settings. */
export function attackLaws(create: (bound: number, pixels: number) => FixedBudgetAttack): void {
  const { needs, ball } = create(1, 12);
  describe('as every fixed-budget attack', () => {
    it('stays in box and ball and says the norm it used', async () => {
      for (const bound of [0.01, 0.5, 3]) {
        const model = affineModel(randomAffine(3, 12, 5));
        const set = uniformImages(6, 12, 1, 0, 1);
        const run = await attackOwn(create(bound, 12), model, set);
        expect(run.images.every((value) => value >= 0 && value <= 1)).toBe(true);
        for (const [row, { norm }] of run.perImage.entries()) {
          expect(norm).toBe(l2Distance(run.images, set.images, row * 12, 12));
          const used = (ball.norm === 'l2' ? l2Distance : linfDistance)(run.images, set.images, row * 12, 12);
          expect(used).toBeLessThanOrEqual(bound * (1 + 1e-12));
        }
      }
    });

    it('never succeeds below the true distance of an affine model', async () => {
      const affine = randomAffine(4, 20, 7);
      const model = affineModel(affine);
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const set = uniformImages(1, 20, seed);
        const distance = affineDistance(affine, set.images, ball.norm);
        const below = await attackOwn(create(distance * (1 - LINEAR_ATTACK), 20), model, set);
        expect(below.perImage[0].outcome).toBe('failure');
      }
    });

    it('gives an image the same bytes alone, in any batch and in any order, noise included', async () => {
      const model = affineModel(randomAffine(3, 10, 11), keyedNoise(0.3));
      const set = uniformImages(7, 10, 2);
      const together = await attackOwn(create(0.4, 10), model, set);
      for (const batchSize of [1, 2, 5]) {
        expect(await attackOwn(create(0.4, 10), model, set, { batchSize })).toEqual(together);
      }
      const order = [...randomStream('order', 1).permutation(7)];
      const labels = await ownLabels(model, set.images, set.ids);
      const shuffled = await runAttack({
        attack: create(0.4, 10),
        model,
        images: Float32Array.from(order.flatMap((row) => [...set.images.subarray(row * 10, row * 10 + 10)])),
        ids: order.map((row) => set.ids[row]),
        labels: Int32Array.from(order, (row) => labels[row]),
        seed: 3,
      });
      expect(shuffled.perImage).toEqual(order.map((row) => together.perImage[row]));
    });

    it('fails with finite numbers and a flag where the gradient is 0, whatever the label', async () => {
      for (const label of [0, 2]) {
        const logits = [0, 0, 0].map((_, k) => (k === label ? 1 : 0));
        const set = uniformImages(2, 5, 4);
        const run = await attackOwn(create(1, 5), constantModel(logits, 5), set);
        for (const image of run.perImage) {
          expect(image.outcome).toBe('failure');
          expect(image.flags).toEqual({ zeroGradient: needs === 'gradients', nonFinite: false });
          expect(Number.isFinite(image.norm)).toBe(true);
        }
        expect(run.images.every(Number.isFinite)).toBe(true);
      }
    });

    if (needs === 'gradients')
      it('fails with a flag where the gradient is not finite', async () => {
        const model = affineModel(randomAffine(3, 5, 8));
        for (const value of [NaN, Infinity]) {
          const broken = {
            ...model,
            vjp: async (...call: Parameters<typeof model.vjp>) => ({
              ...(await model.vjp(...call)),
              gradient: new Float32Array(call[0].length).fill(value),
            }),
          };
          const run = await attackOwn(create(1e-3, 5), broken, uniformImages(2, 5, 4));
          for (const image of run.perImage) {
            expect(image.outcome).toBe('failure');
            expect(image.flags).toEqual({ zeroGradient: false, nonFinite: true });
          }
          expect(run.images.every(Number.isFinite)).toBe(true);
        }
      });

    it('fails with a flag where logits on the way are not finite, and does not call that a zero gradient', async () => {
      const model = affineModel(randomAffine(3, 5, 8), ({ key }) =>
        /clean|verify|labels/.test(key) ? 0 : NaN,
      );
      const run = await attackOwn(create(1e-3, 5), model, uniformImages(2, 5, 4));
      for (const image of run.perImage) {
        expect(image.outcome).toBe('failure');
        expect(image.flags).toEqual({ zeroGradient: false, nonFinite: true });
      }
    });

    it('leaves the given images as they were', async () => {
      const set = uniformImages(2, 5, 4);
      const before = set.images.slice();
      await attackOwn(create(1, 5), affineModel(randomAffine(3, 5, 8)), set);
      expect(set.images).toEqual(before);
    });

    it('keeps its complete settings, which make the same attack again', () => {
      const { settings } = create(0.5, 12);
      expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
      expect(settings[ball.norm === 'l2' ? 'l2Bound' : 'linfBound']).toBe(0.5);
      expect(create(0.5, 12).ball.bound).toBe(0.5);
    });
  });
}

export interface ResumedRun {
  /** Exact model; default affine, 4 classes, 12 pixels, with keyed noise. */
  readonly model?: () => AttackRun['model'];
  /** Images; default 5 of 12 pixels, attacked in batches of 3. */
  readonly set?: { readonly images: Float32Array; readonly ids: readonly string[] };
}

/**
 * The law of resumption: an attack that is killed again and again, and goes on each time from what was written down, in
 * a machine made anew, ends with the same bytes and tallies as one that never was.
 * @param create - makes the attack; few rounds keep this quick.
 */
export function resumesToSameBytes(
  create: () => Attack,
  { model = noisyAffine, set = uniformImages(5, 12, 9) }: ResumedRun = {},
): void {
  it.each([1, 3])('killed after every %p rounds and resumed, it ends with the same bytes', async (rounds) => {
    const more = { batchSize: 3, verification: { draws: 4, share: 0.5 } };
    const uninterrupted = await attackOwn(create(), model(), set, more);
    let bytes: Uint8Array | undefined;
    for (let kills = 0; ; kills += 1) {
      let left = rounds;
      const onSnapshot = (snapshot: AttackSnapshot): void => {
        bytes = attackCheckpointToBytes(snapshot, 'law');
        if ((left -= 1) === 0) throw new Killed();
      };
      const from = bytes === undefined ? {} : { from: attackCheckpointFromBytes(bytes, 'law', 'law') };
      try {
        const resumed = await attackOwn(create(), model(), set, { ...more, ...from, onSnapshot });
        expect(kills).toBeGreaterThan(0);
        expect(resumed).toEqual(uninterrupted);
        return;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
  });
}

class Killed extends Error {}

function noisyAffine(): AttackRun['model'] {
  return affineModel(randomAffine(4, 12, 21), keyedNoise(0.3));
}

/** Attacks images with the labels the model gives them. */
export async function attackOwn(
  attack: Attack,
  model: AttackRun['model'],
  set: { readonly images: Float32Array; readonly ids: readonly string[] },
  more: Partial<AttackRun> = {},
) {
  const labels = await ownLabels(model, set.images, set.ids);
  return runAttack({ attack, model, ...set, labels, seed: 3, ...more });
}

/** Distance of one image to the nearest other class of an affine model, the box not counted, in float64. */
export function affineDistance(
  { classes, pixels, weights, bias }: ReturnType<typeof randomAffine>,
  image: Float32Array,
  norm: 'l2' | 'linf',
): number {
  const z = Array.from({ length: classes }, (_, k) =>
    image.reduce((sum, value, j) => sum + value * weights[k * pixels + j], bias[k]),
  );
  const own = z.indexOf(Math.max(...z));
  const distances = z.map((value, k) => {
    const slopes = Array.from(image, (_, j) => weights[k * pixels + j] - weights[own * pixels + j]);
    // A margin falls fastest at the rate of the dual norm.
    const rate =
      norm === 'l2' ? Math.hypot(...slopes) : slopes.reduce((sum, slope) => sum + Math.abs(slope), 0);
    return k === own ? Infinity : (z[own] - value) / rate;
  });
  return Math.min(...distances);
}
