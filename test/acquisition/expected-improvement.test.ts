import { describe, expect, it } from '@jest/globals';

import { expectedImprovement, logExpectedImprovement } from '../../src/acquisition/index.js';
import { randomStream } from '../../src/math/index.js';
import { ROUNDING } from '../tolerances.js';
import { observed, queryPoints, wavyGp } from './cases.js';
import { densePosterior } from './dense-posterior.js';
import { expectGradientsOfValues } from './gradient-law.js';

const CASES = [
  ['d = 1', 1, 4, 0, 1],
  ['d = 3', 3, 8, 0, 1],
  ['shifted', 2, 6, 50, 1],
  ['stretched', 2, 6, 0, 1e3],
  ['shrunk', 2, 6, -0.01, 1e-3],
] as const;

const build = (d: number, n: number, shift: number, scale: number) => {
  const gp = wavyGp(d, n, 1e-3, shift, scale);
  return { gp, posterior: densePosterior(gp), best: Math.max(...gp.y) };
};

describe('expectedImprovement(posterior, { best })', () => {
  it.each(CASES)(
    'is E[max(0, f - best)], within 4 standard errors of Monte Carlo, %s',
    (_, d, n, shift, scale) => {
      const { posterior, best } = build(d, n, shift, scale);
      const x = queryPoints(5, d);
      const { mean, variance } = posterior.predict(x, 5);
      const ei = expectedImprovement(posterior, { best }).values(x, 5);
      const stream = randomStream('ei', d);
      const draws = Float64Array.from({ length: 20_000 }, () => stream.normal());
      for (let i = 0; i < 5; i++) {
        const gains = draws.map((z) => Math.max(0, mean[i] + Math.sqrt(variance[i]) * z - best));
        const average = gains.reduce((s, v) => s + v, 0) / gains.length;
        const spread = gains.reduce((s, v) => s + (v - average) ** 2, 0) / gains.length;
        expect(Math.abs(ei[i] - average)).toBeLessThanOrEqual(
          4 * Math.sqrt(spread / gains.length) + 1e-9 * scale,
        );
      }
    },
  );

  it.each(CASES)('has the gradient of its values, and so has its logarithm, %s', (_, d, n, shift, scale) => {
    const { posterior, best } = build(d, n, shift, scale);
    expectGradientsOfValues(expectedImprovement(posterior, { best }), queryPoints(6, d));
    expectGradientsOfValues(logExpectedImprovement(posterior, { best }), queryPoints(6, d));
  });

  it('is the exponential of the logarithmic form, which stays finite where it underflows', () => {
    const { posterior } = build(2, 6, 0, 1);
    const x = queryPoints(4, 2);
    const near = expectedImprovement(posterior, { best: 0.5 }).values(x, 4);
    const logs = logExpectedImprovement(posterior, { best: 0.5 }).values(x, 4);
    near.forEach((v, i) =>
      expect(Math.abs(Math.log(v) - logs[i])).toBeLessThan(ROUNDING * Math.abs(logs[i])),
    );
    const far = { best: 1000 };
    expect([...expectedImprovement(posterior, far).values(x, 4)]).toEqual([0, 0, 0, 0]);
    const finite = logExpectedImprovement(posterior, far).valuesWithGradients(x, 4);
    expect(finite.values.every(Number.isFinite)).toBe(true);
    expect(finite.gradients.some((g) => g !== 0)).toBe(true);
  });

  it('shifts with the values and stretches with them', () => {
    const base = build(2, 6, 0, 1);
    const moved = build(2, 6, -7, 3);
    const x = queryPoints(5, 2);
    const a = expectedImprovement(base.posterior, { best: 0.3 }).values(x, 5);
    // The zero prior mean is shifted along with the data, as a constant mean would be.
    const shifted = { ...moved.gp, y: moved.gp.y.map((y) => y + 7) };
    const b = expectedImprovement(densePosterior(shifted), { best: 0.9 }).values(x, 5);
    a.forEach((v, i) => expect(Math.abs(3 * v - b[i])).toBeLessThan(1e-9));
  });

  it('falls when the best rises', () => {
    const { posterior } = build(3, 8, 0, 1);
    const x = queryPoints(5, 3);
    const values = [-1, 0, 1, 2].map((best) => expectedImprovement(posterior, { best }).values(x, 5));
    for (let k = 1; k < 4; k++) values[k].forEach((v, i) => expect(v).toBeLessThan(values[k - 1][i]));
  });

  it('at variance 0 is max(0, m - best), its gradient that of the mean or 0', () => {
    const certain = {
      dimension: 1,
      predict: (x: Float64Array) => ({ mean: x.slice(), variance: new Float64Array(x.length) }),
      predictWithGradients: (x: Float64Array) => ({
        mean: x.slice(),
        variance: new Float64Array(x.length),
        meanGradient: new Float64Array(x.length).fill(1),
        varianceGradient: new Float64Array(x.length).fill(5),
      }),
      reference: () => {
        throw new Error('not asked for');
      },
    };
    const x = Float64Array.of(0.2, 0.5, 0.9);
    const plain = expectedImprovement(certain, { best: 0.5 }).valuesWithGradients(x, 3);
    expect([...plain.values].map((v) => Number(v.toFixed(12)))).toEqual([0, 0, 0.4]);
    expect([...plain.gradients].map((v) => Number(v.toFixed(12)))).toEqual([0, 0, 1]);
    const log = logExpectedImprovement(certain, { best: 0.5 }).valuesWithGradients(x, 3);
    expect([...log.values.slice(0, 2)]).toEqual([-Infinity, -Infinity]);
    expect([...log.gradients].map((v) => Number(v.toFixed(12)))).toEqual([0, 0, 2.5]);
  });

  it('works on a prior without observations, and on no points', () => {
    const prior = densePosterior({ d: 2, x: [], y: [], noise: [], lengthscale: 0.3, variance: 1 });
    const ei = expectedImprovement(prior, { best: 0 });
    expect(ei.values(queryPoints(1, 2), 1)[0]).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 12);
    expect(ei.valuesWithGradients(new Float64Array(0), 0)).toEqual({
      values: new Float64Array(0),
      gradients: new Float64Array(0),
    });
  });

  it('gives NaN where the posterior is NaN', () => {
    const { gp } = build(1, 4, 0, 1);
    const broken = densePosterior({ ...gp, y: gp.y.map(() => Number.NaN) });
    expect(logExpectedImprovement(broken, { best: 0 }).values(observed(gp), 4)).toEqual(
      new Float64Array(4).fill(Number.NaN),
    );
  });

  it.each([Number.NaN, Infinity, -Infinity])('refuses a best of %d', (best) => {
    const { posterior } = build(1, 4, 0, 1);
    expect(() => expectedImprovement(posterior, { best })).toThrow(
      expect.objectContaining({
        code: 'E_ARGUMENT',
        message: `expectedImprovement: best must be finite, got ${best}`,
      }),
    );
  });
});
