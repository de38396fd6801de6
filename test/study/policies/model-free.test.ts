import { describe, expect, it } from '@jest/globals';
import type { Policy, PolicyContext, TrialSnapshot } from '../../../src/study/policies/policy.js';
import { createRandomPolicy } from '../../../src/study/policies/random.js';
import { createSobolPolicy } from '../../../src/study/policies/sobol.js';
import type { Outcome } from '../../../src/trial/index.js';
import { context, ended, running } from './history.js';

const policies: readonly [string, () => Policy][] = [
  ['random', createRandomPolicy],
  ['sobol', createSobolPolicy],
];

describe.each(policies)('the %s policy', (name, create) => {
  it('suggests points of the cube that depend on seed and history alone', () => {
    const history: TrialSnapshot[] = [];
    for (let t = 0; t < 20; t++) {
      const { unit, by, notes } = create().suggest(context(history, { dimension: 3 }));
      expect(create().suggest(context(history, { dimension: 3 })).unit).toEqual(unit);
      expect(by).toBe(name);
      expect(notes).toEqual([]);
      expect(unit).toHaveLength(3);
      for (const u of unit) expect(u >= 0 && u < 1).toBe(true);
      history.push({ ...running(t, unit), origin: { by } });
    }
    expect(new Set(history.map(({ unit }) => unit.join())).size).toBe(20);
    expect(create().suggest(context([], { dimension: 3, seed: 8 })).unit).not.toEqual(history[0].unit);
  });

  it('recommends the best observed of complete trials, in the direction of the study, with its own interval', () => {
    const outcomes: Outcome[] = [
      { value: 1 },
      { value: 3, variance: 0.25 },
      { failed: 'no' },
      { successes: 1, trials: 2 },
      { value: 3 },
    ];
    const trials = outcomes.map((outcome, t) => ended(t, [0.5], outcome));
    expect(create().recommend(context(trials))).toEqual({
      trial: 1,
      mean: 3,
      interval: [3 - 0.979981992270027, 3 + 0.979981992270027],
    });
    const least = create().recommend(context(trials, { direction: 'minimize' }));
    expect([least?.trial, least?.mean]).toEqual([3, 0.5]);
    expect(least?.interval[0]).toBeLessThan(0.2);
  });

  it('recommends a stopped trial only where none is complete, and nothing where nothing has a value', () => {
    const stopped = { ...ended(0, [0.1], { value: 9 }), state: 'stopped' } as const;
    expect(create().recommend(context([stopped]))).toEqual({ trial: 0, mean: 9, interval: [9, 9] });
    expect(create().recommend(context([stopped, ended(1, [0.2], { value: 2 })]))?.trial).toBe(1);
    expect(
      create().recommend(context([running(0, [0.1]), ended(1, [0.3], { failed: 'x' })])),
    ).toBeUndefined();
    expect(create().recommend(context([]))).toBeUndefined();
  });
});

describe('the sobol policy', () => {
  it('fills each half of each axis equally often, whatever seed points came between', () => {
    const trials: TrialSnapshot[] = [];
    for (let t = 0; t < 24; t++) {
      const given = t % 3 === 1;
      const origin = { by: given ? 'enqueued' : 'sobol' };
      const ask: PolicyContext = context(trials, { dimension: 4 });
      const unit = given ? [0, 0, 0, 0] : createSobolPolicy().suggest(ask).unit;
      trials.push({ ...running(t, unit), origin });
    }
    const own = trials.filter(({ origin }) => origin.by === 'sobol');
    for (let j = 0; j < 4; j++) expect(own.filter(({ unit }) => unit[j] < 0.5)).toHaveLength(8);
  });

  it('says so where there are more parameters than Sobol numbers', () => {
    expect(() => createSobolPolicy().suggest(context([], { dimension: 129 }))).toThrow(
      'sobol policy: expected at most 128 parameters, got 129',
    );
  });
});
