import { describe, expect, it } from '@jest/globals';
import { bayesSettings } from '../../../src/study/policies/bayes/settings.js';
import { fitToJson, lastFit } from '../../../src/study/policies/bayes/memo.js';
import type { Fit } from '../../../src/study/policies/bayes/memo.js';
import { hasExactOutcomes, initialTrials } from '../../../src/study/policies/bayes/initial-design.js';
import { isNearAny } from '../../../src/study/policies/bayes/near-duplicates.js';
import { mergeDuplicates } from '../../../src/study/policies/bayes/merge-duplicates.js';
import { observationsOf } from '../../../src/study/policies/bayes/observations.js';
import {
  automaticTransform,
  transformShare,
  untransform,
} from '../../../src/study/policies/bayes/outcome-transform.js';
import { evaluationBudget } from '../../../src/study/policies/bayes/search.js';
import { surrogateOf } from '../../../src/study/policies/bayes/surrogate.js';
import type { Outcome } from '../../../src/trial/index.js';
import { context, ended, running } from './history.js';

const measured = (sample: string, mean: number, images: number): Outcome => ({
  sample,
  images,
  mean,
  variance: (mean * (1 - mean)) / images,
});

function observe(outcomes: readonly Outcome[], part = {}) {
  return observationsOf(
    context(
      outcomes.map((outcome, t) => ended(t, [t / 10], outcome)),
      part,
    ),
    'identity',
  );
}

describe('observationsOf', () => {
  it('leaves out running and failed trials, and turns the direction', () => {
    const trials = [ended(0, [0.1], { value: 3 }), running(1, [0.2]), ended(2, [0.3], { failed: 'x' })];
    const { x, y, all, sign } = observationsOf(context(trials, { direction: 'minimize' }), 'auto');
    expect([[...x], [...y], all.length, sign]).toEqual([[0.1], [-3], 1, -1]);
  });

  it('infers the noise of values without variance, and adds a nugget to known variances', () => {
    expect(observe([{ value: 1 }, { value: 2 }]).noise).toEqual({ kind: 'inferred' });
    const some = observe([{ value: 1 }, { value: 2, variance: 0.5 }]);
    expect(some.noise).toEqual({ kind: 'fixed-plus-inferred', variances: Float64Array.of(0, 0.5) });
  });

  it('infers one noise for counts of equally many draws, and scales it where they differ', () => {
    const count = (trials: number): Outcome => ({ successes: 3, trials });
    expect(observe([count(10), count(10)]).noise).toEqual({ kind: 'inferred' });
    expect(observe([count(10), count(20), count(40)]).noise).toEqual({
      kind: 'inferred',
      relative: Float64Array.of(2, 1, 0.5),
    });
  });

  it('takes a measurement as deterministic on its sample, and a part of the sample as what is missing', () => {
    const { noise, offsets, all, deterministic } = observe([measured('a', 0.5, 100), measured('a', 0.5, 25)]);
    // A quarter of the images: variance 0.25 / 25, of which three quarters are still open.
    expect(noise).toEqual({ kind: 'fixed-plus-inferred', variances: Float64Array.of(0, 0.0075) });
    expect(offsets).toBeUndefined();
    expect(all.map(({ generalisation }) => generalisation)).toEqual([0.0025, 0.01]);
    expect(deterministic).toBe(true);
  });

  it('gives measurements of several samples an offset each, of the variance their images imply', () => {
    const { offsets } = observe([measured('a', 0.5, 100), { value: 1 }, measured('b', 0.5, 100)]);
    expect(offsets).toEqual({ of: Int32Array.of(0, -1, 1), variance: 0.0025 });
  });

  it('calls counts and values with a variance not deterministic', () => {
    expect(observe([{ value: 1 }]).deterministic).toBe(true);
    expect(observe([{ value: 1, variance: 0 }]).deterministic).toBe(true);
    expect(observe([{ value: 1, variance: 0.1 }]).deterministic).toBe(false);
    expect(observe([{ successes: 1, trials: 2 }]).deterministic).toBe(false);
  });
});

