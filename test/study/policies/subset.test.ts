import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { randomStream } from '../../../src/math/index.js';
import { createModelOf } from '../../../src/study/policies/bayes/model-of.js';
import type { Observations } from '../../../src/study/policies/bayes/observations.js';
import { observationsOf } from '../../../src/study/policies/bayes/observations.js';
import { bayesSettings } from '../../../src/study/policies/bayes/settings.js';
import { chosenRows, createSubset, rowsOf, spreadRows } from '../../../src/study/policies/bayes/subset.js';
import { createBayesPolicy } from '../../../src/study/policies/bayes/bayes-policy.js';
import type { Outcome } from '../../../src/trial/index.js';
import { context, ended, play } from './history.js';

const SEED = { seed: 11, numRuns: 60 };

type Told = (unit: readonly number[], i: number) => Outcome;

/** n random trials in d dimensions, told as `outcome` says. */
function history(n: number, d: number, outcome: Told) {
  const stream = randomStream('subset', n, d);
  return Array.from({ length: n }, (_, i) => {
    const unit = Array.from({ length: d }, () => stream.uniform());
    return ended(i, unit, outcome(unit, i));
  });
}

const bowl: Told = (unit) => ({ value: -unit.reduce((s, u) => s + (u - 0.3) ** 2, 0) });

function observed(n: number, d = 2, outcome: Told = bowl): Observations {
  return observationsOf(context(history(n, d, outcome)), 'auto');
}

describe('chosenRows(observations, n, count)', () => {
  it('takes all where there are no more', () => {
    expect(chosenRows(observed(5), 5, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(chosenRows(observed(5), 3, 4)).toEqual([0, 1, 2]);
  });

  it('takes the best and the newest quarter, then the farthest from those', () => {
    // On a line: the best at 0.5, the newest at 0.52, and of the others the far end first.
    const x = Float64Array.of(0.5, 0, 0.4, 1, 0.6, 0.45, 0.52);
    const y = Float64Array.of(9, 1, 2, 3, 4, 5, 6);
    expect(chosenRows({ x, y, dimension: 1 }, 7, 4)).toEqual([0, 1, 3, 6]);
  });

  it('is rising, without repetition, of the asked length, and sees nothing beyond the first n', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: -3, max: 3 })), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (points, some, count) => {
          const n = Math.min(points.length, some);
          const x = Float64Array.from(points, ([u]) => u);
          const y = Float64Array.from(points, ([, v]) => v);
          const rows = chosenRows({ x, y, dimension: 1 }, n, count);
          expect(rows.length).toBe(Math.min(n, count));
          rows.forEach((row, k) => expect(k === 0 ? row >= 0 : row > rows[k - 1]).toBe(true));
          expect(rows.at(-1)).toBeLessThan(n);
          expect(chosenRows({ x: x.slice(0, n), y: y.slice(0, n), dimension: 1 }, n, count)).toEqual(rows);
        },
      ),
      SEED,
    );
  });
});

describe('spreadRows(n, count)', () => {
  it('takes all where there are no more, else one of each of `count` equal parts', () => {
    expect(spreadRows(3, 3)).toEqual([0, 1, 2]);
    expect(spreadRows(0, 3)).toEqual([]);
    expect(spreadRows(9, 3)).toEqual([1, 4, 7]);
    expect(spreadRows(4, 3)).toEqual([0, 2, 3]);
  });
});

describe('rowsOf(observations, rows)', () => {
  it('keeps what belongs to the rows, and how many there are in all', () => {
    const all = observed(4, 2, (_, i) => ({ value: i, variance: i + 1 }));
    const part = rowsOf(all, [1, 3]);
    expect([...part.y]).toEqual([1, 3]);
    expect([...part.x]).toEqual([...all.x.slice(2, 4), ...all.x.slice(6, 8)]);
    expect(part.all.map(({ trial }) => trial.number)).toEqual([1, 3]);
    expect(part.noise).toEqual({ kind: 'fixed-plus-inferred', variances: Float64Array.of(2, 4) });
    expect(part.total).toBe(4);
    expect(rowsOf(part, [1]).total).toBe(4);
    expect(rowsOf(all, [0, 1, 2, 3])).toBe(all);
  });

  it('keeps relative noise and the groups of measurements', () => {
    const counts = rowsOf(
      observed(3, 1, (_, i) => ({ successes: 1, trials: 2 ** i })),
      [0, 2],
    );
    expect(counts.noise).toEqual({ kind: 'inferred', relative: Float64Array.of(2, 0.5) });
    const measured = observed(3, 1, (_, i) => ({
      sample: `s${i % 2}`,
      images: 10,
      mean: 0.5,
      variance: 0.01,
    }));
    expect(rowsOf(measured, [1, 2]).offsets?.of).toEqual(Int32Array.of(1, 0));
    expect(rowsOf(measured, [1, 2]).offsets?.variance).toBe(measured.offsets?.variance);
  });
});

