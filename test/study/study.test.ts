import { describe, expect, it } from '@jest/globals';
import { alphaSpace, createSpace, integer, real } from '../../src/space/index.js';
import { createMemoryStorage } from '../../src/storage/index.js';
import { type StudyEvent, verifyStudy } from '../../src/study/index.js';
import type { Outcome, OutcomeBlock, Storage } from '../../src/trial/index.js';
import { NotPositiveDefiniteError } from '../../src/errors.js';
import { rejected, thrown } from '../objective/thrown.js';
import { historyPolicy } from './history-policy.js';
import { composition, openStudy, reopen } from './open.js';

const block = (number: number, clean: string, robust = clean, sample = 's'): OutcomeBlock => ({
  sample,
  block: number,
  outcomes: { clean, robust },
});

describe('study.ask()', () => {
  it('numbers trials from 0 and gives points in the space, in order and by name', async () => {
    const study = await openStudy({ space: createSpace({ x: real(-3, 5), k: integer(2, 6) }) });
    for (const number of [0, 1, 2]) {
      const trial = await study.ask();
      expect(trial).toMatchObject({ number, state: 'running', origin: { by: 'history' } });
      expect(trial.params).toEqual({ x: trial.alphas[0], k: trial.alphas[1] });
      expect(trial.params['x'] >= -3 && trial.params['x'] <= 5).toBe(true);
      expect([2, 3, 4, 5, 6]).toContain(trial.params['k']);
    }
  });

  it('tries enqueued points first, then the seeds of the space, then what the policy suggests', async () => {
    const study = await openStudy({ space: alphaSpace(4) });
    await study.enqueue([[0.1, 0.2, 0.3, 0.4], { alpha_0: 1, alpha_1: 1, alpha_2: 0, alpha_3: 0 }]);
    await study.enqueue([[0, 0.5, 0, 0.5]], ['mine']);
    const trials = await study.ask(12);
    expect(
      trials.map(({ origin }) => (origin.label === undefined ? origin.by : `${origin.by} ${origin.label}`)),
    ).toEqual([
      'enqueued user',
      'enqueued user',
      'enqueued mine',
      'seed linear',
      'seed cosine',
      'seed constant 0.5',
      'seed constant 0',
      'seed step 1',
      'seed step 2',
      'seed step 3',
      'history',
      'history',
    ]);
    expect(trials[0].alphas).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(trials[1].alphas).toEqual([1, 1, 0, 0]);
  });

  it('does not try a seed again that was enqueued under another name', async () => {
    const study = await openStudy({ space: alphaSpace(2) });
    await study.enqueue([[0.5, 1]]);
    const labels = (await study.ask(5)).map(({ origin }) => origin.label);
    expect(labels.filter((label) => label === 'linear')).toEqual([]);
  });

  it('gives enqueued points as they were written, where the unit cube would round them', async () => {
    const space = createSpace({ x: real(-1000, 1000), rate: real(1e-5, 1, { log: true }) });
    const study = await openStudy({ space });
    await study.enqueue([[1e-20, 0.007]]);
    expect((await study.ask()).params).toEqual({ x: 1e-20, rate: 0.007 });
  });

  it('asks for several at once, each with those before it pending', async () => {
    const [one, many] = [await openStudy(), await openStudy()];
    const apart = [await one.ask(), await one.ask(), await one.ask()];
    const together = await many.ask(3);
    expect(together.map(({ unit }) => unit)).toEqual(apart.map(({ unit }) => unit));
    expect(new Set(together.map(({ unit }) => unit.join())).size).toBe(3);
    expect(await rejected(many.ask(0))).toEqual(['E_ARGUMENT', 'ask: expected a count of at least 1, got 0']);
  });

  it('degrades to a random point when numerics fail, says so, and finds the same point again', async () => {
    const faults = [
      () => {
        throw new NotPositiveDefiniteError('cholesky: pivot 3', { pivot: 3, relativeJitter: 1e-4 });
      },
      () => ({ unit: [NaN, 0], by: 'bayes', notes: [] }),
      () => ({ unit: [0.5], by: 'bayes', notes: [] }),
      () => ({ unit: [0.5, 1.5], by: 'bayes', notes: [] }),
    ];
    const reasons = [
      'failed: cholesky: pivot 3',
      'gave coordinate 0 = NaN',
      'gave 1 coordinates instead of 2',
      'gave coordinate 1 = 1.5',
    ];
    for (const [i, suggest] of faults.entries()) {
      const events: StudyEvent[] = [];
      const policy = historyPolicy({ suggest });
      const study = await openStudy({ policy, onEvent: (event) => events.push(event) });
      const trial = await study.ask();
      expect(trial.origin).toEqual({ by: 'random' });
      expect(events[0]).toEqual({
        kind: 'degraded',
        trial: 0,
        note: { kind: 'random-fallback', message: `trial 0 is a random point: policy history ${reasons[i]}` },
      });
      expect((await (await openStudy({ policy })).ask()).unit).toEqual(trial.unit);
    }
  });

  it('lets a bug of the policy out, and has changed nothing', async () => {
    const policy = historyPolicy({
      suggest: () => {
        throw new TypeError('a bug');
      },
    });
    const study = await openStudy({ policy });
    await expect(study.ask()).rejects.toThrow(new TypeError('a bug'));
    expect(study.trials).toEqual([]);
  });
});

