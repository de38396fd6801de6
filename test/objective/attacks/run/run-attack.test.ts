import { describe, expect, it } from '@jest/globals';
import type { AttackableModel } from '../../../../src/objective/attacks/model/attackable-model.js';
import { fgsmL2 } from '../../../../src/objective/attacks/methods/fgsm-l2.js';
import type { DifferentiableModel } from '../../../../src/objective/attacks/contract/attack-batch.js';
import type { AttackMachine } from '../../../../src/objective/attacks/contract/attack-machine.js';
import type { FixedBudgetAttack } from '../../../../src/objective/attacks/contract/fixed-budget-attack.js';
import { pgdL2 } from '../../../../src/objective/attacks/methods/pgd-l2.js';
import type { AttackSnapshot } from '../../../../src/objective/attacks/run/attack-snapshot.js';
import { plainDataFromBytes, plainDataToBytes } from '../../../../src/objective/attacks/run/plain-data.js';
import { runAttack, type AttackRun } from '../../../../src/objective/attacks/run/run-attack.js';
import { expectRejection } from '../../expect-error.js';
import { binaryModel } from '../models.js';

const IDS = ['a', 'b'];

/** f = x₀ + x₁ − 0.8: image a (0.5, 0.5) is of class 0 at distance 0.2/√2, image b (0.25, 0.25) of class 1. */
const linear = () => binaryModel([1, 1], -0.8);

const basic = (more: Partial<AttackRun> = {}): AttackRun => ({
  attack: fgsmL2({ l2Bound: 0.5 }),
  model: linear(),
  images: Float32Array.of(0.5, 0.5, 0.25, 0.25),
  labels: Int32Array.of(0, 1),
  ids: IDS,
  seed: 1,
  ...more,
});

/** An attack that proposes the same values for every image. */
const proposing = (value: number): FixedBudgetAttack => ({
  kind: 'fixed-budget',
  settings: { name: 'fixed', l2Bound: 0.1 },
  ball: { norm: 'l2', bound: 0.1 },
  needs: 'logits',
  machine: {
    begin: () => ({}),
    isDone: () => true,
    step: async () => undefined,
    result: ({ images }) => images.map(() => value),
  },
});

describe('runAttack: clean errors', () => {
  it('are counted, never attacked, and stay as they were', async () => {
    const attacked: string[] = [];
    const model = linear();
    const spy: DifferentiableModel = {
      ...model,
      vjp: (images, draw, cotangent) => (attacked.push(...draw.imageIds), model.vjp(images, draw, cotangent)),
    };
    const run = await runAttack(basic({ model: spy, labels: Int32Array.of(0, 0) }));
    expect(attacked).toEqual(['a']);
    expect(run.perImage.map(({ outcome }) => outcome)).toEqual(['success', 'clean-error']);
    expect(run.perImage[1]).toEqual({
      id: 'b',
      outcome: 'clean-error',
      fooled: { float32: true, eightBit: true },
      norm: 0,
      flags: { zeroGradient: false, nonFinite: false },
      shares: { float32: 1, eightBit: 1 },
      tally: { queries: 0, gradients: 0, zeroGradients: 0, nonFinite: 0 },
    });
    expect([...run.images.subarray(2)]).toEqual([0.25, 0.25]);
  });
  it('may be all there is', async () => {
    const run = await runAttack(basic({ labels: Int32Array.of(1, 0) }));
    expect(run.perImage.map(({ outcome }) => outcome)).toEqual(['clean-error', 'clean-error']);
  });
  it('are the victim’s, where there is another one', async () => {
    const victim = binaryModel([-1, -1], 0.8);
    const run = await runAttack(basic({ victim, labels: Int32Array.of(0, 0) }));
    expect(run.perImage.map(({ outcome }) => outcome)).toEqual(['clean-error', 'failure']);
  });
});

