/** Laws that every minimum-norm attack keeps; each attack's test file applies them. */
import { describe, expect, it } from '@jest/globals';
import { randomStream } from '../../../src/math/random.js';
import { runMachine } from '../../../src/objective/attacks/contract/attack-machine.js';
import type {
  AttackBatch,
  DifferentiableModel,
} from '../../../src/objective/attacks/contract/attack-batch.js';
import type {
  Candidates,
  MinimumNormAttack,
} from '../../../src/objective/attacks/contract/minimum-norm-attack.js';
import { l2Distance } from '../../../src/objective/attacks/geometry/l2.js';
import { runAttack } from '../../../src/objective/attacks/run/run-attack.js';
import { attackDistances } from '../../../src/objective/evaluation/attack-summary.js';
import { LINEAR_ATTACK } from '../../tolerances.js';
import { affineDistance, attackOwn, resumesToSameBytes } from './attack-laws.js';
import { affineModel, constantModel, keyedNoise, ownLabels, randomAffine, uniformImages } from './models.js';

/**
 * @param create - the attack; with settings that find an error of an affine model of 4 classes and 20 pixels, and few
 * enough rounds to be quick.
 */
export function minimumNormLaws(create: () => MinimumNormAttack): void {
  describe('as every minimum-norm attack', () => {
    it('finds an error of an affine model, and never one nearer than there is', async () => {
      for (const [low, high] of [
        [0.4, 0.6],
        [0, 1],
      ]) {
        const affine = randomAffine(4, 20, 7);
        const set = uniformImages(6, 20, 1, low, high);
        const { perImage } = await attackOwn(create(), affineModel(affine), set);
        for (const [row, { outcome, norm }] of perImage.entries()) {
          const distance = affineDistance(affine, set.images.subarray(row * 20, (row + 1) * 20), 'l2');
          expect(outcome).toBe('success');
          expect(norm).toBeGreaterThan(distance * (1 - LINEAR_ATTACK));
        }
      }
    });

    it('stores images in the box, and says their norm in float64', async () => {
      const set = uniformImages(6, 12, 1, 0, 1);
      const run = await attackOwn(create(), affineModel(randomAffine(3, 12, 5), keyedNoise(0.2)), set);
      expect(run.images.every((value) => value >= 0 && value <= 1)).toBe(true);
      for (const [row, { norm }] of run.perImage.entries()) {
        expect(norm).toBe(l2Distance(run.images, set.images, row * 12, 12));
      }
    });

    it('proposes candidates nearest first, in the box, none of them the clean image', async () => {
      const set = uniformImages(6, 12, 1, 0, 1);
      const model = affineModel(randomAffine(3, 12, 5), keyedNoise(0.2));
      const candidates = await candidatesFor(create(), model, set);
      expect(candidates.length).toBe(6);
      for (const [row, known] of candidates.entries()) {
        const clean = set.images.subarray(row * 12, (row + 1) * 12);
        const norms = known.map((point) => l2Distance(point, clean, 0, 12));
        expect(norms).toEqual([...norms].sort((a, b) => a - b));
        expect(norms.every((norm) => norm > 0)).toBe(true);
        expect(known.every((point) => point.every((value) => value >= 0 && value <= 1))).toBe(true);
      }
    });

    it('gives an image the same bytes alone, in any batch and in any order, noise included', async () => {
      const model = affineModel(randomAffine(3, 10, 11), keyedNoise(0.3));
      const set = uniformImages(7, 10, 2);
      const together = await attackOwn(create(), model, set);
      for (const batchSize of [1, 2, 5]) {
        expect(await attackOwn(create(), model, set, { batchSize })).toEqual(together);
      }
      const order = [...randomStream('order', 1).permutation(7)];
      const labels = await ownLabels(model, set.images, set.ids);
      const shuffled = await runAttack({
        attack: create(),
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
        const run = await expectFailures(create(), constantModel(logits, 5));
        for (const { flags } of run) expect(flags).toEqual({ zeroGradient: true, nonFinite: false });
      }
    });

    it('fails with a flag where the gradient is not finite', async () => {
      for (const value of [NaN, Infinity]) {
        const model = safeModel();
        const broken: DifferentiableModel = {
          ...model,
          vjp: async (...call) => ({
            ...(await model.vjp(...call)),
            gradient: new Float32Array(call[0].length).fill(value),
          }),
        };
        for (const { flags } of await expectFailures(create(), broken)) {
          expect(flags).toEqual({ zeroGradient: false, nonFinite: true });
        }
      }
    });

    it('fails with a flag where logits on the way are not finite, and does not call that a zero gradient', async () => {
      const model = affineModel(randomAffine(3, 5, 8), ({ key }) =>
        /clean|verify|labels/.test(key) ? 0 : NaN,
      );
      for (const { flags } of await expectFailures(create(), model)) {
        expect(flags).toEqual({ zeroGradient: false, nonFinite: true });
      }
    });

    it('leaves clean errors alone, at distance 0', async () => {
      const set = uniformImages(3, 5, 4);
      const model = affineModel(randomAffine(3, 5, 8));
      const labels = await ownLabels(model, set.images, set.ids);
      labels[1] = (labels[1] + 1) % 3;
      const run = await runAttack({ attack: create(), model, ...set, labels, seed: 3 });
      expect(run.perImage[1]).toMatchObject({ outcome: 'clean-error', norm: 0, tally: { queries: 0 } });
      expect(run.images.subarray(5, 10)).toEqual(set.images.subarray(5, 10));
      expect(attackDistances(run.perImage)[1].distance).toBe(0);
    });

    it('leaves the given images as they were', async () => {
      const set = uniformImages(2, 5, 4);
      const before = set.images.slice();
      await attackOwn(create(), affineModel(randomAffine(3, 5, 8)), set);
      expect(set.images).toEqual(before);
    });

    it('keeps its complete settings', () => {
      const { settings } = create();
      expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
    });

    resumesToSameBytes(create);
  });
}

/** What the attack proposes for images with the labels the model gives them. */
export async function candidatesFor(
  { machine }: MinimumNormAttack,
  model: DifferentiableModel,
  { images, ids }: { readonly images: Float32Array; readonly ids: readonly string[] },
): Promise<Candidates> {
  const labels = await ownLabels(model, images, ids);
  const batch: AttackBatch<DifferentiableModel> = { model, images, ids, labels, key: 'attack', seed: 1 };
  return runMachine(machine, batch);
}

/** Runs the attack on two images and expects failures: infinitely far, stored as they were. */
async function expectFailures(attack: MinimumNormAttack, model: DifferentiableModel) {
  const set = uniformImages(2, 5, 4);
  const run = await attackOwn(attack, model, set);
  expect(run.perImage.map(({ outcome }) => outcome)).toEqual(['failure', 'failure']);
  expect(attackDistances(run.perImage).map(({ distance }) => distance)).toEqual([Infinity, Infinity]);
  expect(run.images).toEqual(set.images);
  return run.perImage;
}

/** An affine model whose class 0 wins in all of the box. */
function safeModel() {
  const affine = randomAffine(3, 5, 8);
  return affineModel({ ...affine, bias: Float64Array.of(100, 0, 0) });
}