describe('study.tell(trial, outcome)', () => {
  it('ends a trial, by itself or by its number', async () => {
    const study = await openStudy();
    const [a, b] = await study.ask(2);
    expect(await study.tell(a, { successes: 431, trials: 512 })).toMatchObject({
      number: 0,
      state: 'complete',
      outcome: { successes: 431, trials: 512 },
    });
    expect(await study.tell(b.number, { value: 0.5 })).toMatchObject({ number: 1, state: 'complete' });
    expect(study.endedTrials).toBe(2);
  });

  it('ends it once', async () => {
    const study = await openStudy();
    const trial = await study.ask();
    const both = await Promise.allSettled([study.tell(trial, { value: 1 }), study.tell(trial, { value: 2 })]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await rejected(study.tell(trial, { value: 3 }))).toEqual([
      'E_TRIAL_STATE',
      'tell: expected trial 0 to be running, got complete',
    ]);
    expect(study.trials[0].outcome).toEqual({ value: 1 });
  });

  it('takes NaN for a failure with a reason', async () => {
    const study = await openStudy();
    expect(await study.tell(await study.ask(), { value: NaN })).toMatchObject({
      state: 'failed',
      outcome: { failed: 'value is NaN' },
    });
  });

  it('leaves the trial running when the outcome is not valid', async () => {
    const study = await openStudy();
    const trial = await study.ask();
    expect(await rejected(study.tell(trial, { successes: 5, trials: 4 }))).toEqual([
      'E_OUTCOME',
      'tell(trial 0).successes: expected an integer from 0 to trials = 4, got 5',
    ]);
    expect(study.trials[0].state).toBe('running');
    await study.tell(trial, { successes: 4, trials: 4 });
  });

  it('does not know trials that nobody asked for', async () => {
    const study = await openStudy();
    expect(await rejected(study.tell(0, { value: 1 }))).toEqual([
      'E_TRIAL_STATE',
      'tell: expected a trial that was asked for, got 0 before the first ask',
    ]);
  });
});