describe('runAttack: verification', () => {
  it('judges the stored image, not what the attack saw: a lucky draw is no success', async () => {
    // Every draw of the attack itself says class 1 after the first step, every fresh draw says class 0.
    const model = binaryModel([1e-3, 1e-3], 1, ({ key, index }, _id, k) =>
      key.endsWith('/clean') || key.endsWith('/verify') || index === 0 || k === 1 ? 0 : -5,
    );
    const attack = pgdL2({ l2Bound: 0.1 });
    const run = await runAttack(basic({ attack, model, labels: Int32Array.of(0, 0) }));
    expect(run.perImage.map(({ outcome }) => outcome)).toEqual(['failure', 'failure']);
  });
  it('uses a draw that neither the clean check nor the attack used', async () => {
    const model = linear();
    await runAttack(basic({ model }));
    const keys = model.draws.map(({ key }) => key);
    expect(keys).toEqual([
      'attack/fgsm-l2/1/clean',
      'attack/fgsm-l2/1',
      'attack/fgsm-l2/1/verify',
      'attack/fgsm-l2/1/verify',
    ]);
  });
  it('finds successes that 8-bit rounding undoes, and says both', async () => {
    // a is of class 0 by 0.2/255; the attack's step of 0.3/255 a value is rounded away.
    const start = 128 / 255;
    const model = binaryModel([1, 1], -2 * start + 0.2 / 255);
    const run = await runAttack(
      basic({
        model,
        attack: fgsmL2({ l2Bound: (0.3 / 255) * Math.SQRT2 }),
        images: Float32Array.of(start, start, 1, 1),
        labels: Int32Array.of(0, 0),
      }),
    );
    expect(run.perImage[0].outcome).toBe('success');
    expect(run.perImage[0].fooled).toEqual({ float32: true, eightBit: false });
  });
  it('never takes NaN logits for a success, whatever the label', async () => {
    for (const label of [0, 1]) {
      const inner = binaryModel([0.1, 0.1], label === 0 ? 5 : -5);
      const model: AttackableModel = {
        ...inner,
        logits: async (images, draw) =>
          draw.key.endsWith('/clean')
            ? inner.logits(images, draw)
            : new Float32Array(draw.imageIds.length * 2).fill(NaN),
      };
      const run = await runAttack(basic({ model, labels: Int32Array.of(label, label) }));
      for (const image of run.perImage) {
        expect(image.outcome).toBe('failure');
        expect(image.fooled).toEqual({ float32: false, eightBit: false });
        expect(image.flags.nonFinite).toBe(true);
      }
    }
  });
});

describe('runAttack: what attacks may not do', () => {
  it('keeps the clean image, and flags it, where the proposal is not finite', async () => {
    const run = await runAttack(basic({ attack: proposing(NaN) }));
    expect([...run.images]).toEqual([0.5, 0.5, 0.25, 0.25]);
    expect(run.perImage[0].flags).toEqual({ zeroGradient: false, nonFinite: true });
    expect(run.perImage[0].outcome).toBe('failure');
  });
  it('refuses a proposal outside the box', async () => {
    await expectRejection(runAttack(basic({ attack: proposing(1.25) })), {
      code: 'E_ATTACK',
      message: 'fixed: image "a" value 0: expected a number from 0 to 1, got 1.25',
    });
  });
  it('refuses a proposal outside the ball', async () => {
    await expectRejection(runAttack(basic({ attack: proposing(1) })), {
      code: 'E_ATTACK',
      message: `fixed: image "a": expected a perturbation of norm at most 0.1, got ${Math.SQRT1_2}`,
    });
  });
});

