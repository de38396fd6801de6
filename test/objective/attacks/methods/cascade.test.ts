import { describe, expect, it } from '@jest/globals';
import type { AttackBatch } from '../../../../src/objective/attacks/contract/attack-batch.js';
import type { Attack } from '../../../../src/objective/attacks/contract/attack.js';
import type { FixedBudgetAttack } from '../../../../src/objective/attacks/contract/fixed-budget-attack.js';
import type { MinimumNormAttack } from '../../../../src/objective/attacks/contract/minimum-norm-attack.js';
import { apgdL2 } from '../../../../src/objective/attacks/methods/apgd-l2.js';
import { pgdL2 } from '../../../../src/objective/attacks/methods/pgd-l2.js';
import {
  type CascadeOutcome,
  type CascadePlan,
  type CascadeStage,
  cascadeMachine,
} from '../../../../src/objective/attacks/methods/cascade.js';
import { runAttack } from '../../../../src/objective/attacks/run/run-attack.js';
import { attackOwn, attackLaws, resumesToSameBytes } from '../attack-laws.js';
import { affineModel, binaryModel, keyedNoise, randomAffine, uniformImages } from '../models.js';

const BOUND = 1;

/** A stage of the common group, with an attack that proposes points by what they do to x, and asks nothing. */
function toyStage(label: string, move: (x: Float32Array, id: string) => Float32Array, seen: string[] = []) {
  const attack: FixedBudgetAttack = {
    kind: 'fixed-budget',
    settings: { name: label },
    ball: { norm: 'l2', bound: BOUND },
    needs: 'logits',
    machine: {
      begin: () => ({ done: false }),
      isDone: (_, state) => (state as { done: boolean }).done,
      step: async (_, state) => {
        (state as { done: boolean }).done = true;
      },
      result: ({ images, ids, model }) => {
        seen.push(`${label}:${ids.join()}`);
        const d = model.pixels;
        return Float32Array.from(
          ids.flatMap((id, row) => [...move(images.slice(row * d, (row + 1) * d), id)]),
        );
      },
    },
  };
  return { label, attack, group: 'all' } satisfies CascadeStage;
}

/** The cascade as an attack with a fixed budget: the first point that held, else the nearest, else the clean image. */
function fixedBudget(plan: CascadePlan, name = 'toy'): FixedBudgetAttack {
  const first = ({ images, model }: AttackBatch, outcomes: readonly CascadeOutcome[]) => {
    const out = images.slice();
    for (const [row, { held, nearest }] of outcomes.entries()) {
      const point = held[0] ?? nearest;
      if (point !== null) out.set(point, row * model.pixels);
    }
    return out;
  };
  return {
    kind: 'fixed-budget',
    settings: { name, l2Bound: BOUND },
    ball: { norm: 'l2', bound: BOUND },
    needs: 'gradients',
    machine: cascadeMachine(plan, first),
  };
}

const ONCE = { draws: 1, share: 0.5 };
const moved = (by: number) => (x: Float32Array) => x.map((value) => value - by);

/** Class 0 where x > 0.5; one value an image. */
const model = () => binaryModel([1], -0.5);
const set = { images: Float32Array.of(0.55, 0.65, 0.9), ids: ['near', 'far', 'farthest'] };