describe('study.report(trial, block)', () => {
  it('adds up blocks to the outcome that tell keeps', async () => {
    const study = await openStudy();
    const trial = await study.ask();
    expect(await study.report(trial, block(0, '11', '10'))).toBe('continue');
    expect(await study.report(trial, block(1, '01', '00'))).toBe('continue');
    expect(await study.tell(trial)).toMatchObject({
      state: 'complete',
      outcome: { sample: 's', images: 4, mean: 0.5, clean: 0.75, robust: 0.25 },
    });
  });

  it('keeps a block once, and gives the same answer to its repetition', async () => {
    const storage = createMemoryStorage();
    const study = await openStudy({}, storage);
    const trial = await study.ask();
    await study.report(trial, block(0, '11'));
    const { length } = storage.read();
    expect(await study.report(trial, block(0, '11'))).toBe('continue');
    expect(storage.read()).toHaveLength(length);
  });

  it('asks the policy whether to go on, and stays with its stop', async () => {
    const seen: number[] = [];
    const policy = historyPolicy({
      decide: (context, trial, blocks) => {
        seen.push(context.trials.length, trial, blocks.length);
        return blocks.length === 2 ? 'stop' : 'continue';
      },
    });
    const storage = createMemoryStorage();
    const study = await openStudy({ policy }, storage);
    const trial = await study.ask();
    expect(await study.report(trial, block(0, '00'))).toBe('continue');
    expect(await study.report(trial, block(1, '00'))).toBe('stop');
    expect(await study.report(trial, block(2, '11'))).toBe('stop');
    expect(seen).toEqual([1, 0, 1, 1, 0, 2, 1, 0, 3]);
    expect(await study.tell(trial)).toMatchObject({ state: 'stopped', outcome: { images: 6 } });
    expect(
      storage
        .read()
        .filter((r) => r.kind === 'report')
        .map((r) => r.decision),
    ).toEqual(['continue', 'stop', 'stop']);
  });

  it('holds a block of a sample to one size, over all trials', async () => {
    const study = await openStudy();
    const [a, b] = await study.ask(2);
    await study.report(a, block(0, '1111'));
    expect(await rejected(study.report(b, block(0, '11')))).toEqual([
      'E_OUTCOME',
      'report(trial 1).outcomes: expected 4 images in block 0 of sample "s" as in earlier trials, got 2',
    ]);
    await study.report(b, block(0, '11', '11', 'another'));
  });

  it('refuses blocks of ended trials, and outcomes beside blocks', async () => {
    const study = await openStudy();
    const trial = await study.ask();
    await study.report(trial, block(0, '11'));
    expect(await rejected(study.tell(trial, { value: 1 }))).toEqual([
      'E_OUTCOME',
      'tell(trial 0): expected no outcome beside 1 reported blocks, got { value }',
    ]);
    await study.tell(trial);
    expect(await rejected(study.report(trial, block(1, '11')))).toEqual([
      'E_TRIAL_STATE',
      'report: expected trial 0 to be running, got complete',
    ]);
  });

  it('takes robust bits alone in a study of robust accuracy', async () => {
    const study = await openStudy({ weights: { clean: 0, robust: 1 } });
    const trial = await study.ask();
    await study.report(trial, { sample: 's', block: 0, outcomes: { robust: '1100' } });
    expect(await study.tell(trial)).toMatchObject({ outcome: { mean: 0.5, robust: 0.5 } });
  });
});

