/**
 * Paired statistics of the benchmark against published tables, a second algorithm and laws.
 * Table: two-sided 5 % critical values of the smaller rank sum, Wilcoxon and Wilcox 1964 (n = 6 to 25).
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

interface Test {
  readonly statistic: number;
  readonly n: number;
  readonly p: number;
}
interface Comparison {
  readonly n: number;
  readonly mean: number;
  readonly standardError: number;
  readonly p: number;
  readonly verdict: string;
}
interface Statistics {
  readonly wilcoxonSignedRank: (differences: readonly number[]) => Test;
  readonly averageRanks: (values: readonly number[]) => number[];
  readonly comparePairs: (ours: readonly number[], theirs: readonly number[]) => Comparison;
}

const path = '../../bench/arena/statistics.mjs';
const { wilcoxonSignedRank, averageRanks, comparePairs } = (await import(path)) as Statistics;

/** n, and the greatest smaller rank sum whose two-sided p is at most 0.05. */
const CRITICAL: readonly (readonly [number, number])[] = [
  [6, 0],
  [7, 2],
  [8, 3],
  [9, 5],
  [10, 8],
  [11, 10],
  [12, 13],
  [13, 17],
  [14, 21],
  [15, 25],
  [16, 29],
  [17, 34],
  [18, 40],
  [19, 46],
  [20, 52],
  [21, 58],
  [22, 65],
  [23, 73],
  [24, 81],
  [25, 89],
];

/** Differences ±1 … ±n whose positive ranks sum to `sum`. */
function withRankSum(n: number, sum: number): number[] {
  let left = sum;
  const signed = Array.from({ length: n }, (_, i) => n - i).map((rank) => {
    if (rank > left) return -rank;
    left -= rank;
    return rank;
  });
  return signed.reverse();
}

/** Share of all 2^n sign patterns at least as far from the middle: the definition of the exact p. */
function countedP(differences: readonly number[]): number {
  const ranks = averageRanks(differences.map(Math.abs));
  const middle = ranks.reduce((a, b) => a + b, 0) / 2;
  const seen = ranks.reduce((sum, rank, i) => (differences[i] > 0 ? sum + rank : sum), 0);
  let far = 0;
  for (let pattern = 0; pattern < 2 ** ranks.length; pattern++) {
    const sum = ranks.reduce((total, rank, i) => ((pattern >> i) & 1 ? total + rank : total), 0);
    if (Math.abs(sum - middle) >= Math.abs(seen - middle) - 1e-9) far++;
  }
  return far / 2 ** ranks.length;
}

const nonZero = fc.integer({ min: -9, max: 9 }).filter((v) => v !== 0);

describe('wilcoxonSignedRank(differences)', () => {
  it.each(CRITICAL)('for n = %i finds rank sum %i significant at 5 % and the next one not', (n, critical) => {
    expect(wilcoxonSignedRank(withRankSum(n, critical)).p).toBeLessThanOrEqual(0.05);
    expect(wilcoxonSignedRank(withRankSum(n, critical + 1)).p).toBeGreaterThan(0.05);
  });

  it('is the share of sign patterns as far from the middle, ties and all', () => {
    fc.assert(
      fc.property(fc.array(nonZero, { minLength: 1, maxLength: 10 }), (differences) => {
        expect(wilcoxonSignedRank(differences).p).toBeCloseTo(countedP(differences), 12);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('drops zeros', () => {
    expect(wilcoxonSignedRank([0, 1, 2, 0, 3, -4])).toEqual(wilcoxonSignedRank([1, 2, 3, -4]));
  });

  it('is 1 where nothing differs, and where there is one pair', () => {
    expect(wilcoxonSignedRank([]).p).toBe(1);
    expect(wilcoxonSignedRank([0, 0]).p).toBe(1);
    expect(wilcoxonSignedRank([3]).p).toBe(1);
  });

  it('does not change with scale or with the order of pairs, and is the same for the mirrored question', () => {
    const differences = [0.3, -0.1, 0.7, 0.2, 0.9, -0.4, 1.3];
    const { p } = wilcoxonSignedRank(differences);
    expect(wilcoxonSignedRank(differences.map((d) => 1e6 * d)).p).toBe(p);
    expect(wilcoxonSignedRank([...differences].reverse()).p).toBe(p);
    expect(wilcoxonSignedRank(differences.map((d) => -d)).p).toBe(p);
  });

  it('goes over from counting to the normal curve between 25 and 26 pairs without a jump', () => {
    const middle = (n: number) =>
      Math.round((n * (n + 1)) / 4 - 1.7 * Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24));
    const p = [25, 26].map((n) => wilcoxonSignedRank(withRankSum(n, middle(n))).p);
    expect(Math.abs(p[0] - p[1])).toBeLessThan(0.004);
  });

  it('of NaN throws', () => {
    expect(() => wilcoxonSignedRank([1, Number.NaN])).toThrow(
      'wilcoxonSignedRank: expected numbers, got NaN',
    );
  });
});

describe('averageRanks(values)', () => {
  it('gives equal values the mean of their ranks', () => {
    expect(averageRanks([5, 1, 5, 3])).toEqual([3.5, 1, 3.5, 2]);
  });
});

describe('comparePairs(ours, theirs)', () => {
  it('is the mean difference with its standard error', () => {
    const { n, mean, standardError } = comparePairs([2, 4, 6], [1, 2, 3]);
    expect([n, mean]).toEqual([3, 2]);
    expect(standardError).toBeCloseTo(1 / Math.sqrt(3), 14);
  });

  it('says better or worse beyond two standard errors, level within', () => {
    expect(comparePairs([3, 3.1, 2.9], [0, 0, 0]).verdict).toBe('better');
    expect(comparePairs([0, 0, 0], [3, 3.1, 2.9]).verdict).toBe('worse');
    expect(comparePairs([1, -1, 0.5], [0, 0, 0]).verdict).toBe('level');
    expect(comparePairs([1, 1], [1, 1]).verdict).toBe('level');
  });

  it('does not judge one pair', () => {
    expect(comparePairs([1], [0])).toMatchObject({
      n: 1,
      mean: 1,
      standardError: Number.NaN,
      verdict: 'unknown',
    });
  });

  it('of lists of two lengths throws', () => {
    expect(() => comparePairs([1], [1, 2])).toThrow(
      'comparePairs: expected lists of one length, got 1 and 2',
    );
  });
});
