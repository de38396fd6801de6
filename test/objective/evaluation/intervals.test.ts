import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  scoreInterval,
  weightedInterval,
  wilsonInterval,
  Z_95,
} from '../../../src/objective/evaluation/intervals.js';
import { randomStream } from '../../../src/math/random.js';
import { ROUNDING } from '../../tolerances.js';
import { expectError } from '../expect-error.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const trials = fc.integer({ min: 1, max: 5000 });

describe('wilsonInterval(mean, trials)', () => {
  it('holds the p at which the score test of p̂ is at its 5 % point', () => {
    fc.assert(
      fc.property(share, trials, (mean, m) => {
        for (const p of wilsonInterval(mean, m)) {
          const slack = Math.abs((mean - p) ** 2 - (Z_95 ** 2 * p * (1 - p)) / m);
          expect(slack).toBeLessThan(ROUNDING);
        }
      }),
      { seed: 5 },
    );
  });
  it('holds the mean and stays within [0, 1]', () => {
    fc.assert(
      fc.property(share, trials, (mean, m) => {
        const [low, high] = wilsonInterval(mean, m);
        expect(low >= -ROUNDING && low <= mean + ROUNDING).toBe(true);
        expect(high <= 1 + ROUNDING && high >= mean - ROUNDING).toBe(true);
      }),
      { seed: 6 },
    );
  });
  it('is exactly [0, z²/(m + z²)] for no success and mirrors for nothing but', () => {
    const top = Z_95 ** 2 / (10 + Z_95 ** 2);
    expect(wilsonInterval(0, 10)[0]).toBe(0);
    expect(wilsonInterval(0, 10)[1]).toBeCloseTo(top, 12);
    expect(wilsonInterval(1, 10)[0]).toBeCloseTo(1 - top, 12);
    expect(wilsonInterval(1, 10)[1]).toBe(1);
  });
  it.each([
    [1.1, 10, 'mean must be from 0 to 1, got 1.1'],
    [NaN, 10, 'mean must be from 0 to 1, got NaN'],
    [0.5, 0, 'trials must be finite and above 0, got 0'],
    [0.5, Infinity, 'trials must be finite and above 0, got Infinity'],
  ])('refuses (%p, %p)', (mean, m, message) => {
    expectError(() => wilsonInterval(mean, m), { code: 'E_ARGUMENT', message: `wilsonInterval: ${message}` });
  });
});

describe('scoreInterval(mean, variance, images)', () => {
  it('is Wilson’s with m − 1 trials for yes/no scores', () => {
    const [m, mean] = [50, 0.3];
    const variance = (mean * (1 - mean)) / (m - 1);
    const expected = wilsonInterval(mean, m - 1);
    for (const end of [0, 1]) {
      expect(Math.abs(scoreInterval(mean, variance, m)[end] - expected[end])).toBeLessThan(ROUNDING);
    }
  });
  it('is narrower for scores that vary less than yes/no', () => {
    const width = ([low, high]: readonly [number, number]) => high - low;
    expect(width(scoreInterval(0.5, 0.1 / 50, 50))).toBeLessThan(width(wilsonInterval(0.5, 50)));
  });
  it('falls back on m trials where all scores are the same', () => {
    expect(scoreInterval(0.5, 0, 20)).toEqual(wilsonInterval(0.5, 20));
    expect(scoreInterval(1, 0, 20)).toEqual(wilsonInterval(1, 20));
  });
  it('covers the truth in about 95 % of samples', () => {
    // Scores 0, ½, 1 with probabilities .1, .3, .6, of mean .75.
    const stream = randomStream('test-coverage');
    let covered = 0;
    for (let sample = 0; sample < 2000; sample += 1) {
      const scores = Array.from({ length: 40 }, (): number => {
        const u = stream.uniform();
        return u < 0.1 ? 0 : u < 0.4 ? 0.5 : 1;
      });
      const mean = scores.reduce((a, b) => a + b, 0) / 40;
      const variance = scores.reduce((a, b) => a + (b - mean) ** 2, 0) / 39 / 40;
      const [low, high] = scoreInterval(mean, variance, 40);
      if (low <= 0.75 && 0.75 <= high) covered += 1;
    }
    expect(covered / 2000).toBeGreaterThan(0.935);
    expect(covered / 2000).toBeLessThan(0.965);
  });
  it('refuses a negative variance', () => {
    expectError(() => scoreInterval(0.5, -1, 3), {
      code: 'E_ARGUMENT',
      message: 'scoreInterval: variance must be at least 0, got -1',
    });
  });
});

describe('weightedInterval(parts, images)', () => {
  it('is Wilson’s of the one part that has weight', () => {
    fc.assert(
      fc.property(share, share, trials, (mean, other, m) => {
        const parts = [
          { mean, weight: 1 },
          { mean: other, weight: 0 },
        ];
        const expected = wilsonInterval(mean, m);
        for (const end of [0, 1])
          expect(Math.abs(weightedInterval(parts, m)[end] - expected[end])).toBeLessThan(ROUNDING);
      }),
      { seed: 8 },
    );
  });
  it('is Wilson’s where all parts are the same: their errors count as one', () => {
    const [low, high] = weightedInterval(
      [
        { mean: 1, weight: 0.5 },
        { mean: 1, weight: 0.5 },
      ],
      60,
    );
    expect(low).toBeCloseTo(wilsonInterval(1, 60)[0], 12);
    expect(high).toBe(1);
  });
  it('covers the truth at least 95 % of the time beside a part that hardly changes', () => {
    const stream = randomStream('test-weighted-coverage');
    const truth = 0.5 * 0.98 + 0.5 * 0.02;
    let covered = 0;
    for (let sample = 0; sample < 2000; sample += 1) {
      const ones = (p: number) =>
        Array.from({ length: 60 }, () => stream.uniform() < p).filter(Boolean).length;
      const parts = [0.98, 0.02].map((p) => ({ mean: ones(p) / 60, weight: 0.5 }));
      const [low, high] = weightedInterval(parts, 60);
      if (low <= truth && truth <= high) covered += 1;
    }
    expect(covered / 2000).toBeGreaterThan(0.95);
  });
});
