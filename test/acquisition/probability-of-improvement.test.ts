import { describe, expect, it } from '@jest/globals';

import { logProbabilityOfImprovement, probabilityOfImprovement } from '../../src/acquisition/index.js';
import { normalCdf, randomStream } from '../../src/math/index.js';
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

const build = (d: number, n: number, shift: number, scale: number) => {
  const gp = wavyGp(d, n, 1e-3, shift, scale);
  return { gp, posterior: densePosterior(gp), best: Math.max(...gp.y) };
};
/** log PI and its slopes at mean Δ and variance s², the slope of the variance 1 (of the mean 1 as well). */
const at = (delta: number, variance: number, slope = 0) => {
  const pi = logProbabilityOfImprovement(linearPosterior(variance, slope, 0.5 - delta), { best: 0 });
  const { values, gradients } = pi.valuesWithGradients(Float64Array.of(0.5), 1);
  return { value: values[0], gradient: gradients[0] };
};

describe('probabilityOfImprovement(posterior, { best })', () => {
  it.each(CASES)('is P(f > best), within 4 standard errors of Monte Carlo, %s', (_, d, n, shift, scale) => {
    const { posterior, best } = build(d, n, shift, scale);
    const x = queryPoints(5, d);
    const { mean, variance } = posterior.predict(x, 5);
    const pi = probabilityOfImprovement(posterior, { best }).values(x, 5);
    const stream = randomStream('pi', d);
    const draws = Float64Array.from({ length: 20_000 }, () => stream.normal());
    for (let i = 0; i < 5; i++) {
      const share = draws.filter((z) => mean[i] + Math.sqrt(variance[i]) * z > best).length / draws.length;
      expect(Math.abs(pi[i] - share)).toBeLessThanOrEqual(
        4 * Math.sqrt((pi[i] * (1 - pi[i])) / draws.length) + 1e-4,
      );
    }
  });

  it.each(CASES)('has the gradient of its values, and so has its logarithm, %s', (_, d, n, shift, scale) => {
    const { posterior, best } = build(d, n, shift, scale);
    expectGradientsOfValues(probabilityOfImprovement(posterior, { best }), queryPoints(6, d));
    expectGradientsOfValues(logProbabilityOfImprovement(posterior, { best }), queryPoints(6, d));
  });

  it('is the exponential of the logarithmic form, which stays finite where it underflows', () => {
    const { posterior } = build(2, 6, 0, 1);
    const x = queryPoints(4, 2);
    const near = probabilityOfImprovement(posterior, { best: 0.5 }).values(x, 4);
    const logs = logProbabilityOfImprovement(posterior, { best: 0.5 }).values(x, 4);
    near.forEach((v, i) => expect(Math.abs(Math.log(v) - logs[i])).toBeLessThan(ROUNDING * (1 - logs[i])));
    const far = { best: 1000 };
    expect([...probabilityOfImprovement(posterior, far).values(x, 4)]).toEqual([0, 0, 0, 0]);
    const finite = logProbabilityOfImprovement(posterior, far).valuesWithGradients(x, 4);
    expect(finite.values.every((v) => Number.isFinite(v) && v < -1e4)).toBe(true);
    expect(finite.gradients.some((g) => g !== 0)).toBe(true);
  });

  it('is on the scale that the choice of starts needs: the logarithm on log, the probability on linear', () => {
    const { posterior } = build(1, 4, 0, 1);
    expect(logProbabilityOfImprovement(posterior, { best: 0 }).scale).toBe('log');
    expect(probabilityOfImprovement(posterior, { best: 0 }).scale).toBe('linear');
  });

  it('falls when the best rises, and does not see shift and scale of both', () => {
    const { posterior } = build(3, 8, 0, 1);
    const x = queryPoints(5, 3);
    const values = [-1, 0, 1, 2].map((best) => probabilityOfImprovement(posterior, { best }).values(x, 5));
    for (let k = 1; k < 4; k++) values[k].forEach((v, i) => expect(v).toBeLessThan(values[k - 1][i]));
    const moved = build(3, 8, 0, 1e3).posterior;
    const scaled = probabilityOfImprovement(moved, { best: 1000 }).values(x, 5);
    scaled.forEach((v, i) => expect(Math.abs(v - values[2][i])).toBeLessThan(1e-9));
  });

  it.each([40, 8, 1, 0, -1, -8, -37, -39, -40])('follows log Φ and its slope at z = %d', (z) => {
    const { value, gradient } = at(z, 1);
    if (Math.abs(z) < 38) expect(Math.abs(value - Math.log(normalCdf(z)))).toBeLessThan(1e-10);
    // log Φ(−t) = −t²/2 − log(t √(2π)) + log(1 − 1/t² + 3/t⁴ − 15/t⁶ …), its slope t + 1/t − 2/t³ + 10/t⁵ ….
    if (z > -37) return;
    const t = -z;
    const series = Math.log1p(-1 / t ** 2 + 3 / t ** 4 - 15 / t ** 6);
    expect(Math.abs(value - (-0.5 * t * t - Math.log(t * Math.sqrt(2 * Math.PI)) + series))).toBeLessThan(
      1e-9,
    );
    expect(Math.abs(gradient - (t + 1 / t - 2 / t ** 3 + 10 / t ** 5))).toBeLessThan(1e-7);
  });

  it.each([-40, -3, 0, 3, 40])('has the slopes of finite differences at z = %d', (z) => {
    const h = 1e-5;
    const byMean = (at(z + h, 1).value - at(z - h, 1).value) / (2 * h);
    const byVariance = (at(z, 1 + h).value - at(z, 1 - h).value) / (2 * h);
    expect(Math.abs(at(z, 1).gradient - byMean)).toBeLessThan(1e-6 * (1 + Math.abs(byMean)));
    expect(Math.abs(at(z, 1, 1).gradient - byMean - byVariance)).toBeLessThan(
      1e-5 * (1 + Math.abs(byVariance)),
    );
  });

  it.each([1e-4, 1e-10, 1e-100, 1e-300])('goes to 1 or 0 as the variance goes to 0, here %d', (variance) => {
    expect(at(0.1, variance).value).toBeCloseTo(0, 12);
    const below = at(-0.1, variance);
    expect(below.value).toBeLessThan(-49);
    expect(Number.isFinite(below.gradient)).toBe(true);
    expect(at(0, variance).value).toBeCloseTo(-Math.LN2, 12);
  });

  it('at variance 0 is 1 or 0, with gradient 0', () => {
    expect([0.1, 0, -0.1].map((delta) => at(delta, 0, 5))).toEqual([
      { value: 0, gradient: 0 },
      { value: -Infinity, gradient: 0 },
      { value: -Infinity, gradient: 0 },
    ]);
    const plain = probabilityOfImprovement(linearPosterior(0, 5), { best: 0.5 });
    const { values, gradients } = plain.valuesWithGradients(Float64Array.of(0.2, 0.9), 2);
    expect([...values, ...gradients]).toEqual([0, 1, 0, 0]);
  });

  it('works on no points, and gives NaN where the posterior is NaN', () => {
    const { gp, posterior } = build(1, 4, 0, 1);
    const none = { values: new Float64Array(0), gradients: new Float64Array(0) };
    expect(
      probabilityOfImprovement(posterior, { best: 0 }).valuesWithGradients(new Float64Array(0), 0),
    ).toEqual(none);
    const broken = densePosterior({ ...gp, y: gp.y.map(() => Number.NaN) });
    expect(logProbabilityOfImprovement(broken, { best: 0 }).values(observed(gp), 4)).toEqual(
      new Float64Array(4).fill(Number.NaN),
    );
    expect(at(Number.NaN, 0).value).toBeNaN();
    expect(at(0, Number.NaN).value).toBeNaN();
  });

  it.each([Number.NaN, Infinity, -Infinity])('refuses a best of %d', (best) => {
    const { posterior } = build(1, 4, 0, 1);
    expect(() => probabilityOfImprovement(posterior, { best })).toThrow(
      expect.objectContaining({
        code: 'E_ARGUMENT',
        message: `probabilityOfImprovement: best must be finite, got ${best}`,
      }),
    );
  });
});
