import { describe, expect, it } from '@jest/globals';
import { BoSearchError } from '../../src/errors.js';
import { createMemoryStorage } from '../../src/storage/index.js';
import type { StudyEvent } from '../../src/study/index.js';
import type { BlockObjective, Objective, OutcomeBlock, Storage, TrialView } from '../../src/trial/index.js';
import { rejected } from '../objective/thrown.js';
import { historyPolicy } from './history-policy.js';
import { openStudy, reopen } from './open.js';

const sum = ({ alphas }: TrialView): number => alphas[0] + alphas[1];
const block = (number: number, bits = '10'): OutcomeBlock => ({
  sample: 's',
  block: number,
  outcomes: { clean: bits, robust: bits },
});

/** Yields so many blocks, counting those that were asked for. */
function blocks(count: number, asked: number[] = []): BlockObjective {
  return {
    async *evaluate(trial) {
      for (let i = 0; i < count; i++) {
        asked.push(trial.number);
        yield block(i);
      }
    },
  };
}

const tick = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('study.optimize(objective, options)', () => {
  it('evaluates until the study holds that many ended trials, those of earlier sessions included', async () => {
    const storage = createMemoryStorage();
    const first = await openStudy({}, storage);
    expect(await first.optimize(sum, { evaluations: 5 })).toEqual({
      kind: 'stopped',
      reason: 'evaluations',
      evaluations: 5,
      message: 'the study holds 5 ended trials',
      advice: 'take recommend(), or go on with more evaluations',
    });
    const second = await reopen(storage.read());
    await second.optimize(sum, { evaluations: 5 });
    expect(second.trials).toHaveLength(5);
    await second.optimize(sum, { evaluations: 8 });
    expect(second.trials.map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'complete'));
    expect(second.trials[7].outcome).toEqual({ value: sum(second.trials[7]) });
  });

  it('takes numbers, outcomes, and promises of both', async () => {
    const objective: Objective = async ({ number }) =>
      number === 0 ? 1 : number === 1 ? { successes: 1, trials: 2 } : { failed: 'no' };
    const study = await openStudy();
    await study.optimize(objective, { evaluations: 3 });
    expect(study.trials.map(({ outcome }) => outcome)).toEqual([
      { value: 1 },
      { successes: 1, trials: 2 },
      { failed: 'no' },
    ]);
  });

  it('reports blocks as they come and tells what they add up to', async () => {
    const study = await openStudy();
    const events: string[] = [];
    await study.optimize(blocks(2), { evaluations: 2, onEvent: ({ kind }) => events.push(kind) });
    expect(events).toEqual([
      ...['asked', 'reported', 'reported', 'told'],
      ...['asked', 'reported', 'reported', 'told'],
      'stopped',
    ]);
    expect(study.trials[1].outcome).toMatchObject({ sample: 's', images: 4, mean: 0.5 });
  });

  it('leaves an objective off after a stop, and keeps what was seen', async () => {
    const policy = historyPolicy({ decide: (_, number) => (number === 1 ? 'stop' : 'continue') });
    const study = await openStudy({ policy });
    const asked: number[] = [];
    await study.optimize(blocks(3, asked), { evaluations: 3 });
    expect(asked).toEqual([0, 0, 0, 1, 2, 2, 2]);
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'stopped', 'complete']);
  });

  it('keeps so many evaluations under way, and never more than it needs', async () => {
    const study = await openStudy();
    let now = 0;
    let most = 0;
    const objective: Objective = async (trial) => {
      most = Math.max(most, ++now);
      for (let i = 0; i < 1 + (trial.number % 3); i++) await tick();
      now--;
      return sum(trial);
    };
    await study.optimize(objective, { evaluations: 10, concurrency: 3 });
    expect(most).toBe(3);
    expect(study.trials).toHaveLength(10);
    expect(study.trials.every(({ state }) => state === 'complete')).toBe(true);
  });

  it('is the same in one go as in many', async () => {
    const whole = await openStudy();
    await whole.optimize(blocks(2), { evaluations: 9 });
    let records = createMemoryStorage().read();
    for (const evaluations of [2, 5, 5, 9]) {
      const storage = createMemoryStorage(records);
      await (await openStudy({}, storage)).optimize(blocks(2), { evaluations });
      records = storage.read();
    }
    const parts = await reopen(records);
    expect(parts.trials.map(({ unit, memo, outcome }) => ({ unit, memo, outcome }))).toEqual(
      whole.trials.map(({ unit, memo, outcome }) => ({ unit, memo, outcome })),
    );
  });

  it.each([
    [{ evaluations: 0 }, 'optimize evaluations: expected an integer of at least 1, got 0'],
    [{ evaluations: 1.5 }, 'optimize evaluations: expected an integer of at least 1, got 1.5'],
    [{ evaluations: 1, concurrency: 0 }, 'optimize concurrency: expected an integer of at least 1, got 0'],
    [
      { evaluations: 1, maxConsecutiveFailures: NaN },
      'optimize maxConsecutiveFailures: expected an integer of at least 1, got NaN',
    ],
  ])('refuses %j', async (options, message) => {
    expect(await rejected((await openStudy()).optimize(sum, options))).toEqual(['E_ARGUMENT', message]);
  });
});