describe('a study opened again', () => {
  it('hands out the running trials of the dead session first, same number and point, then goes on', async () => {
    const storage = createMemoryStorage();
    const events: StudyEvent[] = [];
    const first = await openStudy({}, storage);
    const [a, b, c] = await first.ask(3);
    await first.tell(b, { value: 1 });
    const second = await reopen(storage.read(), { onEvent: (event) => events.push(event) });
    const again = await second.ask(2);
    expect(again.map(({ number, unit }) => [number, unit])).toEqual(
      [a, c].map(({ number, unit }) => [number, unit]),
    );
    expect(events.map(({ kind }) => kind)).toEqual(['resumed', 'resumed']);
    expect(events[0]).toMatchObject({ from: storage.token, trial: { number: 0 } });
    expect((await second.ask()).number).toBe(3);
  });

  it('keeps detached trials pending until they are told, failed or expired', async () => {
    const storage = createMemoryStorage();
    const first = await openStudy({}, storage);
    const detached = await first.ask(3, { detached: true });
    const second = await reopen(storage.read());
    expect((await second.ask()).number).toBe(3);
    await second.tell(detached[0], { value: 1 });
    await second.fail(detached[1], 'the queue lost it');
    expect(second.trials.map(({ state }) => state)).toEqual(['complete', 'failed', 'running', 'running']);
    expect((await second.expire()).map(({ number, outcome }) => [number, outcome])).toEqual([
      [2, { failed: 'expired' }],
    ]);
    expect(await rejected(second.expire([3]))).toEqual([
      'E_TRIAL_STATE',
      expect.stringMatching(/^expire: expected trial 3 to be detached, got one of session memory-\d+$/),
    ]);
  });

  it("gives a detached asker the dead session's trial, and remembers who has it", async () => {
    const storage = createMemoryStorage();
    await (await openStudy({}, storage)).ask();
    const second = createMemoryStorage(storage.read());
    const taken = await (await openStudy({}, second)).ask({ detached: true });
    expect(taken).toMatchObject({ number: 0, owner: 'detached' });
    expect((await (await reopen(second.read())).ask()).number).toBe(1);
  });

  it('hands out again what this session let go of', async () => {
    const study = await openStudy();
    const [a] = await study.ask(2);
    await study.release(a);
    expect((await study.ask()).number).toBe(0);
    expect((await study.ask()).number).toBe(2);
  });

  it('shows an objective which blocks are there already', async () => {
    const storage = createMemoryStorage();
    const first = await openStudy({}, storage);
    await first.report(await first.ask(), block(0, '10'));
    const trial = await (await reopen(storage.read())).ask();
    expect(trial.reported).toEqual([block(0, '10')]);
  });

  it('begins a trial anew that changed hands half way and is judged on another sample now', async () => {
    const counts: number[] = [];
    const policy = historyPolicy({
      decide: (_context, _trial, blocks) => {
        counts.push(blocks.length);
        return 'continue';
      },
    });
    const storage = createMemoryStorage();
    const first = await openStudy({ policy }, storage);
    const begun = await first.ask();
    await first.report(begun, block(0, '11'));
    expect((await rejected(first.report(begun, block(0, '10', '10', 'fresh'))))[0]).toBe('E_OUTCOME');

    const second = createMemoryStorage(storage.read());
    const study = await openStudy({ policy }, second);
    const trial = await study.ask();
    expect(trial.reported).toHaveLength(1);
    await study.report(trial, block(0, '10', '10', 'fresh'));
    await study.report(trial, block(1, '00', '00', 'fresh'));
    expect((await rejected(study.report(trial, block(1, '11'))))[1]).toMatch(
      /expected "fresh" as in the trial/,
    );
    expect(await study.tell(trial)).toMatchObject({
      state: 'complete',
      reported: [block(0, '10', '10', 'fresh'), block(1, '00', '00', 'fresh')],
      outcome: { sample: 'fresh', images: 4, mean: 0.25 },
    });
    expect(counts).toEqual([1, 1, 2]);
    expect((await openStudy({ policy }, createMemoryStorage(second.read()))).trials).toEqual(study.trials);
    const proof = verifyStudy({ records: second.read(), place: 'memory' }, policy, {}, composition);
    expect(proof).toMatchObject({ decisions: 3 });
    expect(proof).not.toHaveProperty('difference');
  });

  it('goes on with a trial that changed hands on the same sample', async () => {
    const storage = createMemoryStorage();
    const first = await openStudy({}, storage);
    await first.report(await first.ask(), block(0, '11'));
    const study = await reopen(storage.read());
    const trial = await study.ask();
    await study.report(trial, block(1, '00'));
    expect((await study.tell(trial)).outcome).toMatchObject({ sample: 's', images: 4, mean: 0.5 });
  });

  it('takes what is left out from its journal, and names the first thing that differs', async () => {
    const storage = createMemoryStorage();
    await openStudy({ seed: 3, direction: 'minimize', policy: 'history', about: { model: 'a' } }, storage);
    const records = storage.read();
    expect((await reopen(records)).header).toEqual(records[0]);
    expect(
      (await reopen(records, { seed: 3, policy: { name: 'history', settings: { depth: 1 } } })).header.seed,
    ).toBe(3);
    const message = async (options: Parameters<typeof reopen>[1]) => rejected(reopen(records, options));
    expect(await message({ seed: 4, direction: 'maximize' })).toEqual([
      'E_CONFIG',
      'study seed: expected 3, got 4, as memory was begun',
    ]);
    expect(await message({ direction: 'maximize' })).toEqual([
      'E_CONFIG',
      'study direction: expected "minimize", got "maximize", as memory was begun',
    ]);
    expect(await message({ space: alphaSpace(3, { seeds: false }) })).toEqual([
      'E_CONFIG',
      'study space.latents: expected 2, got 3, as memory was begun',
    ]);
    expect(await message({ policy: 'random' })).toEqual([
      'E_CONFIG',
      'study policy.name: expected "history", got "random", as memory was begun',
    ]);
    expect(await message({ policy: historyPolicy({ settings: { depth: 2 } }) })).toEqual([
      'E_CONFIG',
      'study policy.settings.depth: expected 1, got 2, as memory was begun',
    ]);
    expect(await message({ weights: { clean: 0, robust: 1 } })).toEqual([
      'E_CONFIG',
      'study weights.clean: expected 0.5, got 0, as memory was begun',
    ]);
    expect(await message({ rescore: 0 })).toEqual([
      'E_CONFIG',
      'study rescore: expected 4, got 0, as memory was begun',
    ]);
    expect(await message({ about: { model: 'b' } })).toEqual([
      'E_CONFIG',
      'study about.model: expected "a", got "b", as memory was begun',
    ]);
  });
});