describe('cascadeMachine(plan)', () => {
  it('gives every stage the images that those before it did not break, clean errors never', async () => {
    const seen: string[] = [];
    const stages = [0.1, 0.2, 0.3].map((by, at) => toyStage(`stage ${at}`, moved(by), seen));
    const images = Float32Array.of(...set.images, 0.2);
    const attack = fixedBudget({ stages, screening: ONCE });
    const given = { ids: [...set.ids, 'wrong'], labels: Int32Array.of(0, 0, 0, 0), images, seed: 1 };
    const run = await runAttack({ attack, model: model(), ...given });
    expect(seen).toEqual(['stage 0:near,far,farthest', 'stage 1:far,farthest', 'stage 2:farthest']);
    expect(run.perImage.map(({ outcome }) => outcome)).toEqual([
      'success',
      'success',
      'failure',
      'clean-error',
    ]);
  });
  it('leaves robust what no attack breaks alone: the intersection of the robust sets', async () => {
    const affine = affineModel(randomAffine(5, 16, 3));
    const some = uniformImages(24, 16, 5);
    const attacks = [
      pgdL2({ l2Bound: 0.12, steps: 3 }),
      apgdL2({ l2Bound: 0.12, iterations: 10 }),
      apgdL2({ l2Bound: 0.12, iterations: 10, loss: 'dlr-targeted', targets: 4 }),
    ];
    const robust = async (attack: Attack) => {
      const run = await attackOwn(attack, affine, some);
      return run.perImage.map(({ outcome }) => outcome === 'failure');
    };
    const alone = await Promise.all(attacks.map(robust));
    const stages = attacks.map((attack, at) => ({ label: `stage ${at}`, attack, group: 'all' }));
    const together = await robust(fixedBudget({ stages, screening: ONCE }));
    const shared = together.map((_, row) => alone.every((one) => one[row]));
    expect(together).toEqual(shared);
    expect([shared.includes(true), shared.includes(false)]).toEqual([true, true]);
  });
  it('leaves alone only what a stage of the same group broke, and what fewer classes rule out', async () => {
    const seen: string[] = [];
    const stages: CascadeStage[] = [
      toyStage('a', moved(0.1), seen),
      { ...toyStage('b', moved(0.2), seen), group: 'other' },
      { ...toyStage('c', moved(0.3), seen), group: 'other' },
      { ...toyStage('d', moved(0.3), seen), leastClasses: 3 },
    ];
    await attackOwn(fixedBudget({ stages, screening: ONCE }), model(), set);
    expect(seen).toEqual(['a:near,far,farthest', 'b:near,far,farthest', 'c:farthest']);
  });
  it('goes on with images whose point does not hold under draws of its own', async () => {
    // Margin 0.01 beyond the boundary under logit noise of 0.2: 52 % of draws are fooled, 15 of 20 in one image of 30.
    const seen: string[] = [];
    const stages = [
      toyStage('lucky', (x) => x.map(() => 0.49), seen),
      toyStage('sure', (x) => x.map(() => 0), seen),
    ];
    const ids = Array.from({ length: 40 }, (_, row) => `i${row}`);
    const screening = { draws: 20, share: 0.75 };
    const { perImage } = await runAttack({
      attack: fixedBudget({ stages, screening }),
      model: binaryModel([1], -0.5, keyedNoise(0.2)),
      images: new Float32Array(40).fill(1),
      labels: new Int32Array(40),
      ids,
      seed: 1,
      verification: { draws: 10, share: 0.5 },
    });
    expect(seen[1].split(',').length).toBeGreaterThanOrEqual(36);
    expect(perImage.filter(({ outcome }) => outcome === 'success').length).toBeGreaterThanOrEqual(38);
  });
  it('keeps, of points that did not hold, the one with the largest margin', async () => {
    const stages = [toyStage('a', moved(0.1)), toyStage('b', moved(0.3)), toyStage('c', moved(0.2))];
    const run = await attackOwn(fixedBudget({ stages, screening: ONCE }), model(), {
      images: Float32Array.of(1),
      ids: ['a'],
    });
    expect(run.images[0]).toBeCloseTo(0.7, 6);
  });
  it('screens the candidates of a minimum-norm stage in turn, those that count alone', async () => {
    const attack: MinimumNormAttack = {
      kind: 'minimum-norm',
      settings: { name: 'toy' },
      needs: 'logits',
      machine: {
        ...toyStage('x', moved(0)).attack.machine,
        result: ({ ids }) => ids.map(() => [0.6, 0.45, 0.3, NaN].map((value) => Float32Array.of(value))),
      },
    };
    const plan = {
      stages: [{ label: 'norms', attack, group: 'all' }],
      screening: ONCE,
      among: (candidates: readonly Float32Array[]) => candidates.toReversed(),
    };
    const run = await attackOwn(fixedBudget(plan), model(), { images: Float32Array.of(0.7), ids: ['a'] });
    expect(run.images[0]).toBeCloseTo(0.3, 6);
    expect(run.perImage[0].tally.queries).toBe(1);
    const nearest = { ...plan, among: (candidates: readonly Float32Array[]) => candidates };
    const other = await attackOwn(fixedBudget(nearest), model(), {
      images: Float32Array.of(0.7),
      ids: ['a'],
    });
    expect(other.images[0]).toBeCloseTo(0.45, 6);
    expect(other.perImage[0].tally.queries).toBe(2);
  });
  it('counts NaN proposals and NaN logits as failures, with a flag', async () => {
    const stages = [toyStage('nan', (x) => x.map(() => NaN)), toyStage('low', moved(0.2))];
    const broken = affineModel(randomAffine(2, 1, 1), ({ key }) => (key.includes('low') ? NaN : 0));
    const run = await attackOwn(fixedBudget({ stages, screening: ONCE }), broken, {
      images: Float32Array.of(0.7),
      ids: ['a'],
    });
    expect(run.perImage[0].outcome).toBe('failure');
    expect(run.perImage[0].flags.nonFinite).toBe(true);
    expect(Number.isFinite(run.images[0])).toBe(true);
  });
  it('shows its attacks means over draws where asked to, counts every draw, and screens without', async () => {
    const attack = apgdL2({ l2Bound: 0.05, iterations: 2 });
    const stages = [{ label: 'apgd', attack, group: 'all' }];
    const expectation = { draws: 5, mode: 'mean-gradient' } as const;
    const watched = affineModel(randomAffine(3, 4, 2), keyedNoise(0.1));
    const run = await attackOwn(
      fixedBudget({ stages, screening: { draws: 3, share: 0.5 }, expectation }),
      watched,
      {
        images: new Float32Array(4).fill(0.5),
        ids: ['a'],
      },
    );
    expect(run.perImage[0].tally.queries).toBe(3 * 5 + 3);
    const screened = watched.draws.filter(({ key }) => key.endsWith('/apgd/screen'));
    expect(screened.map(({ index }) => index)).toEqual([0, 1, 2]);
    const asked = watched.draws.filter(({ key }) => key.endsWith('/apgd'));
    expect(asked.map(({ index }) => index)).toEqual(Array.from({ length: 15 }, (_, index) => index));
  });
});

/** Two stages in any bound. */
function twoStages(l2Bound: number): FixedBudgetAttack {
  const stages = [
    { label: 'ce', attack: apgdL2({ l2Bound, iterations: 4 }), group: 'all' },
    { label: 'targeted', attack: apgdL2({ l2Bound, iterations: 3, loss: 'dlr-targeted' }), group: 'all' },
  ];
  const plan = { stages, screening: { draws: 3, share: 0.5 } };
  const attack = fixedBudget(plan);
  return { ...attack, settings: { name: 'toy', l2Bound }, ball: { norm: 'l2', bound: l2Bound } };
}

attackLaws(twoStages);
resumesToSameBytes(() => twoStages(0.3));
