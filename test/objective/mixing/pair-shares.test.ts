import { describe, expect, it } from '@jest/globals';
import { Z_95, wilsonInterval } from '../../../src/objective/evaluation/intervals.js';
import type { ImagePair } from '../../../src/objective/mixing/image-pairs.js';
import { pairDifference, pairShare } from '../../../src/objective/mixing/pair-shares.js';
import { randomStream } from '../../../src/math/index.js';
import { ROUNDING } from '../../tolerances.js';
import { expectError } from '../expect-error.js';

const apart = (count: number): ImagePair[] =>
  Array.from({ length: count }, (_, p) => ({ a: 2 * p, b: 2 * p + 1 }));

/** Σ over all pairs of pairs with an image in common, term by term. */
function varianceByDefinition(values: readonly number[], pairs: readonly ImagePair[]): number {
  const P = values.length;
  const mean = values.reduce((sum, one) => sum + one, 0) / P;
  const images = new Set(pairs.flatMap(({ a, b }) => [a, b])).size;
  let shared = 0;
  let own = 0;
  pairs.forEach((p, i) => {
    own += (values[i] - mean) ** 2;
    pairs.forEach((q, j) => {
      if ([q.a, q.b].some((image) => image === p.a || image === p.b))
        shared += (values[i] - mean) * (values[j] - mean);
    });
  });
  return Math.max(own / (P * (P - 1)), ((images / (images - 1)) * shared) / P ** 2);
}

describe('pairDifference', () => {
  it('has the variance of its definition where pairs share images, also twice over', () => {
    const stream = randomStream('pair-shares');
    for (let trial = 0; trial < 20; trial++) {
      const pairs = Array.from({ length: 30 }, () => {
        const a = stream.integer(8);
        return { a, b: (a + 1 + stream.integer(7)) % 8 };
      });
      const effect = Array.from({ length: 8 }, () => stream.uniform() - 0.5);
      const values = pairs.map(({ a, b }) => effect[a] + effect[b]);
      const { standardError } = pairDifference(values, pairs);
      expect(Math.abs(standardError ** 2 - varianceByDefinition(values, pairs))).toBeLessThan(ROUNDING);
    }
  });

  it('covers the truth in 95 of 100 cases, within chance, where every image moves all of its pairs', () => {
    let covered = 0;
    const cases = 300;
    for (let k = 0; k < cases; k++) {
      const stream = randomStream('coverage', k);
      const effect = Array.from({ length: 60 }, () => 0.1 * stream.normal());
      const pairs = Array.from({ length: 240 }, (_, p) => {
        const a = p % 60;
        return { a, b: (a + 1 + stream.integer(59)) % 60 };
      });
      const values = pairs.map(({ a, b }) => effect[a] + effect[b] + 0.05 * stream.normal());
      const [low, high] = pairDifference(values, pairs).interval;
      if (low <= 0 && high >= 0) covered += 1;
    }
    // 95 % but for the few points that a plug-in variance of 60 images may lose, and 3 standard errors
    expect(covered / cases).toBeGreaterThan(0.88);
    expect(covered / cases).toBeLessThan(0.99);
  });

  it('is mean ± 1.96 standard errors, with a variance more where one is given, cut at −1 and 1', () => {
    const values = [0.5, -0.5, 0.5, 0.5];
    const plain = pairDifference(values, apart(4));
    expect(plain.mean).toBe(0.25);
    expect(plain.interval[0]).toBeCloseTo(0.25 - Z_95 * plain.standardError, 12);
    const wider = pairDifference(values, apart(4), 0.01);
    expect(wider.standardError ** 2 - plain.standardError ** 2).toBeCloseTo(0.01, 12);
    expect(pairDifference([1, 1, 0, 1], apart(4)).interval[1]).toBe(1);
    expect(pairDifference([-1, -1, 0, -1], apart(4)).interval[0]).toBe(-1);
  });
});

describe('pairShare', () => {
  it('has the interval of P − 1 trials, nearly, where no two pairs share an image', () => {
    const values = Array.from({ length: 50 }, (_, p) => (p < 20 ? 1 : 0));
    const { mean, interval } = pairShare(values, apart(50));
    // G/(G − 1) · Σ e²/P² with G = 2P is below Σ e²/(P(P − 1))
    const [low, high] = wilsonInterval(0.4, 49);
    expect(mean).toBe(0.4);
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });

  it('is wider where one image is in many pairs and decides them', () => {
    const pairs = Array.from({ length: 40 }, (_, p) => ({ a: p % 4, b: 4 + p }));
    const values = pairs.map(({ a }) => (a === 0 ? 1 : 0));
    const width = ([low, high]: readonly [number, number]) => high - low;
    expect(width(pairShare(values, pairs).interval)).toBeGreaterThan(
      2 * width(pairShare(values, apart(40)).interval),
    );
  });

  it('counts pairs without an image in common where all agree', () => {
    const pairs = Array.from({ length: 12 }, (_, p) => ({ a: p % 4, b: (p + 1 + (p % 3)) % 4 }));
    expect(
      pairShare(
        pairs.map(() => 1),
        pairs,
      ),
    ).toEqual({ mean: 1, interval: wilsonInterval(1, 2) });
    expect(pairShare([0], [{ a: 0, b: 1 }])).toEqual({ mean: 0, interval: wilsonInterval(0, 1) });
  });

  it('refuses another number of values, and none', () => {
    expectError(() => pairShare([1], apart(2)), {
      code: 'E_SHAPE',
      message: 'pairShare: expected one value a pair and at least one pair, got 1 values of 2 pairs',
    });
    expectError(() => pairShare([], []), {
      code: 'E_SHAPE',
      message: 'pairShare: expected one value a pair and at least one pair, got 0 values of 0 pairs',
    });
  });
});