describe('options of a study', () => {
  it.each([
    [{ seed: 0.5 }, 'study seed: expected an integer, got 0.5'],
    [{ direction: 'up' as never }, 'study direction: expected maximize or minimize, got "up"'],
    [{ weights: { clean: 1, robust: 1 } }, 'study weights: expected clean + robust = 1, got 2'],
    [{ rescore: -1 }, 'study rescore: expected an integer from 0, got -1'],
    [{ policy: 'bays' }, 'study policy: expected random, sobol, history or a policy of your own, got "bays"'],
    [{ space: undefined as never }, 'study space: expected a space for a new study, got nothing'],
  ])('are refused: %j', async (options, message) => {
    const storage = createMemoryStorage();
    expect(await rejected(openStudy(options, storage))).toEqual(['E_CONFIG', message]);
    expect(storage.read()).toEqual([]);
  });
});

describe('study.enqueue(points)', () => {
  it('adds all or nothing', async () => {
    const study = await openStudy();
    expect(
      await rejected(
        study.enqueue([
          [0.5, 0.5],
          [0.5, 2],
        ]),
      ),
    ).toEqual(['E_ARGUMENT', 'enqueue points[1][1]: expected a number from 0 to 1, got 2']);
    expect(await rejected(study.enqueue([[0.5, 0.5]], []))).toEqual([
      'E_ARGUMENT',
      'enqueue labels: expected 1 labels in words, got []',
    ]);
    expect((await study.ask()).origin.by).toBe('history');
  });

  it('outlives its session', async () => {
    const storage = createMemoryStorage();
    const first = await openStudy({}, storage);
    await first.enqueue([
      [0.25, 0.75],
      [1, 0],
    ]);
    await first.tell(await first.ask(), { value: 1 });
    const trial = await (await reopen(storage.read())).ask();
    expect([trial.alphas, trial.origin.by]).toEqual([[1, 0], 'enqueued']);
  });
});

describe('study.recommend()', () => {
  const told = async (outcomes: readonly Outcome[], direction: 'maximize' | 'minimize' = 'maximize') => {
    const study = await openStudy({ direction });
    for (const outcome of outcomes) await study.tell(await study.ask(), outcome);
    return study;
  };

  it('shows what the policy holds best, with its interval, beside the best observed', async () => {
    const policy = historyPolicy({ recommend: () => ({ trial: 1, mean: 0.7, interval: [0.6, 0.8] }) });
    const study = await openStudy({ policy });
    for (const successes of [9, 7]) await study.tell(await study.ask(), { successes, trials: 10 });
    const best = study.recommend();
    expect(best).toMatchObject({ trial: 1, mean: 0.7, interval: [0.6, 0.8], alphas: study.trials[1].alphas });
    expect(best.observed).toMatchObject({ trial: 0, value: 0.9, alphas: study.trials[0].alphas });
    expect(best.observed.interval?.every((bound) => bound > 0 && bound < 1)).toBe(true);
  });

  it('follows the direction, and takes the first of equals', async () => {
    const values: Outcome[] = [{ value: 2 }, { value: 1 }, { value: 1 }, { failed: 'x' }];
    expect((await told(values)).recommend()).toMatchObject({ trial: 0, observed: { value: 2 } });
    expect((await told(values, 'minimize')).recommend()).toMatchObject({ trial: 1, observed: { value: 1 } });
    expect((await told(values)).recommend().observed).not.toHaveProperty('interval');
  });

  it('says that there is nothing to recommend', async () => {
    const empty = await told([]);
    expect(thrown(() => empty.recommend())).toEqual([
      'E_TRIAL_STATE',
      'recommend: expected a trial with a value, got no ended trial',
    ]);
    const failed = await told([{ failed: 'x' }, { value: NaN }]);
    expect(thrown(() => failed.recommend())).toEqual([
      'E_TRIAL_STATE',
      'recommend: expected a trial with a value, got 2 without',
    ]);
  });
});

