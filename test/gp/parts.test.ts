import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inverse, Matrix } from 'ml-matrix';
import { addLengthscalePrior, drawLengthscales, lengthscaleMode } from '../../src/gp/priors.js';
import {
  dimensionScaledPrior,
  drawFromPrior,
  empiricalLogit,
  inverseLogit,
  logPriorDensity,
  logPriorSlope,
  logitVariance,
  matern52,
  priorMode,
  refitReason,
  standardisation,
  standardise,
} from '../../src/gp/index.js';
import type { Prior } from '../../src/gp/index.js';
import { randomStream } from '../../src/math/index.js';
import { FINITE_DIFFERENCE, ROUNDING } from '../tolerances.js';

describe('matern52', () => {
  it('is 1 at r = 0 and 0 at r = Infinity, with finite slopes', () => {
    expect(matern52.correlation(0)).toBe(1);
    expect(matern52.slope(0, 1)).toBeCloseTo(-5 / 6, 15);
    expect(matern52.correlation(Infinity)).toBe(0);
    expect(matern52.slope(Infinity, 0)).toBeCloseTo(0, 15);
  });

  it.each([0.01, 0.5, 1, 2.3, 10, 399, 401])(
    'is (1 + √5 r + 5/3 r²) exp(−√5 r), and so is its slope, at r = %d',
    (r) => {
      const s = Math.sqrt(5) * r;
      const k = matern52.correlation(r);
      expect(Math.abs(k - (1 + s + (5 / 3) * r * r) * Math.exp(-s))).toBeLessThan(ROUNDING);
      expect(Math.abs(matern52.slope(r, k) + (5 / 6) * (1 + s) * Math.exp(-s))).toBeLessThan(ROUNDING);
      const h = 1e-5 * r * r;
      const at = (squared: number) => matern52.correlation(Math.sqrt(squared));
      const difference = (at(r * r + h) - at(r * r - h)) / (2 * h);
      expect(Math.abs(matern52.slope(r, k) - difference)).toBeLessThan(FINITE_DIFFERENCE);
    },
  );
});

const priors: readonly [Prior][] = [
  [{ kind: 'log-normal', location: -4, scale: 1 }],
  [{ kind: 'log-normal', location: 2, scale: 0.5 }],
  [{ kind: 'gamma', shape: 3, rate: 6 }],
  [{ kind: 'gamma', shape: 1.1, rate: 0.05 }],
];

describe('a prior', () => {
  it.each(priors)('has the slope of its log density in log x: %j', (prior) => {
    for (const x of [0.01, 0.7, 5]) {
      const at = (t: number) => logPriorDensity(prior, Math.exp(t));
      const difference = (at(Math.log(x) + 1e-5) - at(Math.log(x) - 1e-5)) / 2e-5;
      expect(Math.abs(logPriorSlope(prior, x) - difference)).toBeLessThan(1e3 * FINITE_DIFFERENCE);
    }
  });

  it.each(priors)('is highest at its mode: %j', (prior) => {
    const mode = priorMode(prior);
    expect(Math.abs(logPriorSlope(prior, mode))).toBeLessThan(ROUNDING);
    expect(logPriorDensity(prior, mode * 1.01)).toBeLessThan(logPriorDensity(prior, mode));
    expect(logPriorDensity(prior, mode / 1.01)).toBeLessThan(logPriorDensity(prior, mode));
  });

  it('of gamma shape at most 1 starts at its mean, for its mode is 0', () => {
    expect(priorMode({ kind: 'gamma', shape: 0.5, rate: 2 })).toBe(0.25);
  });

  it.each(priors)('draws with its own mean: %j', (prior) => {
    const stream = randomStream('prior-draws', 1);
    const draws = Array.from({ length: 4000 }, () => drawFromPrior(prior, stream));
    const mean = draws.reduce((sum, x) => sum + x / 4000, 0);
    const error = Math.sqrt(draws.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / 4000;
    const exact =
      prior.kind === 'gamma' ? prior.shape / prior.rate : Math.exp(prior.location + prior.scale ** 2 / 2);
    expect(Math.abs(mean - exact)).toBeLessThan(4 * error);
  });

  it('for lengthscales grows with the square root of the dimension', () => {
    expect(priorMode(dimensionScaledPrior(16)) / priorMode(dimensionScaledPrior(4))).toBeCloseTo(2, 12);
  });
});

describe('a joint prior of lengthscales', () => {
  const prior = { kind: 'shared-log-normal', location: 0.4, common: 1.3, own: 0.5 } as const;

  it('is the normal density of the logarithms with covariance own² I + common² 11ᵀ', () => {
    const l = Float64Array.of(0.3, 2, 1.1);
    const r = Matrix.columnVector([...l].map((v) => Math.log(v) - 0.4));
    const covariance = Matrix.ones(3, 3)
      .mul(1.69)
      .add(Matrix.eye(3, 3, 0.25));
    const expected = -0.5 * r.transpose().mmul(inverse(covariance)).mmul(r).get(0, 0);
    expect(Math.abs(addLengthscalePrior(prior, l, new Float64Array(3)) - expected)).toBeLessThan(ROUNDING);
  });

  it('is highest where every lengthscale is at the mode', () => {
    const gradient = new Float64Array(4);
    addLengthscalePrior(prior, new Float64Array(4).fill(lengthscaleMode(prior)), gradient);
    for (const g of gradient) expect(Math.abs(g)).toBeLessThan(ROUNDING);
  });

  it('draws logarithms with the spread of both parts, and with that of the own part within a draw', () => {
    const stream = randomStream('lengthscale-draws', 1);
    const draws = Array.from({ length: 3000 }, () => drawLengthscales(prior, 2, stream).map(Math.log));
    const variance = (values: readonly number[]) =>
      values.reduce((sum, v) => sum + (v * v) / values.length, 0);
    // The standard error of a variance from 3000 draws is 2.6 % of it; four of them.
    expect(Math.abs(variance(draws.map(([a]) => a - 0.4)) / (1.69 + 0.25) - 1)).toBeLessThan(0.11);
    expect(Math.abs(variance(draws.map(([a, b]) => a - b)) / (2 * 0.25) - 1)).toBeLessThan(0.11);
  });

  it('is the sum of the single ones where there is no joint one', () => {
    const single = { kind: 'gamma', shape: 3, rate: 6 } as const;
    const gradient = new Float64Array(2);
    const value = addLengthscalePrior(single, Float64Array.of(0.3, 2), gradient);
    expect(value).toBe(logPriorDensity(single, 0.3) + logPriorDensity(single, 2));
    expect([...gradient]).toEqual([logPriorSlope(single, 0.3), logPriorSlope(single, 2)]);
  });
});

describe('empiricalLogit', () => {
  it('is odd under swapping successes and failures, with the same variance', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (m, share) => {
          const k = share * m;
          const a = empiricalLogit(k, m);
          const b = empiricalLogit(m - k, m);
          expect(Math.abs(a.value + b.value)).toBeLessThan(1e-9);
          expect(Math.abs(a.variance / b.variance - 1)).toBeLessThan(1e-9);
        },
      ),
      { seed: 2, numRuns: 50 },
    );
  });

  it('is finite where all or none succeed', () => {
    expect(empiricalLogit(0, 1).value).toBeCloseTo(-Math.log(3), 14);
    expect(empiricalLogit(64, 64).value).toBeCloseTo(Math.log(129), 14);
  });

  it('has about the variance 1 / (m p (1 − p)) for many trials', () => {
    expect(empiricalLogit(30000, 100000).variance * 100000 * 0.21).toBeCloseTo(1, 4);
    expect(logitVariance(0.3, (0.3 * 0.7) / 100000) * 100000 * 0.21).toBeCloseTo(1, 12);
  });

  it.each([-800, -3, 0, 0.5, 800])('is undone by inverseLogit at %d but for the half counts', (z) => {
    const p = inverseLogit(z);
    expect(p).toBeGreaterThanOrEqual(0);
    expect(p).toBeLessThanOrEqual(1);
    if (Math.abs(z) < 10) expect(Math.abs(Math.log(p / (1 - p)) - z)).toBeLessThan(ROUNDING);
  });
});

