import { describe, expect, it } from '@jest/globals';

import {
  logExpectedImprovement,
  noisyLogExpectedImprovement,
  SAME_POINT,
} from '../../src/acquisition/index.js';
import { normalCdf, normalPdf, randomStream } from '../../src/math/index.js';
import { observed, queryPoints, wavyGp } from './cases.js';
import { densePosterior } from './dense-posterior.js';
import { expectGradientsOfValues } from './gradient-law.js';

const CASES = [
  ['d = 1', 1, 4, 0.1, 0, 1],
  ['d = 3', 3, 8, 0.1, 0, 1],
  ['much noise', 2, 9, 2, 0, 1],
  ['shifted', 2, 6, 0.1, 2, 1],
  ['stretched', 2, 6, 0.1, 0, 1e3],
] as const;

const build = (d: number, n: number, noise: number, shift: number, scale: number) => {
  const gp = wavyGp(d, n, noise, shift, scale);
  const posterior = densePosterior(gp);
  const incumbents = observed(gp);
  const mean = Array.from(posterior.predict(incumbents, n).mean);
  const at = mean.indexOf(Math.max(...mean)) * d;
  return { gp, posterior, incumbents, incumbent: incumbents.slice(at, at + d) };
};

/** Standard deviation of max(0, Δ + s X): a sample would miss it where gains are rare. */
function spreadOfGain(delta: number, variance: number): number {
  const s = Math.sqrt(variance);
  const z = delta / s;
  const mean = s * (normalPdf(z) + z * normalCdf(z));
  return Math.sqrt(variance * ((1 + z * z) * normalCdf(z) + z * normalPdf(z)) - mean * mean);
}

