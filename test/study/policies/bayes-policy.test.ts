import { describe, expect, it } from '@jest/globals';
import { createBayesPolicy } from '../../../src/study/policies/bayes/index.js';
import type { BayesOptions } from '../../../src/study/policies/bayes/index.js';
import type { Policy, TrialSnapshot } from '../../../src/study/policies/policy.js';
import type { Outcome } from '../../../src/trial/index.js';
import { context, ended, play, running } from './history.js';

/** Enough for a good search in two dimensions, little enough for a quick test. */
const QUICK: BayesOptions = { candidates: 64, starts: 3 };
const quick = () => createBayesPolicy(QUICK);

const bowl = (unit: readonly number[]): Outcome => ({
  value: -((unit[0] - 0.3) ** 2) - (unit[1] - 0.8) ** 2,
});

function best(trials: readonly TrialSnapshot[]): number {
  return Math.max(
    ...trials.map(({ outcome }) => (outcome !== undefined && 'value' in outcome ? outcome.value : -9)),
  );
}

describe('the bayes policy', () => {
  it('begins with points of a Sobol design, then asks the model, and writes its fits down', () => {
    const trials = play(quick, bowl, 9, context([], { dimension: 2 }));
    expect(trials.map(({ origin }) => origin.by)).toEqual([
      ...new Array<string>(6).fill('initial'),
      'bayes',
      'bayes',
      'bayes',
    ]);
    expect(trials.map(({ memo }) => memo !== undefined)).toEqual([
      ...new Array<boolean>(6).fill(false),
      true,
      true,
      true,
    ]);
  });

  it('counts seeds and enqueued points as part of the initial design, failed trials not', () => {
    const given = [0.1, 0.3, 0.5, 0.7, 0.9].map((u, t) => ended(t, [u, u], bowl([u, u])));
    const failed = ended(5, [0.2, 0.9], { failed: 'no' });
    expect(quick().suggest(context([...given, failed])).by).toBe('initial');
    expect(
      quick().suggest(context([...given, { ...failed, ...ended(5, [0.2, 0.9], bowl([0.2, 0.9])) }])).by,
    ).toBe('bayes');
  });

  describe('with ei, the plain search', () => {
    const plain = () => createBayesPolicy({ ...QUICK, acquisition: 'ei', initial: 5 });
    const points = [0.1, 0.3, 0.5, 0.7, 0.9].map((u) => [u, 1 - u]);
    const good = points.map((unit, t) => ended(t, unit, bowl(unit)));

    it('counts failed trials as part of the initial design', () => {
      const failed = good.map((trial, t) => (t < 2 ? ended(t, trial.unit, { failed: 'no' }) : trial));
      expect(plain().suggest(context(failed)).by).toBe('bayes');
      const none = points.map((unit, t) => ended(t, unit, { failed: 'no' }));
      expect(plain().suggest(context(none)).by).toBe('initial');
    });

    it('stays plain after a failed trial, and does not go there again', () => {
      const next = plain().suggest(context(good));
      expect(next).toMatchObject({ by: 'bayes', notes: [] });
      const elsewhere = context([...good, ended(5, [0.99, 0.99], { failed: 'no' })]);
      // the trial's number keys the search's own random numbers, so near is as good as it gets
      const close = Math.hypot(
        ...plain()
          .suggest(elsewhere)
          .unit.map((u, j) => u - next.unit[j]),
      );
      expect(close).toBeLessThan(0.02);
      const there = plain().suggest(context([...good, ended(5, next.unit, { failed: 'no' })]));
      expect(there.notes.map(({ kind }) => kind)).toEqual(['near-duplicate']);
      expect(there.unit).not.toEqual(next.unit);
    });

    it('says where it is not plain: with a trial under way', () => {
      const notes = plain().suggest(context([...good, running(5, [0.99, 0.99])])).notes;
      expect(notes.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
        'acquisition-replaced: with trials pending, log-nei stands in for ei',
      ]);
    });
  });

  it('stays with the design while nothing has ended', () => {
    const trials = Array.from({ length: 9 }, (_, t) => running(t, [t / 9, 0.5]));
    expect(quick().suggest(context(trials)).by).toBe('initial');
  });

  it('finds the top of a smooth function', () => {
    const trials = play(quick, bowl, 22, context([], { dimension: 2 }));
    expect(best(trials)).toBeGreaterThan(-1e-4);
    const recommended = quick().recommend(context(trials));
    const { unit } = trials[recommended?.trial ?? 0];
    expect(Math.hypot(unit[0] - 0.3, unit[1] - 0.8)).toBeLessThan(0.02);
  });

  it('finds the bottom where that is asked for, and says it in the units of the objective', () => {
    const cup = (unit: readonly number[]): Outcome => ({
      value: 1000 - 100 * (bowl(unit) as { value: number }).value,
    });
    const start = context([], { dimension: 2, direction: 'minimize' });
    const trials = play(quick, cup, 22, start);
    const recommended = quick().recommend({ ...start, trials });
    expect(Math.abs((recommended?.mean ?? 0) - 1000)).toBeLessThan(0.5);
    expect(recommended?.interval[0]).toBeLessThanOrEqual(recommended?.mean ?? 0);
    expect(recommended?.interval[1]).toBeGreaterThanOrEqual(recommended?.mean ?? 0);
  });

  describe('where it takes much of what it sees for noise', () => {
    /** A prior that finds a noise variance of about 1, half of an outcome's variance. */
    const BLIND: BayesOptions = { ...QUICK, noise: { kind: 'log-normal', location: 0, scale: 0.05 } };
    const played = (settings: BayesOptions) =>
      play(() => createBayesPolicy(settings), bowl, 14, context([], { dimension: 2 }));
    const origins = (settings: BayesOptions) => played(settings).map(({ origin }) => origin.by);

    it('takes every second point from the sequence of the initial design, each point once', () => {
      expect(origins(BLIND).slice(6)).toEqual([
        ...['explore', 'bayes', 'explore', 'bayes', 'explore', 'bayes', 'explore', 'bayes'],
      ]);
      const sequence = played({ initial: 14 }).map(({ unit }) => unit);
      const taken = played(BLIND).filter(({ origin }) => origin.by !== 'bayes');
      expect(taken.map(({ unit }) => unit)).toEqual(sequence.slice(0, 10));
    });

    it('says so, with the share of the noise', () => {
      const { by, notes } = createBayesPolicy(BLIND).suggest(context(played(BLIND)));
      expect(by).toBe('explore');
      expect(notes.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
        expect.stringMatching(
          /^exploration: the model takes (49|50|51) % of the variance for noise; the next point of the Sobol sequence is taken$/,
        ),
      ]);
    });

    it('does not where it is told not to, where noise is little, or as the plain search', () => {
      expect(origins(QUICK)).not.toContain('explore');
      expect(origins({ ...BLIND, explore: null })).not.toContain('explore');
      expect(origins({ ...BLIND, explore: 0.6 })).not.toContain('explore');
      expect(origins({ ...BLIND, acquisition: 'ei' })).not.toContain('explore');
    });
  });

  it('reaches a corner exactly', () => {
    const slope = (unit: readonly number[]): Outcome => ({ value: unit[0] - unit[1] });
    const trials = play(quick, slope, 12, context([], { dimension: 2 }));
    expect(trials.some(({ unit }) => unit[0] === 1 && unit[1] === 0)).toBe(true);
  });

  it.each(['log-ei', 'ei', 'ucb'] as const)('finds the top with %s as well', (acquisition) => {
    const trials = play(
      () => createBayesPolicy({ ...QUICK, acquisition }),
      bowl,
      22,
      context([], { dimension: 2 }),
    );
    expect(best(trials)).toBeGreaterThan(-1e-3);
  });

  it('comes near the top with pi, which stays where it was good', () => {
    const trials = play(
      () => createBayesPolicy({ ...QUICK, acquisition: 'pi' }),
      bowl,
      30,
      context([], { dimension: 2 }),
    );
    expect(best(trials)).toBeGreaterThan(-1e-2);
  });

  it.each(['matern32', 'rbf'] as const)('finds the top with the kernel %s as well', (kernel) => {
    const make = () => createBayesPolicy({ ...QUICK, kernel });
    const trials = play(make, bowl, 22, context([], { dimension: 2 }));
    expect(best(trials)).toBeGreaterThan(-1e-3);
  });

  it('sees the kernel: each leads elsewhere from the same history', () => {
    const trials = play(quick, bowl, 8, context([], { dimension: 2 }));
    const units = (['matern52', 'matern32', 'rbf'] as const).map((kernel) =>
      createBayesPolicy({ ...QUICK, kernel })
        .suggest(context(trials))
        .unit.join(),
    );
    expect(new Set(units).size).toBe(3);
  });
});