describe('the outcome transform', () => {
  it('is the logit where all outcomes are shares, else the identity', () => {
    expect(automaticTransform([{ successes: 1, trials: 2 }, measured('a', 0.5, 4)])).toBe('logit');
    expect(automaticTransform([{ successes: 1, trials: 2 }, { value: 0.5 }])).toBe('identity');
  });

  it.each([
    [0.3, 64],
    [0.9, 1000],
    [0, 5],
    [1, 5],
  ])('has the slope of finite differences at a share of %d of %i', (share, draws) => {
    const h = 1e-6;
    const at = (p: number) => transformShare('logit', p, draws).value;
    const [low, high] = [Math.max(0, share - h), Math.min(1, share + h)];
    const difference = (at(high) - at(low)) / (high - low);
    expect(Math.abs(transformShare('logit', share, draws).slope / difference - 1)).toBeLessThan(1e-4);
  });

  it('comes back but for the half counts', () => {
    expect(Math.abs(untransform('logit', transformShare('logit', 0.3, 1e6).value) - 0.3)).toBeLessThan(1e-6);
    expect(untransform('identity', transformShare('identity', 0.3, 10).value)).toBe(0.3);
  });
});

describe('the memo of a fit', () => {
  const fit: Fit = {
    n: 12,
    transform: 'logit',
    standardisation: { shift: 0.1 + 0.2, scale: 1 / 3 },
    fence: -Infinity,
    hyperparameters: { lengthscales: Float64Array.of(0.1, Math.PI), outputScale: 1, noiseVariance: 5e-324 },
  };
  const kept = (memo: unknown, t = 0) => ({ ...running(t, [0.1, 0.2]), memo: memo as null });

  it.each([fit, { ...fit, fence: -1.25 }])('comes back from JSON bit for bit', (one) => {
    const memo = JSON.parse(JSON.stringify(fitToJson(one))) as unknown;
    expect(lastFit(context([kept(memo)]))).toEqual(one);
  });

  it('is that of the newest trial that has one', () => {
    const memo = fitToJson({ ...fit, n: 13 });
    expect(lastFit(context([kept(fitToJson(fit)), kept(memo, 1), running(2, [0, 0])]))?.n).toBe(13);
  });

  it.each([
    [null],
    [3],
    [{}],
    [{ fit: {} }],
    [{ fit: [] }],
    [{ fit: { ...(fitToJson(fit) as { fit: object }).fit, shift: null } }],
  ])('is passed over where it is none: %j', (memo) => {
    expect(lastFit(context([kept(memo)]))).toBeUndefined();
  });

  it('is passed over where it is of another dimension', () => {
    expect(lastFit(context([{ ...kept(fitToJson(fit)), unit: [0.1] }]))).toBeUndefined();
  });
});

describe('surrogateOf', () => {
  const settings = bayesSettings();

  it('fits again for every new point while there are few, and keeps the fit for the same points', () => {
    const five = observe([1, 4, 2, 8, 5].map((value) => ({ value })));
    const first = surrogateOf(five, settings, undefined, undefined);
    expect(first?.fresh).toBe(true);
    expect(surrogateOf(five, settings, first?.fit, first?.gp)?.fresh).toBe(false);
    const six = observe([1, 4, 2, 8, 5, 7].map((value) => ({ value })));
    expect(surrogateOf(six, settings, first?.fit, first?.gp)?.fresh).toBe(true);
  });

  it('fits again where the transform changed', () => {
    const counts = [3, 5, 1].map((successes): Outcome => ({ successes, trials: 10 }));
    const before = surrogateOf(observe(counts), settings, undefined, undefined);
    const trials = counts.map((outcome, t) => ended(t, [t / 10], outcome));
    expect(
      surrogateOf(observationsOf(context(trials), 'logit'), settings, before?.fit, undefined)?.fresh,
    ).toBe(true);
  });

  it('does not depend on shift and scale of the values', () => {
    const values = [1, 4, 2, 8, 5, 7];
    const a = surrogateOf(observe(values.map((value) => ({ value }))), settings, undefined, undefined);
    const b = surrogateOf(
      observe(values.map((value) => ({ value: 1024 * value - 4096 }))),
      settings,
      undefined,
      undefined,
    );
    const at = Float64Array.of(0.33);
    expect(Math.abs((a?.gp.predict(at, 1).mean[0] ?? 0) - (b?.gp.predict(at, 1).mean[0] ?? 9))).toBeLessThan(
      1e-6,
    );
  });
});

