import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sampleVariance } from 'simple-statistics';
import { scoreInterval, wilsonInterval, Z_95 } from '../../../src/objective/evaluation/intervals.js';
import { randomStream } from '../../../src/math/index.js';
import { imageScores, pairedDifference, summariseScores } from '../../../src/objective/evaluation/scores.js';
import { ROUNDING } from '../../tolerances.js';
import { expectError } from '../expect-error.js';

const half = { clean: 0.5, robust: 0.5 };
/** Scores of m images: `only` that the first alone gets right, `other` that the second alone does. */
const discordant = (m: number, only: number, other: number): [Float64Array, Float64Array] => [
  Float64Array.from({ length: m }, (_, i) => (i < only ? 1 : 0)),
  Float64Array.from({ length: m }, (_, i) => (i >= only && i < only + other ? 1 : 0)),
];
const bits = (length: number) =>
  fc.array(fc.constantFrom('0', '1'), { minLength: length, maxLength: length }).map((list) => list.join(''));

describe('imageScores(outcomes, weights)', () => {
  it('are w_c·clean + w_r·robust, image by image', () => {
    const scores = imageScores({ clean: '1100', robust: '1010' }, { clean: 0.25, robust: 0.75 });
    expect([...scores]).toEqual([1, 0.25, 0.75, 0]);
  });
  it('need no part of weight 0', () => {
    expect([...imageScores({ robust: '10' }, { clean: 0, robust: 1 })]).toEqual([1, 0]);
  });
  it('need a part with weight', () => {
    expectError(() => imageScores({ robust: '10' }, half), {
      code: 'E_OUTCOME',
      message: 'imageScores: expected clean bits, whose weight is 0.5, got none',
    });
  });
  it('need parts of one length', () => {
    expectError(() => imageScores({ clean: '11', robust: '1' }, half), {
      code: 'E_SHAPE',
      message: 'imageScores: expected as many robust as clean bits (2)',
    });
  });
});

describe('summariseScores(outcomes, weights)', () => {
  it('is mean and variance of the mean of the per-image scores', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }).chain((m) => fc.tuple(bits(m), bits(m))),
        ([clean, robust]) => {
          const summary = summariseScores({ clean, robust }, half);
          const scores = [...imageScores({ clean, robust }, half)];
          const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
          expect(Math.abs(summary.mean - mean)).toBeLessThan(ROUNDING);
          expect(Math.abs(summary.variance - sampleVariance(scores) / scores.length)).toBeLessThan(ROUNDING);
          expect(summary.standardError).toBe(Math.sqrt(summary.variance));
          expect(summary.images).toBe(scores.length);
        },
      ),
      { seed: 7 },
    );
  });
  it('knows one image: variance ¼', () => {
    expect(summariseScores({ clean: '1', robust: '0' }, half)).toMatchObject({ mean: 0.5, variance: 0.25 });
  });
  it.each([1, 2, 60, 1000])(
    'has the intervals of the parts added up where clean is right and robust wrong on all of %i images',
    (m) => {
      const { interval } = summariseScores({ clean: '1'.repeat(m), robust: '0'.repeat(m) }, half);
      const [clean, robust] = [wilsonInterval(1, m), wilsonInterval(0, m)];
      expect(interval[0]).toBeCloseTo((clean[0] + robust[0]) / 2, 12);
      expect(interval[1]).toBeCloseTo((clean[1] + robust[1]) / 2, 12);
      expect(interval[0] + interval[1]).toBeCloseTo(1, 12);
    },
  );
  it('is no wider than its parts, and does not jump when one image of them changes', () => {
    const width = ([low, high]: readonly [number, number]) => high - low;
    const same = summariseScores({ clean: '1'.repeat(60), robust: '0'.repeat(60) }, half).interval;
    const changed = summariseScores({ clean: `${'1'.repeat(59)}0`, robust: '0'.repeat(60) }, half).interval;
    expect(width(same)).toBeLessThan(0.07);
    expect(width(changed)).toBeGreaterThan(width(same));
    expect(width(changed)).toBeLessThan(0.09);
  });
  it('takes the variance of the scores where both parts change', () => {
    const { mean, variance, interval } = summariseScores({ clean: '1110', robust: '1001' }, half);
    expect(interval).toEqual(scoreInterval(mean, variance, 4));
  });
  it('has an interval within [0, 1] that holds the mean', () => {
    const { interval } = summariseScores({ clean: '1111', robust: '1111' }, half);
    expect(interval[0]).toBeGreaterThan(0.4);
    expect(interval[1]).toBe(1);
  });
});

