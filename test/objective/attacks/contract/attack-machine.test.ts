import { describe, expect, it } from '@jest/globals';
import type { AttackBatch } from '../../../../src/objective/attacks/contract/attack-batch.js';
import { type AttackMachine, runMachine } from '../../../../src/objective/attacks/contract/attack-machine.js';
import type { AttackableModel } from '../../../../src/objective/attacks/model/attackable-model.js';
import { binaryModel } from '../models.js';

/** Counts to three; its result is the count. */
const counting: AttackMachine<AttackableModel, { count: number }, number> = {
  begin: () => ({ count: 0 }),
  isDone: (_, { count }) => count >= 3,
  step: async (_, state) => {
    state.count += 1;
  },
  result: (_, { count }) => count,
};

const batch = (signal?: AbortSignal): AttackBatch => ({
  model: binaryModel([1], 0),
  images: Float32Array.of(0.5),
  labels: Int32Array.of(0),
  ids: ['a'],
  key: 'k',
  seed: 1,
  ...(signal === undefined ? {} : { signal }),
});

describe('runMachine(machine, batch, state)', () => {
  it('takes rounds until the machine is done', async () => {
    expect(await runMachine(counting, batch())).toBe(3);
  });
  it('goes on from a state', async () => {
    const state = { count: 2 };
    expect(await runMachine(counting, batch(), state)).toBe(3);
    expect(state.count).toBe(3);
  });
  it('takes no round of a state that is done', async () => {
    expect(await runMachine(counting, batch(), { count: 7 })).toBe(7);
  });
  it('ends between two rounds when its signal is aborted, with the reason', async () => {
    const controller = new AbortController();
    const state = { count: 0 };
    const aborting: typeof counting = {
      ...counting,
      step: async (_, own) => {
        own.count += 1;
        controller.abort(new Error('enough'));
      },
    };
    await expect(runMachine(aborting, batch(controller.signal), state)).rejects.toThrow('enough');
    expect(state.count).toBe(1);
  });
  it('has a result although the signal is aborted where no round is left', async () => {
    const aborted = AbortSignal.abort(new Error('enough'));
    expect(await runMachine(counting, batch(aborted), { count: 3 })).toBe(3);
  });
});