describe('mergeDuplicates', () => {
  it('makes one observation of repeated points, with the mean of their values and the noise of the first', () => {
    const outcomes = [1, 2, 6].map((value): Outcome => ({ value, variance: value }));
    const trials = [0.5, 0.7, 0.5 + 1e-10].map((u, t) => ended(t, [u], outcomes[t]));
    const merged = mergeDuplicates(observationsOf(context(trials), 'identity'));
    expect([[...merged.x], [...merged.y]]).toEqual([
      [0.5, 0.7],
      [3.5, 2],
    ]);
    expect(merged.noise).toEqual({ kind: 'fixed-plus-inferred', variances: Float64Array.of(1, 2) });
  });
});

describe('isNearAny', () => {
  const l = Float64Array.of(0.5, 2);
  it.each([
    [0.5 + 0.00049, 0.5 + 0.0019, true],
    [0.5 + 0.00051, 0.5, false],
    [0.5, 0.5 - 0.0021, false],
  ])('compares (%d, %d) in lengthscales, both sides of a thousandth', (a, b, near) => {
    expect(isNearAny(Float64Array.of(a, b), Float64Array.of(0.1, 0.1, 0.5, 0.5), l)).toBe(near);
    expect(isNearAny(Float64Array.of(a, b), new Float64Array(0), l)).toBe(false);
  });
});

describe('budgets', () => {
  it('of the initial design are 2d, 32 for d from 16 to 32, then d', () => {
    const dimensions = [1, 3, 4, 10, 16, 24, 32, 50];
    const byDimension = bayesSettings({ initialRule: 'by-dimension' });
    const expected = [6, 6, 8, 20, 32, 32, 32, 50];
    expect(dimensions.map((d) => initialTrials(byDimension, d, true))).toEqual(expected);
    expect(dimensions.map((d) => initialTrials(bayesSettings(), d, false))).toEqual(expected);
    expect(initialTrials(bayesSettings({ initial: 3 }), 50, true)).toBe(3);
  });

  it('of the initial design are at most 24 where outcomes are exact', () => {
    const settings = bayesSettings();
    expect([1, 3, 4, 7, 8, 9, 50].map((d) => initialTrials(settings, d, true))).toEqual([
      6, 6, 8, 14, 16, 18, 24,
    ]);
    expect(initialTrials(bayesSettings({ initial: 20 }), 50, true)).toBe(20);
  });

  it('of the initial design look at the outcomes there are: counts and variances are not exact', () => {
    const exact = (...outcomes: (Outcome | undefined)[]) =>
      hasExactOutcomes({
        trials: outcomes.map((outcome, number) => ({
          number,
          unit: [0.5],
          state: outcome === undefined ? ('running' as const) : ('complete' as const),
          origin: { by: 'initial' as const },
          ...(outcome === undefined ? {} : { outcome }),
        })),
      });
    const measurement = { sample: 'a', images: 10, mean: 0.5, variance: 0.01 };
    expect(exact()).toBe(false);
    expect(exact(undefined)).toBe(false);
    expect(exact({ value: 1 }, undefined, { value: 2, variance: 0 }, { failed: 'x' })).toBe(true);
    expect(exact(measurement)).toBe(true);
    expect(exact({ value: 1 }, { value: 1, variance: 0.1 })).toBe(false);
    expect(exact(measurement, { successes: 1, trials: 2 })).toBe(false);
  });

  it('of evaluations fall with n² from 4096, and never below 64', () => {
    expect([1, 100, 220, 300, 500, 5000].map(evaluationBudget)).toEqual([4096, 4096, 4096, 2222, 800, 64]);
  });
});
