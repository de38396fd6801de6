import { describe, expect, it } from '@jest/globals';
import { alphaSpace } from '../../src/space/index.js';
import { createMemoryStorage } from '../../src/storage/index.js';
import type { OptimizeOptions } from '../../src/study/index.js';
import { verifyReplay } from '../../src/study/verify-replay.js';
import type { BlockObjective, JournalRecord } from '../../src/trial/index.js';
import { rejected } from '../objective/thrown.js';
import { openStudy, reopen } from './open.js';
import { racedBlock, racedObjective, racingPolicy } from './racing-policy.js';

const open = (storage = createMemoryStorage()) => openStudy({ policy: racingPolicy() }, storage);

/** Records without who wrote them. */
const told = (records: readonly JournalRecord[]): unknown[] =>
  records
    .filter(({ kind }) => kind !== 'session' && kind !== 'handover')
    .map((record) => ('owner' in record ? { ...record, owner: '' } : record));

describe('the plan of a trial', () => {
  it('comes from the policy for every new trial: enqueued, seed, or its own', async () => {
    const storage = createMemoryStorage();
    const study = await openStudy({ policy: racingPolicy(), space: alphaSpace(2) }, storage);
    await study.enqueue([[0.1, 0.2]]);
    const [enqueued, seed] = await study.ask(2);
    expect([enqueued.origin.by, seed.origin.by]).toEqual(['enqueued', 'seed']);
    expect([enqueued.blocks, seed.blocks]).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(storage.read().flatMap((record) => (record.kind === 'ask' ? [record.blocks] : []))).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('is what an enqueued point came with, in that order', async () => {
    const study = await open();
    const points = [
      [0.1, 0.2],
      [0.3, 0.4],
    ];
    await study.enqueue(points, undefined, { blocks: [[5, 4], null] });
    expect((await study.ask(2)).map(({ blocks }) => blocks)).toEqual([
      [5, 4],
      [1, 2],
    ]);
  });

  it('is what a suggestion came with: a known point again, on blocks it has not seen', async () => {
    const study = await openStudy({ policy: racingPolicy({ decide: () => 'continue' }) });
    await study.optimize(racedObjective, { evaluations: 5 });
    const { origin, unit, blocks } = study.trials[4];
    expect(origin.by).toBe('promote');
    expect(unit).toEqual(study.trials[3].unit);
    expect([study.trials[3].blocks, blocks]).toEqual([
      [3, 0],
      [1, 2],
    ]);
  });

  it('is absent where the policy does not race: nothing changes in the journal', async () => {
    const storage = createMemoryStorage();
    const study = await openStudy({}, storage);
    await study.enqueue([[0.1, 0.2]]);
    await study.optimize(racedObjective, { evaluations: 2 });
    for (const record of storage.read()) expect(record).not.toHaveProperty('blocks');
    expect(study.trials.every((trial) => !('blocks' in trial))).toBe(true);
  });

  it('refuses any other block, naming both', async () => {
    const study = await open();
    const trial = await study.ask();
    expect(await rejected(study.report(trial, racedBlock(trial, 3)))).toEqual([
      'E_OUTCOME',
      'report(trial 0).block: expected one of the planned blocks 0, 1, got 3',
    ]);
    expect(study.trials[0]).toEqual(trial);
  });

  it('refuses an outcome that is not of its blocks', async () => {
    const study = await open();
    const trial = await study.ask();
    expect(await rejected(study.tell(trial, { value: 1 }))).toEqual([
      'E_OUTCOME',
      'tell(trial 0): expected a report of its planned blocks 0, 1, got { value }',
    ]);
    expect((await study.tell(trial, { failed: 'broken' })).state).toBe('failed');
  });

  it('fails the trial whose objective judges another block', async () => {
    const wrong: BlockObjective = {
      async *evaluate(trial) {
        yield await Promise.resolve(racedBlock(trial, 3));
      },
    };
    const study = await open();
    await study.optimize(wrong, { evaluations: 1 });
    expect(study.trials[0].outcome).toEqual({
      failed: 'report(trial 0).block: expected one of the planned blocks 0, 1, got 3',
    });
  });

  it('decides between complete and stopped: all of it, or a part', async () => {
    const study = await openStudy({ policy: racingPolicy({ decide: () => 'continue' }) });
    const [all, part] = await study.ask(2);
    for (const block of [1, 0]) await study.report(all, racedBlock(all, block));
    await study.report(part, racedBlock(part, 2));
    expect((await study.tell(all)).state).toBe('complete');
    expect((await study.tell(part)).state).toBe('stopped');
  });

  it.each([
    [[[0]], 'enqueue blocks: expected 2 plans or nulls, got 1'],
    [7, 'enqueue blocks: expected 2 plans or nulls, got 7'],
    [[null, []], 'enqueue blocks[1]: expected a list of different block positions from 0, got []'],
    [[[0, 0], null], 'enqueue blocks[0]: expected a list of different block positions from 0, got [0,0]'],
    [[[-1], null], 'enqueue blocks[0]: expected a list of different block positions from 0, got [-1]'],
    [[[0.5], null], 'enqueue blocks[0]: expected a list of different block positions from 0, got [0.5]'],
    [['0', null], 'enqueue blocks[0]: expected a list of different block positions from 0, got "0"'],
  ])('of an enqueued point cannot be %j', async (blocks, message) => {
    const study = await open();
    const points = [
      [0, 0],
      [1, 1],
    ];
    expect(await rejected(study.enqueue(points, undefined, { blocks: blocks as never }))).toEqual([
      'E_ARGUMENT',
      message,
    ]);
    expect(await rejected(study.enqueue(points, undefined, { block: [] } as never))).toEqual([
      'E_CONFIG',
      'enqueue: expected only blocks, got "block"',
    ]);
  });

  it('of a policy must be one', async () => {
    const study = await openStudy({ policy: racingPolicy({ blocksFor: () => [1, 1] }) });
    expect(await rejected(study.ask())).toEqual([
      'E_ARGUMENT',
      'policy racing blocks: expected a list of different block positions from 0, got [1,1]',
    ]);
    expect(study.trials).toHaveLength(0);
  });
});

describe('study.imagesJudged', () => {
  it('counts clean and attacked images of every block once, and a block that came twice once', async () => {
    const study = await open();
    const trial = await study.ask();
    await study.report(trial, racedBlock(trial, 0));
    await study.report(trial, racedBlock(trial, 0));
    expect(study.imagesJudged).toBe(4);
    await study.fail(trial, 'broken');
    const next = await study.ask();
    await study.report(next, racedBlock(next, 1));
    expect(study.imagesJudged).toBe(8);
  });

  it('is the same after the study was opened again', async () => {
    const storage = createMemoryStorage();
    const study = await open(storage);
    await study.optimize(racedObjective, { evaluations: 7 });
    const again = await reopen(storage.read(), { policy: racingPolicy() });
    expect(again.imagesJudged).toBe(study.imagesJudged);
    expect(study.imagesJudged).toBeGreaterThan(0);
  });
});

describe('study.optimize(objective, { images })', () => {
  const optimize = async (options: Partial<OptimizeOptions>, policy = racingPolicy()) => {
    const study = await openStudy({ policy });
    const result = await study.optimize(racedObjective, { evaluations: 1000, ...options });
    return { study, result };
  };

  it('stops there, within a plan, and says so', async () => {
    const { study, result } = await optimize({ images: 50 }, racingPolicy({ decide: () => 'continue' }));
    expect(result).toEqual({
      kind: 'stopped',
      reason: 'images',
      evaluations: 7,
      message: '52 image judgements are made, 50 were wanted',
      advice: 'take recommend(), or go on with more images',
    });
    expect(study.trials.at(-1)).toMatchObject({ state: 'stopped', outcome: { images: 2 } });
  });

  it('goes beyond by less than a block for each trial under way', async () => {
    for (const concurrency of [1, 3, 8]) {
      for (const images of [1, 4, 17, 40]) {
        const { study, result } = await optimize({ images, concurrency });
        expect(result.reason).toBe('images');
        expect(study.imagesJudged).toBeGreaterThanOrEqual(images);
        expect(study.imagesJudged).toBeLessThan(images + 4 * concurrency);
        expect(study.trials.every(({ state }) => state !== 'running')).toBe(true);
      }
    }
  });

  it('judges a trial without a plan to its end', async () => {
    const study = await openStudy();
    await study.optimize(racedObjective, { evaluations: 9, images: 5 });
    expect(study.trials.map(({ state, reported }) => [state, reported.length])).toEqual([['complete', 4]]);
  });

  it('does nothing where as many were judged before, and goes on with more', async () => {
    const { study } = await optimize({ images: 20 });
    const trials = study.trials.length;
    await study.optimize(racedObjective, { evaluations: 1000, images: 20 });
    expect(study.trials).toHaveLength(trials);
    await study.optimize(racedObjective, { evaluations: 1000, images: 24 });
    expect(study.trials.length).toBeGreaterThan(trials);
  });

  it('begins no trial beside one that was broken off where as many were judged', async () => {
    for (const concurrency of [1, 4, 8]) {
      const storage = createMemoryStorage();
      const study = await open(storage);
      for (const trial of await study.ask(2))
        await study.report(trial, racedBlock(trial, trial.blocks?.[0] ?? 0));
      const images = study.imagesJudged;
      const later = await reopen(storage.read(), { policy: racingPolicy() });
      const { reason } = await later.optimize(racedObjective, { evaluations: 1000, images, concurrency });
      expect(reason).toBe('images');
      expect(later.imagesJudged).toBe(images);
      expect(later.trials.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    }
  });

  it.each([0, -1, 1.5, NaN])('refuses %p', async (images) => {
    const study = await open();
    expect(await rejected(study.optimize(racedObjective, { evaluations: 1, images }))).toEqual([
      'E_ARGUMENT',
      `optimize images: expected an integer of at least 1, got ${images}`,
    ]);
  });

  it('ends the same, to the bit, when it was killed after any record', async () => {
    const options = { evaluations: 1000, images: 60 };
    const whole = createMemoryStorage();
    await (await open(whole)).optimize(racedObjective, options);
    const records = whole.read();
    for (let kept = 2; kept < records.length; kept++) {
      const storage = createMemoryStorage(records.slice(0, kept));
      await (await open(storage)).optimize(racedObjective, options);
      expect(told(storage.read())).toEqual(told(records));
    }
  });
});

describe('study.finalists(count)', () => {
  it('asks the policy, and shows the points', async () => {
    const study = await open();
    await study.optimize(racedObjective, { evaluations: 12 });
    const finalists = study.finalists(2);
    expect(finalists).toHaveLength(2);
    for (const { trial, alphas, params } of finalists) {
      expect(alphas).toEqual(study.trials[trial].alphas);
      expect(params).toEqual(study.trials[trial].params);
    }
  });

  it('ranks points by all images that each was judged on, where the policy has no ranking', async () => {
    const study = await openStudy();
    const all = (bits: string, block = 0) => ({
      sample: 's',
      block,
      outcomes: { clean: bits, robust: bits },
    });
    await study.enqueue(
      [
        [0, 0],
        [1, 1],
        [0, 0],
        [0.5, 0.5],
      ],
      undefined,
      { blocks: [[0], [0], [1, 2], [0]] },
    );
    const [a, b, again, c] = await study.ask(4);
    await study.report(a, all('11'));
    await study.report(b, all('10'));
    for (const block of [1, 2]) await study.report(again, all('00', block));
    for (const trial of [a, b, again]) await study.tell(trial);
    await study.fail(c, 'broken');
    expect(study.finalists(5).map(({ trial, mean }) => [trial, mean])).toEqual([
      [1, 0.5],
      [2, 1 / 3],
    ]);
    expect(study.finalists(1)).toHaveLength(1);
  });

  it.each([0, 1.5, NaN])('refuses a count of %p', async (count) => {
    const study = await open();
    expect(() => study.finalists(count)).toThrow(`finalists: expected a count of at least 1, got ${count}`);
  });
});

describe('study.recommend() of trials on parts of a sample', () => {
  it('takes only points with the most images behind them for the best observed, and says how many', async () => {
    const study = await openStudy({ policy: 'random' });
    await study.enqueue(
      [
        [0, 0],
        [1, 1],
      ],
      undefined,
      { blocks: [[0], [0, 1]] },
    );
    const [lucky, sound] = await study.ask(2);
    const all = (bits: string, block = 0) => ({
      sample: 's',
      block,
      outcomes: { clean: bits, robust: bits },
    });
    await study.report(lucky, all('11'));
    await study.report(sound, all('10'));
    await study.report(sound, all('11', 1));
    for (const trial of [lucky, sound]) await study.tell(trial);
    const { trial, mean, observed } = study.recommend();
    expect([trial, mean]).toEqual([1, 0.75]);
    expect(observed).toMatchObject({ trial: 1, value: 0.75, images: 4 });
  });
});

describe('verifyReplay(records) of a race', () => {
  it('makes plans and decisions again, and names a plan that differs', async () => {
    const storage = createMemoryStorage();
    await (await open(storage)).optimize(racedObjective, { evaluations: 12 });
    const records = storage.read();
    const proof = verifyReplay(records, 'memory', () => racingPolicy());
    expect(proof.difference).toBeUndefined();
    expect(proof.decisions).toBeGreaterThan(12);
    const other = racingPolicy({ blocksFor: () => [0, 2] });
    expect(verifyReplay(records, 'memory', () => other).difference).toEqual({
      trial: 0,
      line: 3,
      part: 'blocks[1]',
      journal: 1,
      replayed: 2,
    });
  });
});