describe('runAttack: bad input', () => {
  it('refuses images outside [0, 1]', async () => {
    await expectRejection(runAttack(basic({ images: Float32Array.of(0, 0, 0, 2) })), {
      code: 'E_ATTACK',
      message: 'fgsm-l2: image "b" value 1: expected a number from 0 to 1, got 2',
    });
  });
  it('refuses a model without gradients', async () => {
    const { classes, pixels, ...model } = linear();
    const blackBox: AttackableModel = { classes, pixels, logits: (x, draw) => model.logits(x, draw) };
    await expectRejection(runAttack(basic({ model: blackBox })), {
      code: 'E_ATTACK',
      message: 'fgsm-l2: expected a model with gradients (vjp), got logits only',
    });
  });
  it('refuses a model that is not finite on a clean image', async () => {
    const model = { ...linear(), logits: async () => Float32Array.of(1, 0, NaN, 0) };
    await expectRejection(runAttack(basic({ model })), {
      code: 'E_NON_FINITE',
      message: 'fgsm-l2: clean image "b": expected finite logits, got NaN or Infinity',
    });
  });
  it('refuses a model that answers with too few numbers', async () => {
    const model = { ...linear(), logits: async () => new Float32Array(3) };
    await expectRejection(runAttack(basic({ model })), {
      code: 'E_SHAPE',
      message: 'fgsm-l2: logits: expected 4 numbers from the model, got 3',
    });
    const short = {
      ...linear(),
      vjp: async () => ({ logits: new Float32Array(4), gradient: new Float32Array(1) }),
    };
    await expectRejection(runAttack(basic({ model: short, labels: Int32Array.of(0, 1) })), {
      code: 'E_SHAPE',
      message: 'fgsm-l2: gradient: expected 4 numbers from the model, got 1',
    });
  });
  it('refuses labels and images that do not fit', async () => {
    await expectRejection(runAttack(basic({ labels: Int32Array.of(0) })), {
      code: 'E_SHAPE',
      message: 'fgsm-l2: expected m labels and m·2 values for m = 2 ids, got 1 labels and 4 values',
    });
  });
  it('refuses an id that comes twice, for noise and counts follow it', async () => {
    await expectRejection(runAttack(basic({ ids: ['a', 'a'] })), {
      code: 'E_ATTACK',
      message: 'fgsm-l2: expected every id once, got "a" again',
    });
  });
  it.each([2, -1])('refuses the label %p of a model with two classes', async (label) => {
    await expectRejection(runAttack(basic({ labels: Int32Array.of(0, label) })), {
      code: 'E_ATTACK',
      message: `fgsm-l2: image "b": expected a label from 0 to 1, got ${label}`,
    });
  });
  it.each<[Partial<AttackRun>, string]>([
    [{ batchSize: 0 }, 'batchSize: expected an integer of at least 1, got 0'],
    [{ batchSize: 1.5 }, 'batchSize: expected an integer of at least 1, got 1.5'],
    [
      { verification: { draws: 0, share: 0.5 } },
      'verification.draws: expected an integer of at least 1, got 0',
    ],
    [
      { verification: { draws: 1, share: 0 } },
      'verification.share: expected a number above 0 and at most 1, got 0',
    ],
    [
      { verification: { draws: 1, share: 1.1 } },
      'verification.share: expected a number above 0 and at most 1, got 1.1',
    ],
    [
      { verification: { draws: 1, share: NaN } },
      'verification.share: expected a number above 0 and at most 1, got NaN',
    ],
  ])('refuses %p', async (more, message) => {
    const model = linear();
    await expectRejection(runAttack(basic({ model, ...more })), {
      code: 'E_ATTACK',
      message: `fgsm-l2: ${message}`,
    });
    expect(model.draws).toEqual([]);
  });
  it('refuses the snapshot of another number of images', async () => {
    let from: AttackSnapshot | undefined;
    await runAttack(basic({ onSnapshot: (snapshot) => void (from = snapshot) }));
    const one = { images: Float32Array.of(0.5, 0.5), labels: Int32Array.of(0), ids: ['a'] };
    await expectRejection(runAttack(basic({ ...one, ...(from === undefined ? {} : { from }) })), {
      code: 'E_SHAPE',
      message: 'fgsm-l2: expected the snapshot of a run on 1 images, got one of 2',
    });
  });
  it('takes ids that objects have of their own for what they are', async () => {
    const ids = ['constructor', '__proto__'];
    const run = await runAttack(basic({ ids }));
    expect(run.perImage.map(({ id, tally }) => [id, tally.queries])).toEqual(ids.map((id) => [id, 1]));
  });
  it('refuses a victim of another shape', async () => {
    await expectRejection(runAttack(basic({ victim: binaryModel([1, 1, 1], 0) })), {
      code: 'E_SHAPE',
      message:
        'fgsm-l2: expected model and victim alike in pixels and classes, got 2 and 3 pixels, 2 and 2 classes',
    });
  });
});

