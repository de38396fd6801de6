import { describe, expect, it } from '@jest/globals';

import { DEFAULT_BETA, maximizeAcquisition, upperConfidenceBound } from '../../src/acquisition/index.js';
import { randomStream } from '../../src/math/index.js';
import { ROUNDING } from '../tolerances.js';
import { observed, queryPoints, wavyGp } from './cases.js';
import { densePosterior } from './dense-posterior.js';
import { expectGradientsOfValues } from './gradient-law.js';
import { linearPosterior } from './linear-posterior.js';

const CASES = [
  ['d = 1', 1, 4, 0, 1],
  ['d = 3', 3, 8, 0, 1],
  ['shifted', 2, 6, 50, 1],
  ['stretched', 2, 6, 0, 1e3],
  ['shrunk', 2, 6, -0.01, 1e-3],
] as const;
const build = (d: number, n: number, shift: number, scale: number) =>
  densePosterior(wavyGp(d, n, 1e-3, shift, scale));

describe('upperConfidenceBound(posterior, { beta })', () => {
  it.each(CASES)('is the mean plus √β standard deviations, %s', (_, d, n, shift, scale) => {
    const posterior = build(d, n, shift, scale);
    const x = queryPoints(5, d);
    const { mean, variance } = posterior.predict(x, 5);
    const values = upperConfidenceBound(posterior, { beta: 4 }).values(x, 5);
    values.forEach((v, i) => expect(v).toBe(mean[i] + 2 * Math.sqrt(variance[i])));
  });

  it.each(CASES)('has the gradient of its values, %s', (_, d, n, shift, scale) => {
    const posterior = build(d, n, shift, scale);
    for (const beta of [0, 1, 9]) {
      expectGradientsOfValues(upperConfidenceBound(posterior, { beta }), queryPoints(6, d));
    }
  });

  it('takes 1.8 standard deviations by default, the posterior mean for β = 0', () => {
    const posterior = build(2, 6, 0, 1);
    const x = queryPoints(4, 2);
    const { mean } = posterior.predict(x, 4);
    expect(Math.abs(Math.sqrt(DEFAULT_BETA) - 1.8)).toBeLessThan(ROUNDING);
    expect(upperConfidenceBound(posterior).values(x, 4)).toEqual(
      upperConfidenceBound(posterior, { beta: 3.24 }).values(x, 4),
    );
    expect(upperConfidenceBound(posterior, { beta: 0 }).values(x, 4)).toEqual(mean);
  });

  it('rises with β, and more where less is known', () => {
    const posterior = build(1, 4, 0, 1);
    const x = Float64Array.of(...observed(wavyGp(1, 4, 1e-3)).subarray(0, 1), 0.5);
    const low = upperConfidenceBound(posterior, { beta: 1 }).values(x, 2);
    const high = upperConfidenceBound(posterior, { beta: 9 }).values(x, 2);
    const { variance } = posterior.predict(x, 2);
    expect(high[0] - low[0] > high[1] - low[1]).toBe(variance[0] > variance[1]);
    high.forEach((v, i) => expect(v).toBeGreaterThan(low[i]));
  });

  it('is on the linear scale: the choice of starts sees no shift and no factor', () => {
    expect(upperConfidenceBound(build(1, 4, 0, 1)).scale).toBe('linear');
    const best = (shift: number, scale: number) => {
      const posterior = linearPosterior(0.1 * scale ** 2);
      const moved = {
        ...posterior,
        predict: (x: Float64Array) => ({
          ...posterior.predict(x, x.length),
          mean: x.map((u) => shift - scale * (u - 0.3) ** 2),
        }),
        predictWithGradients: (x: Float64Array) => ({
          ...posterior.predictWithGradients(x, x.length),
          mean: x.map((u) => shift - scale * (u - 0.3) ** 2),
          meanGradient: x.map((u) => -2 * scale * (u - 0.3)),
        }),
      };
      return maximizeAcquisition(upperConfidenceBound(moved), {
        stream: randomStream('ucb-maximum'),
        scales: Float64Array.of(0.5),
      }).x[0];
    };
    for (const [shift, scale] of [
      [0, 1],
      [-50, 1],
      [0, 1e6],
      [0, 1e-6],
    ] as const) {
      expect(Math.abs(best(shift, scale) - 0.3)).toBeLessThan(1e-4);
    }
  });

  it.each([1e-4, 1e-100, 1e-300, 0])('goes to the mean as the variance goes to 0, here %d', (variance) => {
    const { values, gradients } = upperConfidenceBound(
      linearPosterior(variance, variance),
    ).valuesWithGradients(Float64Array.of(0.2, 0.7), 2);
    const c = 1.8 * Math.sqrt(variance);
    [0.2, 0.7].forEach((m, i) => expect(Math.abs(values[i] - m - c)).toBeLessThan(ROUNDING));
    gradients.forEach((g) => expect(Math.abs(g - 1 - c / 2)).toBeLessThan(ROUNDING));
  });

  it('works on no points, and gives NaN where the posterior is NaN', () => {
    expect(upperConfidenceBound(build(2, 6, 0, 1)).valuesWithGradients(new Float64Array(0), 0)).toEqual({
      values: new Float64Array(0),
      gradients: new Float64Array(0),
    });
    expect(upperConfidenceBound(linearPosterior(Number.NaN)).values(Float64Array.of(0.5), 1)[0]).toBeNaN();
  });

  it.each([-1, Number.NaN, Infinity])('refuses a β of %d', (beta) => {
    expect(() => upperConfidenceBound(build(1, 4, 0, 1), { beta })).toThrow(
      expect.objectContaining({
        code: 'E_ARGUMENT',
        message: `upperConfidenceBound: beta must be finite and at least 0, got ${beta}`,
      }),
    );
  });
});