describe('pairedDifference(first, second)', () => {
  it('is the mean of differences with the standard error of their mean', () => {
    const first = Float64Array.of(1, 0.5, 1, 0);
    const second = Float64Array.of(0, 0.5, 0.5, 0.5);
    const difference = pairedDifference(first, second);
    const error = Math.sqrt(sampleVariance([1, 0, 0.5, -0.5]) / 4);
    expect(difference.mean).toBe(0.25);
    expect(difference.standardError).toBeCloseTo(error, 12);
  });
  it('has the interval of yes/no scores that Bonett and Price give', () => {
    // 3 images only the first gets right, 1 only the second, of 20: shares 4/22 and 2/22
    const [only, other, m] = [4 / 22, 2 / 22, 22];
    const halfWidth = Z_95 * Math.sqrt((only + other - (only - other) ** 2) / m);
    const { mean, interval } = pairedDifference(...discordant(20, 3, 1));
    expect(mean).toBeCloseTo(0.1, 12);
    expect(interval[0]).toBeCloseTo(only - other - halfWidth, 12);
    expect(interval[1]).toBeCloseTo(only - other + halfWidth, 12);
  });
  it('is mean ± z·standard error where many images differ', () => {
    const { mean, standardError, interval } = pairedDifference(...discordant(4000, 700, 500));
    expect(Math.abs(interval[0] - (mean - Z_95 * standardError))).toBeLessThan(2 / 4000);
    expect(Math.abs(interval[1] - (mean + Z_95 * standardError))).toBeLessThan(2 / 4000);
  });
  it.each([2, 100, 1000])('is unsure of equality, too, where all of %i images are alike', (m) => {
    const { mean, standardError, interval } = pairedDifference(...discordant(m, 0, 0));
    expect([mean, standardError]).toEqual([0, 0]);
    expect(interval[1]).toBeCloseTo((Z_95 * Math.SQRT2) / (m + 2), 12);
    expect(interval[0]).toBe(-interval[1]);
  });
  it.each([
    ['first', 1],
    ['second', -1],
  ])('is unsure, too, where only the %s gets images right, and stays within −1 and 1', (_which, sign) => {
    const m = 50;
    const { mean, interval } = pairedDifference(...discordant(m, sign > 0 ? m : 0, sign > 0 ? 0 : m));
    expect(mean).toBe(sign);
    expect(sign > 0 ? interval[1] : interval[0]).toBe(sign);
    expect(Math.abs(interval[1] - interval[0])).toBeGreaterThan(1 / m);
  });
  it('has an interval that holds its mean, within −1 and 1', () => {
    const scores = fc.constantFrom(0, 0.25, 0.5, 1);
    fc.assert(
      fc.property(fc.array(fc.tuple(scores, scores), { minLength: 1, maxLength: 40 }), (pairs) => {
        const [first, second] = [0, 1].map((at) => Float64Array.from(pairs, (pair) => pair[at]));
        const { mean, interval } = pairedDifference(first, second);
        expect(interval[0]).toBeLessThanOrEqual(mean);
        expect(interval[1]).toBeGreaterThanOrEqual(mean);
        expect(interval[0]).toBeGreaterThanOrEqual(-1);
        expect(interval[1]).toBeLessThanOrEqual(1);
        expect(interval[1]).toBeGreaterThan(interval[0]);
      }),
      { seed: 8 },
    );
  });
  it.each([
    [0.005, 0.005],
    [0.01, 0],
    [0.03, 0.01],
    [0.1, 0.05],
    [0.001, 0],
  ])('covers the truth in at least 93 % of samples where %p and %p of the images differ', (only, other) => {
    const stream = randomStream(9, 'coverage', `${only}/${other}`);
    const [m, samples] = [200, 2000];
    let covered = 0;
    for (let i = 0; i < samples; i++) {
      const draws = Array.from({ length: m }, () => stream.uniform());
      const first = draws.filter((u) => u < only).length;
      const second = draws.filter((u) => u >= only && u < only + other).length;
      const [low, high] = pairedDifference(...discordant(m, first, second)).interval;
      if (low <= only - other && only - other <= high) covered++;
    }
    expect(covered / samples).toBeGreaterThan(0.93);
  });
  it('turns its sign with the order', () => {
    const [a, b] = [Float64Array.of(1, 0, 1), Float64Array.of(0, 0, 1)];
    expect(pairedDifference(b, a).mean).toBe(-pairedDifference(a, b).mean);
    expect(pairedDifference(b, a).standardError).toBe(pairedDifference(a, b).standardError);
  });
  it.each([
    [1, 0],
    [0.5, 0.5],
    [0, 1],
  ])(
    'knows nothing of the error from one image, and says so in numbers that JSON has (%p and %p)',
    (a, b) => {
      const difference = pairedDifference(Float64Array.of(a), Float64Array.of(b));
      expect(difference).toEqual({ images: 1, mean: a - b, standardError: 1, interval: [-1, 1] });
      expect(JSON.parse(JSON.stringify(difference))).toEqual(difference);
    },
  );
  it('has a smaller error than unpaired scores where images are shared', () => {
    const hard = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const first = Float64Array.from(hard);
    const second = Float64Array.from(hard, (score, i) => (i === 0 ? 0 : score));
    const unpaired = Math.sqrt((sampleVariance([...first]) + sampleVariance([...second])) / 100);
    expect(pairedDifference(first, second).standardError).toBeLessThan(unpaired / 5);
  });
  it.each([
    [0, 0],
    [2, 3],
  ])('refuses %p and %p scores', (m, n) => {
    expectError(() => pairedDifference(new Float64Array(m), new Float64Array(n)), {
      code: 'E_SHAPE',
      message: `pairedDifference: expected two lists of the same images, at least one, got ${m} and ${n} scores`,
    });
  });
});