describe('runAttack: its caller', () => {
  it('hears of every batch', async () => {
    const heard: unknown[] = [];
    await runAttack(basic({ batchSize: 1, onProgress: (progress) => heard.push(progress) }));
    expect(heard).toEqual([
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ]);
  });
  it('can end it, between any two steps', async () => {
    const controller = new AbortController();
    const model = linear();
    const vjp = model.vjp.bind(model);
    const attack = pgdL2({ l2Bound: 1 });
    const run = runAttack(
      basic({
        attack,
        model: {
          ...model,
          vjp: (...call) => (controller.abort(new Error('enough')), vjp(...call)),
        },
        signal: controller.signal,
      }),
    );
    await expect(run).rejects.toThrow('enough');
    expect(model.draws).toHaveLength(2);
  });
  it('finds in the last snapshot nothing of a round that was cut short', async () => {
    // Every second call of the model fails: rounds of two calls never end.
    const model = linear();
    const machine: AttackMachine<AttackableModel, { rounds: number }, Float32Array> = {
      begin: () => ({ rounds: 0 }),
      isDone: (_, { rounds }) => rounds === 2,
      step: async ({ model: asked, images, ids, key }, state) => {
        for (const call of [0, 1]) {
          await asked.logits(images, { key, index: 2 * state.rounds + call, imageIds: ids });
        }
        state.rounds += 1;
      },
      result: ({ images }) => images,
    };
    const { settings, ball } = proposing(0.5);
    const twice: FixedBudgetAttack = { kind: 'fixed-budget', settings, ball, needs: 'logits', machine };
    const failing = (index: number): AttackableModel => ({
      ...model,
      logits: async (images, draw) => {
        if (draw.index === index) throw new Error('lost');
        return model.logits(images, draw);
      },
    });
    const seen: AttackSnapshot[] = [];
    const onSnapshot = (snapshot: AttackSnapshot): void => void seen.push(structuredClone(snapshot));
    await expect(runAttack(basic({ attack: twice, model: failing(3), onSnapshot }))).rejects.toThrow('lost');
    const last = seen.at(-1);
    expect(last?.tallies.map(({ queries }) => queries)).toEqual([2, 2]);
    const whole = await runAttack(basic({ attack: twice }));
    expect(await runAttack(basic({ attack: twice, ...(last === undefined ? {} : { from: last }) }))).toEqual(
      whole,
    );
    expect(whole.perImage.map(({ tally }) => tally.queries)).toEqual([4, 4]);
  });
  it('is shown snapshots of plain data: clean images judged, every round, every batch, the verification', async () => {
    const seen: string[] = [];
    const onSnapshot = (snapshot: AttackSnapshot): void => {
      expect(plainDataFromBytes(plainDataToBytes(snapshot))).toEqual(snapshot);
      seen.push(`${snapshot.attacked} ${snapshot.machine === null ? 'between' : 'within'}`);
    };
    await runAttack(basic({ attack: pgdL2({ l2Bound: 0.1, steps: 1 }), batchSize: 1, onSnapshot }));
    expect(seen).toEqual([
      '0 between',
      '0 within',
      '0 within',
      '1 between',
      '1 within',
      '1 within',
      '2 between',
      '2 between',
    ]);
  });
});