describe('a failing objective', () => {
  it('fails its trial with the reason, and the search goes on', async () => {
    const thrown: readonly unknown[] = [
      new Error('out of memory'),
      'a string',
      new RangeError(''),
      new BoSearchError('E_MODEL', 'model: expected 4 latents, got 3'),
    ];
    const objective: Objective = ({ number }) => {
      if (number < thrown.length) throw thrown[number] as Error;
      return number === 4 ? NaN : (undefined as never);
    };
    const study = await openStudy();
    await study.optimize(objective, { evaluations: 6 });
    expect(study.trials.map(({ outcome }) => outcome)).toEqual([
      { failed: 'out of memory' },
      { failed: 'a string' },
      { failed: 'RangeError' },
      { failed: 'model: expected 4 latents, got 3' },
      { failed: 'value is NaN' },
      { failed: 'the objective returned nothing' },
    ]);
  });

  it('fails its trial for outcomes and blocks that the study cannot take', async () => {
    const atOnce = await openStudy();
    await atOnce.optimize(() => ({ successes: 2, trials: 1 }), { evaluations: 1 });
    expect(atOnce.trials[0].outcome).toEqual({
      failed: 'tell(trial 0).successes: expected an integer from 0 to trials = 1, got 2',
    });
    const inBlocks = await openStudy();
    let closed = 0;
    const bad: BlockObjective = {
      async *evaluate({ number }) {
        try {
          yield block(0);
          if (number === 0) yield { ...block(1), sample: 'other' };
          if (number === 1) throw new Error('gone');
          if (number === 2) yield block(0, '11');
        } finally {
          closed++;
        }
      },
    };
    await inBlocks.optimize(bad, { evaluations: 4 });
    expect(inBlocks.trials.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed', 'complete']);
    expect(inBlocks.trials[1].outcome).toEqual({ failed: 'gone' });
    expect(closed).toBe(4);
    const none = await openStudy();
    await none.optimize(blocks(0), { evaluations: 1 });
    expect(none.trials[0].outcome).toEqual({ failed: 'the objective reported no block' });
  });

  it('ends the loop with advice after so many failures in a row, counted afresh each time', async () => {
    const study = await openStudy();
    const objective: Objective = ({ number }) => {
      if (number === 1) return 1;
      throw new Error(`no ${number}`);
    };
    const stopped = {
      kind: 'stopped',
      reason: 'failures',
      advice: 'mend the objective, try it on one point, then go on: the study is as good as before',
    };
    expect(await study.optimize(objective, { evaluations: 100, maxConsecutiveFailures: 3 })).toEqual({
      ...stopped,
      evaluations: 5,
      message: '3 evaluations in a row failed, the last with: no 4',
    });
    expect(await study.optimize(objective, { evaluations: 100 })).toMatchObject({
      ...stopped,
      evaluations: 15,
    });
  });
});

describe('a signal', () => {
  it('ends the loop; trials whose objective gave up are handed out again, here or in a later session', async () => {
    const storage = createMemoryStorage();
    const study = await openStudy({}, storage);
    const controller = new AbortController();
    const objective: Objective = async (trial, { signal }) => {
      if (trial.number === 2) controller.abort(new Error('Ctrl-C'));
      await tick();
      signal.throwIfAborted();
      return sum(trial);
    };
    const events: StudyEvent[] = [];
    const result = await study.optimize(objective, {
      evaluations: 9,
      signal: controller.signal,
      onEvent: (event) => events.push(event),
    });
    expect(result).toEqual({
      kind: 'stopped',
      reason: 'aborted',
      evaluations: 2,
      message: 'ended by its signal after 2 of 9 evaluations',
      advice: 'open the study again to go on; trials that were running are handed out first',
    });
    expect(events.at(-1)).toEqual(result);
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'running']);
    const later = await reopen(storage.read());
    await later.optimize(sum, { evaluations: 4 });
    await study.optimize(sum, { evaluations: 4 });
    for (const { trials } of [study, later]) {
      expect(trials.map(({ number, state }) => [number, state])).toEqual(
        [0, 1, 2, 3].map((number) => [number, 'complete']),
      );
    }
    expect(later.trials.map(({ unit }) => unit)).toEqual(study.trials.map(({ unit }) => unit));
  });

  it('keeps what an objective that did not give up has found, whole or in blocks', async () => {
    for (const objective of [sum, blocks(1)]) {
      const controller = new AbortController();
      const study = await openStudy();
      const onEvent = ({ kind }: StudyEvent): void => {
        if (kind === 'asked') controller.abort();
      };
      await study.optimize(objective, { evaluations: 3, signal: controller.signal, onEvent });
      expect(study.trials).toHaveLength(1);
      if (objective === sum) expect(study.trials[0].state).toBe('complete');
      else expect(study.trials[0]).toMatchObject({ state: 'running', reported: [block(0)] });
    }
  });

  it('that came before starts nothing', async () => {
    const study = await openStudy();
    const result = await study.optimize(sum, { evaluations: 3, signal: AbortSignal.abort() });
    expect([result.reason, study.trials]).toEqual(['aborted', []]);
  });
});