describe('a fresh sample', () => {
  const measured = (sample: string, mean: number): Outcome => ({
    sample,
    images: 100,
    mean,
    variance: 0.001,
  });

  it('has the best points of the old one judged again on it, once each', async () => {
    const study = await openStudy({ rescore: 2 });
    for (const mean of [0.1, 0.5, 0.3, 0.9]) await study.tell(await study.ask(), measured('old', mean));
    await study.tell(await study.ask(), measured('new', 0.2));
    const again = [];
    for (let i = 0; i < 3; i++) {
      const trial = await study.ask();
      again.push(trial);
      await study.tell(trial, measured('new', 0.4));
    }
    expect(again.map(({ origin }) => origin)).toEqual([
      { by: 'rescore', label: 'trial 3 on new' },
      { by: 'rescore', label: 'trial 1 on new' },
      { by: 'history' },
    ]);
    expect(again[0].alphas).toEqual(study.trials[3].alphas);
  });

  it('judges nothing again where every trial has a sample of its own, or where none is wanted', async () => {
    for (const [rescore, name] of [
      [2, (i: number) => `sample ${i}`],
      [0, (i: number) => (i < 8 ? 'old' : 'new')],
    ] as const) {
      const study = await openStudy({ rescore });
      for (let i = 0; i < 12; i++) {
        const trial = await study.ask();
        expect(trial.origin.by).toBe('history');
        await study.tell(trial, measured(name(i), 0.5));
      }
    }
  });
});

describe('study.close()', () => {
  it('waits for the calls before it and refuses those after', async () => {
    const study = await openStudy();
    const asked = study.ask();
    await study.close();
    expect((await asked).number).toBe(0);
    expect(await rejected(study.ask())).toEqual([
      'E_STORAGE',
      'memory: expected an open study, got a closed one',
    ]);
    await study.close();
  });
});

describe('a storage that fails', () => {
  it('leaves the study as it was, and the same trial to be asked for again', async () => {
    const kept = createMemoryStorage();
    let full = false;
    const storage: Storage = {
      ...kept,
      append: async (record) => {
        if (full) throw new Error('full');
        await kept.append(record);
      },
    };
    const study = await openStudy({}, storage);
    full = true;
    await expect(study.ask()).rejects.toThrow('full');
    expect(study.trials).toEqual([]);
    full = false;
    const trial = await study.ask();
    full = true;
    await expect(study.tell(trial, { value: 1 })).rejects.toThrow('full');
    expect(study.trials[0].state).toBe('running');
    full = false;
    await study.tell(trial, { value: 1 });
    expect((await (await openStudy()).ask()).unit).toEqual(trial.unit);
  });

  it('lets go of the trials of a batch that could not be asked for as a whole', async () => {
    const kept = createMemoryStorage();
    let left = Infinity;
    const storage: Storage = {
      ...kept,
      append: async (record) => {
        if (left-- <= 0) throw new Error('full');
        await kept.append(record);
      },
    };
    const study = await openStudy({}, storage);
    left = 2;
    await expect(study.ask(3)).rejects.toThrow('full');
    left = Infinity;
    expect((await study.ask(3)).map(({ number }) => number)).toEqual([0, 1, 2]);
  });
});
