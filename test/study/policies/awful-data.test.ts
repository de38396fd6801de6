import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { alphaSpace, createStudy } from '../../../src/index.js';
import type { AcquisitionSetting } from '../../../src/study/policies/bayes/settings.js';
import { createBayesPolicy } from '../../../src/study/policies/bayes/bayes-policy.js';
import type { PolicyContext, Suggestion, TrialSnapshot } from '../../../src/study/policies/policy.js';
import type { Outcome } from '../../../src/trial/index.js';
import { context, ended, running } from './history.js';

/** Numbers that arithmetic does not like. */
const AWFUL = [
  0,
  -0,
  1,
  -1,
  5e-324,
  -5e-324,
  1e-300,
  -1e-300,
  1e300,
  -1e300,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  1 + Number.EPSILON,
  0.1,
  1e-15,
];

const awful = fc.constantFrom(...AWFUL);
const variance = fc.constantFrom(0, 5e-324, 1e-300, 1e-9, 1, 1e300, Number.MAX_VALUE);

const count = fc
  .constantFrom(1, 2, 64, 1e6, Number.MAX_SAFE_INTEGER)
  .chain((trials) =>
    fc.constantFrom(0, trials, Math.floor(trials / 2)).map((successes): Outcome => ({ successes, trials })),
  );

const measurement = fc.record({
  sample: fc.constantFrom('a', 'b'),
  images: fc.constantFrom(1, 10, 1e9),
  mean: fc.constantFrom(0, 5e-324, 0.5, 1),
  variance,
});

/** A list of outcomes of one awful kind, of length n. */
function outcomes(n: number): fc.Arbitrary<readonly Outcome[]> {
  const list = (one: fc.Arbitrary<Outcome>) => fc.array(one, { minLength: n, maxLength: n });
  return fc.oneof(
    awful.map((value): Outcome[] => new Array<Outcome>(n).fill({ value })),
    list(awful.map((value) => ({ value }))),
    list(fc.tuple(awful, variance).map(([value, v]) => ({ value, variance: v }))),
    list(count),
    list(measurement),
    list(fc.constantFrom<Outcome>({ successes: 0, trials: 7 }, { successes: 7, trials: 7 })),
    list(
      fc.oneof(
        count,
        awful.map((value) => ({ value })),
        fc.constant({ failed: 'no' }),
      ),
    ),
    list(fc.constant({ failed: 'all of them' })),
    // One outlier among values that hardly differ.
    fc
      .tuple(awful, fc.nat(Math.max(0, n - 1)))
      .map(([value, at]) =>
        Array.from({ length: n }, (_, i): Outcome => ({ value: i === at ? value : 1 + 1e-12 * i })),
      ),
  );
}

/** n points of the d-cube of one awful kind. */
function points(n: number, d: number): fc.Arbitrary<readonly (readonly number[])[]> {
  const inside = fc.double({ min: 0, max: 1, noNaN: true });
  const point = (one: fc.Arbitrary<number>) => fc.array(one, { minLength: d, maxLength: d });
  const list = (one: fc.Arbitrary<number[]>) => fc.array(one, { minLength: n, maxLength: n });
  return fc.oneof(
    list(point(inside)),
    list(point(fc.constantFrom(0, 1))),
    point(inside).map((p) => new Array<number[]>(n).fill(p)),
    // As near to each other as numbers can be.
    point(fc.constantFrom(0, 0.5)).map((p) =>
      Array.from({ length: n }, (_, i) => p.map((v, j) => v + (j === i % d ? 1e-15 * i : 0))),
    ),
  );
}

const setting = fc.record({
  acquisition: fc.constantFrom<AcquisitionSetting>('log-ei', 'log-nei', 'ei', 'pi', 'ucb'),
  kernel: fc.constantFrom('matern52' as const, 'matern32' as const, 'rbf' as const),
  transform: fc.constantFrom('auto' as const, 'identity' as const, 'logit' as const),
  fence: fc.constantFrom(1.5, 0, null),
  initial: fc.constant(1),
  candidates: fc.constant(16),
  starts: fc.constant(2),
  maxPoints: fc.constantFrom(1000, 7),
  fitPoints: fc.constantFrom(300, 5),
});