describe('a session that died in the middle', () => {
  it('between stop and tell has its trial told at once', async () => {
    const policy = historyPolicy({ decide: () => 'stop' });
    const storage = createMemoryStorage();
    const study = await openStudy({ policy }, storage);
    await study.report(await study.ask(), block(0));
    const asked: number[] = [];
    const later = await reopen(storage.read(), { policy });
    await later.optimize(blocks(2, asked), { evaluations: 1 });
    expect(asked).toEqual([]);
    expect(later.trials[0]).toMatchObject({ state: 'stopped', outcome: { images: 2 } });
  });

  it('between two blocks has its trial evaluated again, from the start or from where it was', async () => {
    const storage = createMemoryStorage();
    const study = await openStudy({}, storage);
    await study.report(await study.ask(), block(0));
    const skipping: BlockObjective = {
      async *evaluate({ reported = [] }) {
        for (let i = reported.length; i < 3; i++) yield block(i);
      },
    };
    for (const objective of [blocks(3), skipping]) {
      const later = await reopen(storage.read());
      await later.optimize(objective, { evaluations: 1 });
      expect(later.trials[0]).toMatchObject({ state: 'complete', outcome: { images: 6 } });
    }
  });
});

describe('a storage that fails in the loop', () => {
  it('ends it with the error; nothing is lost, and trials under way are left running', async () => {
    const kept = createMemoryStorage();
    let left = Infinity;
    const storage: Storage = {
      ...kept,
      append: async (record) => {
        if (left-- <= 0) throw new BoSearchError('E_STORAGE', 'a: expected to keep a record, got ENOSPC');
        await kept.append(record);
      },
    };
    const study = await openStudy({}, storage);
    left = 7;
    const objective: Objective = async (trial) => {
      await tick();
      return sum(trial);
    };
    expect(await rejected(study.optimize(objective, { evaluations: 50, concurrency: 3 }))).toEqual([
      'E_STORAGE',
      'a: expected to keep a record, got ENOSPC',
    ]);
    expect(kept.read()).toHaveLength(2 + 7);
    left = Infinity;
    const later = await reopen(kept.read());
    await later.optimize(sum, { evaluations: 6 });
    expect(later.trials.every(({ state }) => state === 'complete')).toBe(true);
  });
});