describe('createSubset(most)', () => {
  const numbers = ({ all }: Observations) => all.map(({ trial }) => trial.number);

  it.each([null, 8, 9])('leaves 8 observations as they are, most %p', (most) => {
    const all = observed(8);
    expect(createSubset(most)(all, 8)).toBe(all);
  });

  it('holds at most `most`, the newest among them, whatever was fitted when', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 30 }),
        fc.integer({ min: 0, max: 60 }),
        fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
        (most, more, fittedAt) => {
          const n = most + more;
          const all = observed(n);
          const part = createSubset(most)(all, fittedAt);
          // Up to the first fit beyond, what came since the last one (5 %) is added to all.
          expect(part.all.length).toBeLessThanOrEqual(Math.ceil(1.05 * most) + 1);
          if (fittedAt === undefined || fittedAt > n) expect(part.all.length).toBeLessThanOrEqual(most);
          expect(numbers(part).at(-1)).toBe(n - 1);
        },
      ),
      SEED,
    );
  });

  it('only adds between two fits, so that a factor can be extended', () => {
    const subset = createSubset(100);
    const first = numbers(subset(observed(200), 200));
    expect(first.length).toBe(90);
    for (let n = 201; n < 210; n++) {
      const rows = numbers(subset(observationsOf(context(history(210, 2, bowl).slice(0, n)), 'auto'), 200));
      expect(rows.length).toBe(90 + n - 200);
    }
  });

  it('is a function of its arguments, whatever it chose before', () => {
    const trials = history(300, 2, bowl);
    const of = (n: number) => observationsOf(context(trials.slice(0, n)), 'auto');
    const used = createSubset(40);
    for (const [n, at] of [
      [300, 290],
      [120, 100],
      [121, 100],
      [41, 41],
      [300, 296],
      [299, 290],
    ] as const) {
      expect(numbers(used(of(n), at))).toEqual(numbers(createSubset(40)(of(n), at)));
    }
  });
});

describe('a model of a long history', () => {
  const settings = { maxPoints: 24, fitPoints: 16, candidates: 16, starts: 1 };

  it('says once that it is made of a part, and gives the same with every instance', () => {
    const start = context([], { dimension: 2 });
    const told = (create: () => ReturnType<typeof createBayesPolicy>) => play(create, bowl, 40, start);
    const one = createBayesPolicy(settings);
    const trials = told(() => one);
    expect(told(() => createBayesPolicy(settings))).toEqual(trials);
    const notes = trials.flatMap((_, t) =>
      createBayesPolicy(settings)
        .suggest({ ...start, trials: trials.slice(0, t) })
        .notes.filter(({ kind }) => kind === 'subset')
        .map(({ message }) => `${t}: ${message}`),
    );
    expect(notes).toEqual([
      '25: with 25 observations, the model is made of at most 24 from now on (maxPoints): the best, the newest, and others far from those',
    ]);
  });

  it('below both limits is bit for bit the one without', () => {
    const start = context([], { dimension: 3 });
    const limited = play(
      () => createBayesPolicy({ maxPoints: 30, fitPoints: 30, candidates: 16, starts: 1 }),
      bowl,
      30,
      start,
    );
    const free = play(
      () => createBayesPolicy({ maxPoints: null, fitPoints: null, candidates: 16, starts: 1 }),
      bowl,
      30,
      start,
    );
    expect(limited).toEqual(free);
  });

  it('recommends among all observations', () => {
    const trials = history(60, 2, bowl);
    const made = createModelOf(bayesSettings(settings))(context(trials));
    // Room for what comes before the next fit: 5 % of 60.
    expect(made?.observations.all.length).toBe(21);
    expect(made?.surrogate?.gp.n).toBe(21);
    expect(made?.history.all.length).toBe(60);
    const best = createBayesPolicy(settings).recommend(context(trials));
    const value = (t: number) => (trials[t].outcome as { value: number }).value;
    const ranked = trials.map((_, t) => t).sort((a, b) => value(b) - value(a));
    expect(ranked.slice(0, 3)).toContain(best?.trial);
  });

  it('may have room for one', () => {
    const policy = () => createBayesPolicy({ ...settings, maxPoints: 1, initial: 2 });
    const played = play(policy, bowl, 8, context([], { dimension: 2 }));
    expect(played.at(-1)?.origin.by).toBe('bayes');
    for (let n = 2; n < 9; n++) {
      expect(
        createModelOf(bayesSettings({ maxPoints: 1 }))(context(history(n, 2, bowl)))?.observations.all.length,
      ).toBe(1);
    }
  });

  it('in a journal without the settings is made of all', () => {
    expect(bayesSettings({}, 'journal')).toMatchObject({ fitPoints: null, maxPoints: null });
    expect(bayesSettings()).toMatchObject({ fitPoints: 300, maxPoints: 1000 });
  });

  it.each(['fitPoints', 'maxPoints'])('%s of 0 is refused', (name) => {
    expect(() => bayesSettings({ [name]: 0 })).toThrow(
      `bayes policy ${name}: expected an integer of at least 1, got 0`,
    );
  });
});