describe('noisyLogExpectedImprovement(posterior, { incumbents })', () => {
  it.each(CASES)(
    'is log E[max(0, f(x) - f(x*))] for x* of greatest posterior mean, within 4 standard errors, %s',
    (_, d, n, noise, shift, scale) => {
      const { posterior, incumbents, incumbent } = build(d, n, noise, shift, scale);
      const q = 4;
      const x = queryPoints(q, d);
      const logs = noisyLogExpectedImprovement(posterior, { incumbents }).values(x, q);
      const stream = randomStream('noisy ei', d);
      for (let i = 0; i < q; i++) {
        const pair = posterior.reference(Float64Array.of(...incumbent, ...x.subarray(i * d, (i + 1) * d)), 2);
        const [a, , c, b] = pair.covariance;
        const gains = Float64Array.from({ length: 6_000 }, () => {
          const z = stream.normal();
          const best = pair.mean[0] + Math.sqrt(a) * z;
          const rest = Math.sqrt(Math.max(0, b - (c * c) / a));
          return Math.max(0, pair.mean[1] + (c / Math.sqrt(a)) * z + rest * stream.normal() - best);
        });
        const average = gains.reduce((sum, v) => sum + v, 0) / gains.length;
        const deviation = spreadOfGain(pair.mean[1] - pair.mean[0], a + b - 2 * c);
        expect(Math.abs(Math.exp(logs[i]) - average)).toBeLessThan((4 * deviation) / Math.sqrt(gains.length));
      }
    },
  );

  it.each(CASES)('has the gradient of its values, %s', (_, d, n, noise, shift, scale) => {
    const { posterior, incumbents } = build(d, n, noise, shift, scale);
    expectGradientsOfValues(noisyLogExpectedImprovement(posterior, { incumbents }), queryPoints(6, d));
  });

  it('is the textbook form where the incumbent is known exactly and far away', () => {
    const gp = { ...wavyGp(1, 1, 0), x: [[0]], y: [0.7], noise: [1e-12], lengthscale: 0.1 };
    const posterior = densePosterior(gp);
    const x = Float64Array.of(0.8, 0.95);
    const noisy = noisyLogExpectedImprovement(posterior, { incumbents: Float64Array.of(0) }).values(x, 2);
    const textbook = logExpectedImprovement(posterior, { best: 0.7 }).values(x, 2);
    noisy.forEach((v, i) => expect(v).toBeCloseTo(textbook[i], 9));
  });

  it('does not care which other candidates are given, nor how often', () => {
    const { posterior, incumbents, incumbent } = build(3, 8, 0.1, 0, 1);
    const x = queryPoints(5, 3);
    const all = noisyLogExpectedImprovement(posterior, { incumbents }).values(x, 5);
    const one = noisyLogExpectedImprovement(posterior, { incumbents: incumbent }).values(x, 5);
    const twice = Float64Array.of(...incumbents, ...incumbent);
    expect(one).toEqual(all);
    expect(noisyLogExpectedImprovement(posterior, { incumbents: twice }).values(x, 5)).toEqual(all);
  });

  it('at the incumbent itself is -Infinity or very low, with a finite gradient, and so next to it', () => {
    const { posterior, incumbents, incumbent } = build(2, 6, 0.1, 0, 1);
    const acquisition = noisyLogExpectedImprovement(posterior, { incumbents });
    for (const step of [0, 1e-12, 1e-9, 1e-7, 1e-5, 1e-3]) {
      const x = incumbent.map((v) => v + step);
      const { values, gradients } = acquisition.valuesWithGradients(x, 1);
      expect(values[0]).toBeLessThan(step === 1e-3 ? 0 : -8);
      expect(Number.isNaN(values[0])).toBe(false);
      expect(gradients.every(Number.isFinite)).toBe(true);
    }
  });

  it('takes s for 0 up to the threshold, and not beyond it', () => {
    // One dimension, unit variances, a covariance that is set by hand: s² = 2 (1 - c).
    const flat = (c: number) => ({
      dimension: 1,
      predict: (x: Float64Array) => ({
        mean: new Float64Array(x.length),
        variance: new Float64Array(x.length).fill(1),
      }),
      predictWithGradients: (x: Float64Array) => ({
        mean: new Float64Array(x.length),
        variance: new Float64Array(x.length).fill(1),
        meanGradient: new Float64Array(x.length).fill(1),
        varianceGradient: new Float64Array(x.length).fill(1),
      }),
      reference: () => ({
        mean: Float64Array.of(0),
        covariance: Float64Array.of(1),
        cross: () => Float64Array.of(c),
        crossWithGradients: () => ({ cross: Float64Array.of(c), gradient: Float64Array.of(0.5) }),
      }),
    });
    const at = (c: number) => noisyLogExpectedImprovement(flat(c), { incumbents: Float64Array.of(0) });
    const x = Float64Array.of(0.5);
    expect(at(1 - SAME_POINT * 0.99).valuesWithGradients(x, 1)).toEqual({
      values: Float64Array.of(-Infinity),
      gradients: Float64Array.of(0),
    });
    const above = at(1 - SAME_POINT * 1.01).values(x, 1)[0];
    expect(above).toBeCloseTo(0.5 * Math.log(2.02 * SAME_POINT) - 0.5 * Math.log(2 * Math.PI), 6);
    expect(at(1 + 1e-15).values(x, 1)[0]).toBe(-Infinity);
  });

  it('chooses the first of equal means, and never one that is NaN', () => {
    const posterior = densePosterior({ d: 1, x: [], y: [], noise: [], lengthscale: 0.3, variance: 1 });
    const both = noisyLogExpectedImprovement(posterior, { incumbents: Float64Array.of(0.1, 0.9) });
    const first = noisyLogExpectedImprovement(posterior, { incumbents: Float64Array.of(0.1) });
    const x = queryPoints(3, 1);
    expect(both.values(x, 3)).toEqual(first.values(x, 3));
    const partly = {
      ...posterior,
      predict: (p: Float64Array, q: number) => {
        const { mean, variance } = posterior.predict(p, q);
        if (q === 2) mean[0] = Number.NaN;
        return { mean, variance };
      },
    };
    const second = noisyLogExpectedImprovement(posterior, { incumbents: Float64Array.of(0.9) });
    const chosen = noisyLogExpectedImprovement(partly, { incumbents: Float64Array.of(0.1, 0.9) });
    expect(chosen.values(x, 3)).toEqual(second.values(x, 3));
  });

  it('refuses candidates that are no whole points, and none', () => {
    const { posterior } = build(2, 6, 0.1, 0, 1);
    const where = 'noisyLogExpectedImprovement: incumbents must hold';
    expect(() => noisyLogExpectedImprovement(posterior, { incumbents: new Float64Array(3) })).toThrow(
      expect.objectContaining({
        code: 'E_SHAPE',
        message: `${where} whole points of d = 2 numbers, got 3 numbers`,
      }),
    );
    expect(() => noisyLogExpectedImprovement(posterior, { incumbents: new Float64Array(0) })).toThrow(
      expect.objectContaining({ code: 'E_ARGUMENT', message: `${where} at least one point, got none` }),
    );
  });
});
