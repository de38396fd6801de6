import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { KeyPart } from '../../src/math/random.js';
import { randomStream } from '../../src/math/random.js';
import { normalCdf } from '../../src/math/special.js';

const N = 20_000;
/** Standard errors allowed; 4.5 is one false alarm in 150,000, and the seeds are fixed. */
const STANDARD_ERRORS = 4.5;

const first = (...key: KeyPart[]) => randomStream(...key).uniform();
const uniforms = (n: number, ...key: KeyPart[]) => {
  const out = new Float64Array(n);
  randomStream(...key).fillUniform(out);
  return out;
};
const normals = (n: number, ...key: KeyPart[]) => {
  const out = new Float64Array(n);
  randomStream(...key).fillNormal(out);
  return out;
};
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((s, v) => s + v, 0) / values.length;

/** Pearson's statistic of counts that should be equal, as standard errors from its mean. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((s, c) => s + c, 0) / counts.length;
  const statistic = counts.reduce((s, c) => s + (c - expected) ** 2 / expected, 0);
  return (statistic - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

function histogram(values: ArrayLike<number>, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const v of Array.from(values)) counts[Math.floor(v * bins)]++;
  return counts;
}

describe('randomStream(...key)', () => {
  it('is a function of its key', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1 }), (key) => {
        expect(uniforms(5, ...key)).toEqual(uniforms(5, ...key));
      }),
      { numRuns: 50, seed: 5 },
    );
  });

  it('differs between keys that differ anywhere', () => {
    const part = fc.oneof(fc.string({ maxLength: 4 }), fc.integer({ min: -20, max: 20 }));
    const key = fc.array(part, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(key, key, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(first(...a)).not.toBe(first(...b));
      }),
      { numRuns: 500, seed: 6 },
    );
  });

  it.each<[KeyPart[], KeyPart[]]>([
    [
      ['a', 'bc'],
      ['ab', 'c'],
    ],
    [[1], ['1']],
    [[1, 2], [12]],
    [['#1;'], [1]],
    [['a'], ['a', '']],
    [
      ['a', 1],
      [1, 'a'],
    ],
    [['1:a;'], ['a']],
  ])('tells %j from %j', (a, b) => {
    expect(first(...a)).not.toBe(first(...b));
  });

  it('keeps its numbers from version to version', () => {
    const stream = randomStream('golden', 1);
    expect([stream.uniform(), stream.normal(), stream.integer(1000)]).toMatchInlineSnapshot(`
     [
       0.9089148109358054,
       0.34919945535301755,
       765,
     ]
    `);
  });

  it('refuses no key and numbers that are not finite', () => {
    expect(() => randomStream()).toThrow(
      expect.objectContaining({
        code: 'E_ARGUMENT',
        message: 'randomStream: expected at least one key part, got none',
      }),
    );
    expect(() => randomStream('a', Number.NaN)).toThrow(
      expect.objectContaining({ message: 'randomStream: key part 1 must be a finite number, got NaN' }),
    );
  });

  it('gives streams of neighbouring keys that are not correlated', () => {
    const values = Float64Array.from({ length: N }, (_, i) => first('study', i, 'purification'));
    expect(Math.abs(chiSquare(histogram(values, 100)))).toBeLessThan(STANDARD_ERRORS);
    for (const lag of [1, 2, 10, 100]) {
      const products = Array.from({ length: N - lag }, (_, i) => (values[i] - 0.5) * (values[i + lag] - 0.5));
      expect(Math.abs(mean(products)) * 12 * Math.sqrt(N)).toBeLessThan(STANDARD_ERRORS);
      const pairs = new Array<number>(400).fill(0);
      for (let i = 0; i + lag < N; i++)
        pairs[Math.floor(values[i] * 20) * 20 + Math.floor(values[i + lag] * 20)]++;
      expect(Math.abs(chiSquare(pairs))).toBeLessThan(STANDARD_ERRORS);
    }
  });
});

describe('uniform()', () => {
  it('is uniform on [0, 1)', () => {
    const values = uniforms(N, 'uniform');
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(Math.abs(chiSquare(histogram(values, 100)))).toBeLessThan(STANDARD_ERRORS);
  });

  it('has 53 bits: multiples of 2^-53 whose last bits are as often 0 as 1', () => {
    const words = uniforms(N, 'bits').map((v) => v * 2 ** 53);
    expect(words.every(Number.isInteger)).toBe(true);
    for (let b = 0; b < 53; b++) {
      const share = mean(words.map((w) => Math.floor(w / 2 ** b) % 2));
      expect(Math.abs(share - 0.5) * 2 * Math.sqrt(N)).toBeLessThan(STANDARD_ERRORS);
    }
  });
});

describe('normal()', () => {
  it('has the distribution Φ, tails included', () => {
    const values = normals(N, 'normal').map(normalCdf);
    expect(Math.abs(chiSquare(histogram(values, 200)))).toBeLessThan(STANDARD_ERRORS);
  });

  it.each([
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
  ])('has moment %d equal to %d', (k, moment, variance) => {
    const error = mean(normals(N, 'moments').map((z) => z ** k)) - moment;
    expect(Math.abs(error)).toBeLessThan(STANDARD_ERRORS * Math.sqrt(variance / N));
  });

  it('gives the two numbers of a pair without correlation', () => {
    const values = normals(N, 'pairs');
    const products = Array.from({ length: N / 2 }, (_, i) => values[2 * i] * values[2 * i + 1]);
    expect(Math.abs(mean(products)) * Math.sqrt(N / 2)).toBeLessThan(STANDARD_ERRORS);
  });
});

describe('integer(n)', () => {
  it.each([1, 2, 7, 100])('is uniform on 0 to n - 1, n = %d', (n) => {
    const stream = randomStream('integer', n);
    const counts = new Array<number>(n).fill(0);
    for (let i = 0; i < N; i++) counts[stream.integer(n)]++;
    if (n === 1) expect(counts).toEqual([N]);
    else expect(Math.abs(chiSquare(counts))).toBeLessThan(STANDARD_ERRORS);
  });

  it('reaches beyond 32 bits', () => {
    const stream = randomStream('wide');
    const n = Number.MAX_SAFE_INTEGER;
    const values = Array.from({ length: 1000 }, () => stream.integer(n));
    expect(values.every((v) => Number.isSafeInteger(v) && v < n)).toBe(true);
    expect(Math.max(...values)).toBeGreaterThan(n / 2);
  });

  it.each([0, -1, 1.5, 2 ** 53, Number.NaN])('refuses %d', (n) => {
    expect(() => randomStream('a').integer(n)).toThrow(
      expect.objectContaining({
        code: 'E_ARGUMENT',
        message: `integer: n must be an integer from 1 to 2^53 - 1, got ${n}`,
      }),
    );
  });
});

describe('permutation(n)', () => {
  it('holds every number once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.integer(), (n, seed) => {
        const order = randomStream('permutation', seed).permutation(n);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      { numRuns: 50, seed: 8 },
    );
  });

  it('takes each of the 24 orders of 4 as often', () => {
    const stream = randomStream('orders');
    const counts = new Map<string, number>();
    for (let i = 0; i < N; i++) {
      const order = stream.permutation(4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(Math.abs(chiSquare([...counts.values()]))).toBeLessThan(STANDARD_ERRORS);
  });
});

describe('fillNormal and fillUniform', () => {
  it('write what repeated calls would give, in either precision', () => {
    const stream = randomStream('fill');
    const expected = Array.from({ length: 7 }, () => stream.normal());
    expect([...normals(7, 'fill')]).toEqual(expected);
    const single = new Float32Array(7);
    randomStream('fill').fillNormal(single);
    expect([...single]).toEqual(expected.map(Math.fround));
  });
});