describe('the bayes policy as a function of the history', () => {
  const noisy = (unit: readonly number[], number: number): Outcome => {
    const p = 0.1 + 0.8 * Math.exp(-8 * ((unit[0] - 0.3) ** 2 + (unit[1] - 0.8) ** 2));
    return { successes: Math.floor(64 * p + ((number * 7) % 5)) % 65, trials: 64 };
  };
  it.each([
    ['values', bowl],
    ['counts', noisy],
  ] as [string, typeof noisy][])(
    'goes on bit for bit in an instance made anew for every ask, %s',
    (_, objective) => {
      const one = quick();
      const start = context([], { dimension: 2 });
      const kept = play(() => one, objective, 40, start);
      expect(play(quick, objective, 40, start)).toEqual(kept);
      expect(one.recommend({ ...start, trials: kept })).toEqual(
        quick().recommend({ ...start, trials: kept }),
      );
    },
  );

  it.each([
    { kernel: 'matern32' },
    { kernel: 'rbf' },
    { acquisition: 'pi' },
    { acquisition: 'ucb' },
  ] as const)('goes on bit for bit in an instance made anew for every ask, %j', (part) => {
    const make = () => createBayesPolicy({ ...QUICK, ...part });
    const one = make();
    const start = context([], { dimension: 2 });
    const kept = play(() => one, bowl, 14, start);
    expect(play(make, bowl, 14, start)).toEqual(kept);
  });

  it('goes on bit for bit where fits are kept and factors are extended', () => {
    const start = context(
      Array.from({ length: 62 }, (_, t) => {
        const unit = [((t * 0.754877) % 1) * 0.98 + 0.01, ((t * 0.56984) % 1) * 0.98 + 0.01];
        return ended(t, unit, bowl(unit));
      }),
    );
    const one = quick();
    const kept = play(() => one, bowl, 8, start);
    const fits = kept.slice(62).filter(({ memo }) => memo !== undefined);
    expect(fits.length).toBeLessThan(8);
    expect(play(quick, bowl, 8, start)).toEqual(kept);
  });

  it('does not mind questions in between', () => {
    const start = context([], { dimension: 2 });
    const asked = quick();
    const curious: Policy = {
      ...asked,
      suggest(ask) {
        asked.recommend(ask);
        asked.suggest({ ...ask, trials: ask.trials.slice(0, 7) });
        return asked.suggest(ask);
      },
    };
    expect(play(() => curious, bowl, 15, start)).toEqual(play(quick, bowl, 15, start));
  });

  it('depends on the seed', () => {
    const a = play(quick, bowl, 8, context([], { dimension: 2, seed: 1 }));
    const b = play(quick, bowl, 8, context([], { dimension: 2, seed: 2 }));
    expect(a[7].unit).not.toEqual(b[7].unit);
  });
});

