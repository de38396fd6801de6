import { describe, expect, it } from '@jest/globals';
import { exactGp } from '../../../../src/gp/index.js';
import { normalCdf, randomStream } from '../../../../src/math/index.js';
import { binomialInterval, binomialTails } from '../../../../src/study/policies/bayes/explain/binomial.js';
import { calibrationOf } from '../../../../src/study/policies/bayes/explain/calibration.js';
import { rankCorrelation } from '../../../../src/study/policies/bayes/explain/rank-correlation.js';
import { unitsOf } from '../../../../src/study/policies/bayes/explain/units.js';
import { observationsOf } from '../../../../src/study/policies/bayes/observations.js';
import type { Surrogate } from '../../../../src/study/policies/bayes/surrogate.js';
import { DENSE_SOLVE, ROUNDING } from '../../../tolerances.js';
import { context, ended } from '../history.js';

/** Values on a line with noise of sd 0.1, under a model that holds the noise for `believed`. */
function checked(believed: number, n = 60, scale = 1) {
  const stream = randomStream(13, 'values');
  const trials = Array.from({ length: n }, (_, t) => {
    const x = (t + 0.5) / n;
    return ended(t, [x], { value: scale * (Math.sin(4 * x) + 0.1 * stream.normal()) });
  });
  const observations = observationsOf(context(trials), 'identity');
  const hyperparameters = {
    lengthscales: Float64Array.of(0.4),
    outputScale: 1,
    noiseVariance: believed ** 2,
  };
  const gp = exactGp(
    { x: observations.x, y: observations.y.map((y) => y / scale), dimension: 1, noise: { kind: 'inferred' } },
    hyperparameters,
  );
  const standardisation = { shift: 0, scale };
  const fit = { n, transform: 'identity' as const, standardisation, fence: -Infinity, hyperparameters };
  const surrogate: Surrogate = { gp, fit, model: {}, fresh: true, notes: [] };
  return { gp, calibration: calibrationOf(observations, surrogate, unitsOf(observations, surrogate), 3) };
}

describe('calibrationOf(observations, surrogate, units, worst)', () => {
  it('calls a model that knows the noise calibrated, and better than a constant', () => {
    const { calibration } = checked(0.1);
    expect(calibration.verdict).toBe('calibrated');
    expect(calibration.informative).toBe(true);
    expect(calibration.rmsZ).toBeGreaterThan(0.75);
    expect(calibration.rmsZ).toBeLessThan(1.25);
    expect(calibration.rankCorrelation).toBeGreaterThan(0.9);
    expect(calibration.largestZ.chance).toBeGreaterThan(0.01);
  });

  it('calls a model that takes the noise for a third over-confident, for three times under-confident', () => {
    expect(checked(0.03).calibration.verdict).toBe('over-confident');
    expect(checked(0.03).calibration.largestZ.chance).toBeLessThan(0.01);
    expect(checked(0.3).calibration.verdict).toBe('under-confident');
  });

  it('gives no such verdict of three observations', () => {
    expect(checked(0.3, 3).calibration.verdict).toBe('calibrated');
  });

  it('lists the worst first, each as a model without that observation predicts it, in units of the objective', () => {
    const { gp, calibration } = checked(0.1, 20, 50);
    expect(calibration.worst).toHaveLength(3);
    const sizes = calibration.worst.map(({ z }) => Math.abs(z));
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    for (const { trial, predicted, observed, z, interval } of calibration.worst) {
      const others = Array.from({ length: 20 }, (_, i) => i).filter((i) => i !== trial);
      const left = exactGp(
        {
          ...gp.data,
          x: Float64Array.from(others, (i) => gp.data.x[i]),
          // the mean is held: the others around it, with a mean of zero
          y: Float64Array.from(others, (i) => gp.data.y[i] - gp.constantMean),
        },
        gp.hyperparameters,
        { mean: { kind: 'zero' } },
      ).predict(gp.data.x.slice(trial, trial + 1), 1);
      const sd = Math.sqrt(left.variance[0] + 0.01);
      expect(Math.abs(predicted / 50 - left.mean[0] - gp.constantMean)).toBeLessThan(DENSE_SOLVE);
      expect(Math.abs(z - (observed - predicted) / 50 / sd)).toBeLessThan(DENSE_SOLVE);
      expect(Math.abs(interval[1] - interval[0] - 2 * 1.959963984540054 * 50 * sd)).toBeLessThan(
        50 * DENSE_SOLVE,
      );
    }
  });

  it('gives the log density of the predictions', () => {
    const { gp, calibration } = checked(0.1, 10);
    const { mean, variance } = gp.leaveOneOut();
    const densities = gp.data.y.map(
      (y, i) => -0.5 * ((y - mean[i]) ** 2 / variance[i] + Math.log(2 * Math.PI * variance[i])),
    );
    const expected = densities.reduce((sum, value) => sum + value, 0) / 10;
    expect(Math.abs(calibration.logDensity - expected)).toBeLessThan(ROUNDING);
  });
});

describe('binomialTails(n, p, k)', () => {
  it('counts what chance gives, both tails with k itself', () => {
    const { atMost, atLeast } = binomialTails(3, 0.5, 1);
    expect(atMost).toBeCloseTo(4 / 8, 12);
    expect(atLeast).toBeCloseTo(7 / 8, 12);
  });

  it('is near the normal distribution for many draws', () => {
    const { atMost } = binomialTails(2000, 0.8, 1580);
    expect(Math.abs(atMost - normalCdf((1580.5 - 1600) / Math.sqrt(320)))).toBeLessThan(0.002);
  });

  it('holds for no draw and for all', () => {
    expect(binomialTails(0, 0.5, 0)).toEqual({ atMost: 1, atLeast: 1 });
    expect(binomialTails(4, 0.5, 4).atLeast).toBeCloseTo(1 / 16, 12);
  });
});

describe('binomialInterval(n, p)', () => {
  it('leaves at most 2.5 % on either side, and more if it were narrower', () => {
    for (const [n, p] of [
      [1, 0.5],
      [10, 0.95],
      [100, 0.8],
      [1000, 0.5],
    ] as const) {
      const [low, high] = binomialInterval(n, p);
      if (low > 0) expect(binomialTails(n, p, low - 1).atMost).toBeLessThanOrEqual(0.025);
      expect(binomialTails(n, p, low).atMost).toBeGreaterThan(0.025);
      if (high < n) expect(binomialTails(n, p, high + 1).atLeast).toBeLessThanOrEqual(0.025);
      expect(binomialTails(n, p, high).atLeast).toBeGreaterThan(0.025);
    }
  });
});

describe('rankCorrelation(a, b)', () => {
  it('is 1 for the same order, −1 for the opposite one, whatever the values', () => {
    expect(rankCorrelation([1, 20, 300], [-4, 0, 0.5])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 20, 300], [3, 2, 1])).toBeCloseTo(-1, 12);
  });

  it('lets equal values share their rank', () => {
    // ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4
    expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  });

  it('is not there where a list does not vary', () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeUndefined();
    expect(rankCorrelation([1], [2])).toBeUndefined();
  });
});