const direction = fc.constantFrom('maximize' as const, 'minimize' as const);

function history(most: number, dimensions: readonly number[]): fc.Arbitrary<readonly TrialSnapshot[]> {
  return fc
    .tuple(fc.nat(most), fc.constantFrom(...dimensions), fc.constantFrom(0, 0, 1, 24))
    .chain(([n, d, pending]) =>
      fc
        .tuple(points(n + pending, d), outcomes(n))
        .map(([units, told]) => units.map((unit, i) => (i < n ? ended(i, unit, told[i]) : running(i, unit)))),
    );
}

function assertInside({ unit }: Suggestion, d: number): void {
  expect(unit.length).toBe(d);
  for (const u of unit) expect(u >= 0 && u <= 1).toBe(true);
}

function assertAnswers(
  trials: readonly TrialSnapshot[],
  part: Partial<PolicyContext>,
  settings: object,
): void {
  const policy = createBayesPolicy(settings);
  const here = context(trials, part);
  const first = policy.suggest(here);
  assertInside(first, here.dimension);
  const memo = JSON.parse(JSON.stringify(first.memo ?? null)) as Suggestion['memo'];
  const next = { ...running(trials.length, first.unit), ...(memo === undefined ? {} : { memo }) };
  assertInside(policy.suggest({ ...here, trials: [...trials, next] }), here.dimension);
  const best = policy.recommend(here);
  if (best === undefined) return;
  expect([best.mean, ...best.interval].some(Number.isNaN)).toBe(false);
  expect(best.interval[0] <= best.interval[1]).toBe(true);
}

describe('awful data neither break the Bayesian policy nor lead it out of the cube', () => {
  it('with any values, counts, variances and failures at any points, under every setting', () => {
    fc.assert(
      fc.property(history(14, [1, 2, 5]), setting, direction, (trials, settings, way) => {
        assertAnswers(trials, { direction: way, ...(trials.length === 0 ? { dimension: 2 } : {}) }, settings);
      }),
      { seed: 4, numRuns: 120 },
    );
  });

  it('in 64 dimensions', () => {
    fc.assert(
      fc.property(history(10, [64]), setting, direction, (trials, settings, way) => {
        assertAnswers(trials, { direction: way, dimension: 64 }, settings);
      }),
      { seed: 5, numRuns: 10 },
    );
  });

  it('with the same point by the hundred', () => {
    for (const told of [() => ({ value: 1 }), (i: number) => ({ value: i % 2 === 0 ? 1e300 : -1e300 })]) {
      const trials = Array.from({ length: 200 }, (_, i) => ended(i, [0.5, i < 190 ? 0.5 : 0.1], told(i)));
      assertAnswers(trials, {}, { candidates: 16, starts: 1 });
    }
  });
});

describe('a study of awful data', () => {
  it.each(['maximize', 'minimize'] as const)('goes on and recommends, %s', async (way) => {
    const study = await createStudy({
      space: alphaSpace(2, { seeds: false }),
      seed: 1,
      direction: way,
      policy: { name: 'bayes', settings: { initial: 2, candidates: 16, starts: 1 } },
    });
    for (const value of [...AWFUL, ...AWFUL]) {
      const trial = await study.ask();
      for (const alpha of trial.alphas) expect(alpha >= 0 && alpha <= 1).toBe(true);
      await study.tell(trial, { value });
    }
    const best = study.recommend();
    expect([best.mean, ...best.interval].some(Number.isNaN)).toBe(false);
    expect(best.observed.value).toBe(way === 'maximize' ? Number.MAX_VALUE : -Number.MAX_VALUE);
  });

  it('of 10,000 observations goes on, inside the space', async () => {
    const trials = Array.from({ length: 10_000 }, (_, i) =>
      ended(i, [(i * 0.618) % 1, (i * 0.7548) % 1, (i * 0.5698) % 1], { value: Math.sin(i) }),
    );
    assertAnswers(trials, {}, { candidates: 64 });
  });
});