describe('the bayes policy with running and failed trials', () => {
  it.each(['log-nei', 'log-ei', 'ei', 'pi', 'ucb'] as const)(
    'keeps suggestions apart while none of them has ended, %s',
    (acquisition) => {
      const policy = createBayesPolicy({ ...QUICK, acquisition });
      const trials = play(() => policy, bowl, 10, context([], { dimension: 2 }));
      for (let k = 0; k < 4; k++) {
        const { unit, memo } = policy.suggest(context(trials));
        const apart = trials.map((trial) => Math.max(...trial.unit.map((u, j) => Math.abs(u - unit[j]))));
        expect(Math.min(...apart)).toBeGreaterThan(1e-4);
        trials.push({
          ...running(10 + k, unit),
          origin: { by: 'bayes' },
          ...(memo === undefined ? {} : { memo }),
        });
      }
    },
  );

  it('does not go to a failed point again', () => {
    const trials = play(quick, bowl, 12, context([], { dimension: 2 }));
    for (let k = 0; k < 5; k++) {
      const { unit } = quick().suggest(context(trials));
      for (const trial of trials.filter(({ state }) => state === 'failed'))
        expect(unit).not.toEqual(trial.unit);
      trials.push(ended(trials.length, unit, { failed: 'always' }));
    }
  });
});