describe('standardisation', () => {
  const spread = (y: Float64Array) => {
    const z = standardise(y, standardisation(y));
    const mean = z.reduce((sum, v) => sum + v / z.length, 0);
    return [mean, z.reduce((sum, v) => sum + (v - mean) ** 2 / z.length, 0)];
  };

  it.each([1, 1e-300, 1e-160, 1e160, 1e300, -7])(
    'gives mean 0 and variance 1 for targets of size %d',
    (size) => {
      const [mean, variance] = spread(Float64Array.of(size, 2 * size, 4 * size, 3 * size));
      expect(Math.abs(mean)).toBeLessThan(ROUNDING);
      expect(Math.abs(variance - 1)).toBeLessThan(ROUNDING);
    },
  );

  it('takes the largest numbers of both signs', () => {
    const [mean, variance] = spread(Float64Array.of(Number.MAX_VALUE, -Number.MAX_VALUE));
    expect(mean).toBe(0);
    expect(Math.abs(variance - 1)).toBeLessThan(ROUNDING);
  });

  it.each([[[0, 0, 0]], [[0.3, 0.3, 0.3]], [[1e300, 1e300]], [[-5e-324]]])(
    'gives zeros for equal targets %p',
    (values) => {
      const y = Float64Array.from(values);
      for (const z of standardise(y, standardisation(y))) expect(Math.abs(z)).toBe(0);
    },
  );

  it('is the identity without targets', () => {
    expect(standardisation(new Float64Array(0))).toEqual({ shift: 0, scale: 1 });
  });
});

describe('refitReason', () => {
  it.each([
    ['there was no fit', { n: 0, fittedAt: undefined }, 'first'],
    ['nothing new came', { n: 40, fittedAt: 40, newestResidual: 9 }, undefined],
    ['few points changed', { n: 59, fittedAt: 58 }, 'small'],
    ['many points grew by less than 5 %', { n: 104, fittedAt: 100, newestResidual: 3 }, undefined],
    ['many points grew by 5 %', { n: 105, fittedAt: 100 }, 'growth'],
    ['points went away', { n: 99, fittedAt: 100 }, 'growth'],
    ['the newest point surprised', { n: 101, fittedAt: 100, newestResidual: -3.01 }, 'surprise'],
    ['the newest residual is not a number', { n: 101, fittedAt: 100, newestResidual: NaN }, 'surprise'],
  ])('where %s', (_, state, reason) => {
    expect(refitReason(state)).toBe(reason);
  });
});