describe('the bayes policy with measurements', () => {
  const measured = (sample: string, mean: number, images = 200): Outcome => {
    return { sample, images, mean, variance: (mean * (1 - mean)) / images };
  };
  const peak = (unit: readonly number[]) =>
    0.3 + 0.5 * Math.exp(-6 * ((unit[0] - 0.3) ** 2 + (unit[1] - 0.8) ** 2));

  it('gives an interval that holds the step from the images seen to fresh ones', () => {
    const trials = play(quick, (unit) => measured('a', peak(unit)), 20, context([], { dimension: 2 }));
    const recommended = quick().recommend(context(trials));
    const [low, high] = recommended?.interval ?? [0, 0];
    const binomial = 1.96 * Math.sqrt((0.8 * 0.2) / 200);
    expect(high - low).toBeGreaterThan(1.6 * binomial);
    expect(high - low).toBeLessThan(3 * binomial);
    expect(Math.abs((recommended?.mean ?? 0) - 0.8)).toBeLessThan(0.02);
  });

  it('sees through a difference between samples: the better point wins on the harsher sample', () => {
    const trials = play(
      quick,
      (unit, number) =>
        measured(number % 2 === 0 ? 'easy' : 'hard', peak(unit) - (number % 2 === 0 ? 0 : 0.06)),
      24,
      context([], { dimension: 2 }),
    );
    const { unit } = trials[quick().recommend(context(trials))?.trial ?? 0];
    expect(peak(unit)).toBeGreaterThan(0.78);
  });

  it('mixes measurements, counts, values and parts of samples', () => {
    const kinds: readonly ((p: number) => Outcome)[] = [
      (p) => measured('a', p),
      (p) => ({ successes: Math.round(50 * p), trials: 50 }),
      (p) => ({ value: p }),
      (p) => ({ value: p, variance: 0.001 }),
      (p) => measured('a', p, 40),
      (p) => ({ successes: Math.round(90 * p), trials: 90 }),
    ];
    const trials = play(quick, (unit, t) => kinds[t % 6](peak(unit)), 24, context([], { dimension: 2 }));
    expect(trials.slice(6).every(({ origin }) => origin.by === 'bayes')).toBe(true);
    expect(peak(trials[quick().recommend(context(trials))?.trial ?? 0].unit)).toBeGreaterThan(0.75);
  });
});

describe('the bayes policy on degenerate data', () => {
  const inCube = (unit: readonly number[]) => unit.every((u) => u >= 0 && u <= 1);
  const cases: readonly [string, (t: number) => Outcome, (t: number) => readonly number[]][] = [
    ['equal values', () => ({ value: 5 }), (t) => [t / 30, 1 - t / 30]],
    ['zeros', () => ({ value: 0 }), (t) => [t / 30, 1 - t / 30]],
    ['one point again and again, with the same value', () => ({ value: 1 }), () => [0.5, 0.5]],
    ['one point again and again, with different values', (t) => ({ value: t }), () => [0.5, 0.5]],
    ['tiny values', (t) => ({ value: t * 1e-300 }), (t) => [t / 30, 0.2]],
    ['huge values', (t) => ({ value: (t - 15) * 1e300 }), (t) => [t / 30, 0.2]],
    ['values of all sizes', (t) => ({ value: 10 ** (20 * t - 300) }), (t) => [t / 30, 0.2]],
    ['huge variances', (t) => ({ value: t, variance: 1e300 }), (t) => [t / 30, 0.2]],
    ['no successes', () => ({ successes: 0, trials: 64 }), (t) => [t / 30, 0.2]],
    ['single draws', (t) => ({ successes: t % 2, trials: 1 }), (t) => [t / 30, 0.2]],
    ['points that nearly coincide', (t) => ({ value: t }), (t) => [0.5 + t * 1e-12, 0.5]],
  ];
  const settings: readonly BayesOptions[] = [
    {},
    { kernel: 'matern32' },
    { kernel: 'rbf' },
    { kernel: 'rbf', acquisition: 'pi' },
    { kernel: 'rbf', acquisition: 'ucb' },
  ];
  describe.each(settings)('under %j', (part) => {
    const made = () => createBayesPolicy({ ...QUICK, ...part });
    it.each(cases)('answers with a point of the cube: %s', (_, outcome, unit) => {
      const trials = Array.from({ length: 30 }, (__, t) => ended(t, unit(t), outcome(t)));
      const suggestion = made().suggest(context(trials));
      expect(suggestion.unit.length === 2 && inCube(suggestion.unit)).toBe(true);
      const recommended = made().recommend(context(trials));
      expect(Number.isFinite(recommended?.mean)).toBe(true);
      expect(recommended?.interval.some(Number.isNaN)).toBe(false);
    });
  });

  it('goes on with jitter, and says so, where RBF and a nugget far too small leave nothing definite', () => {
    const policy = createBayesPolicy({
      ...QUICK,
      kernel: 'rbf',
      noiseFloor: 1e-20,
      noise: { kind: 'log-normal', location: -46, scale: 0.1 },
    });
    const trials = Array.from({ length: 60 }, (_, t) => ended(t, [t / 60, 0.5], { value: Math.sin(t / 20) }));
    const { unit, by, notes } = policy.suggest(context(trials));
    expect([by, inCube(unit)]).toEqual(['bayes', true]);
    expect(notes.map(({ kind }) => kind)).toContain('jitter');
  });

  it('answers after hundreds of copies of one point', () => {
    const trials = Array.from({ length: 200 }, (_, t) => ended(t, [0.5, 0.5], { value: 1 }));
    expect(inCube(quick().suggest(context(trials)).unit)).toBe(true);
  });

  it('answers with one observation, in one dimension', () => {
    const policy = createBayesPolicy({ ...QUICK, initial: 1 });
    const trials = [ended(0, [0.4], { value: 3 })];
    const { unit, by } = policy.suggest(context(trials));
    expect([by, inCube(unit)]).toEqual(['bayes', true]);
    expect(policy.recommend(context(trials))).toMatchObject({ trial: 0 });
  });

  it('recommends nothing where there is no value', () => {
    expect(quick().recommend(context([running(0, [0.1]), ended(1, [0.2], { failed: 'x' })]))).toBeUndefined();
  });

  it('says so when the best point was tried already, and takes another one', () => {
    const trials = play(quick, bowl, 40, context([], { dimension: 2 }));
    for (const [t, { unit }] of trials.entries()) {
      for (const other of trials.slice(0, t)) expect(unit).not.toEqual(other.unit);
    }
  });
});
