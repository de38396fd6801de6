import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { randomStream } from '../../src/math/random.js';
import { MAX_SOBOL_DIMENSIONS, sobolPoints } from '../../src/math/sobol.js';

/** Made by test/fixtures/sobol/make.py from scipy's table. */
const reference = JSON.parse(
  readFileSync(new URL('../fixtures/sobol/points.json', import.meta.url), 'utf8'),
) as [number, number[]][];

const column = (points: Float64Array, d: number, j: number) => points.filter((_, k) => k % d === j);

/** How many of 2^k values fall into each of 2^k equal slices. */
function slices(values: Float64Array): number[] {
  const counts = new Array<number>(values.length).fill(0);
  for (const v of values) counts[Math.floor(v * values.length)]++;
  return counts;
}

const ones = (n: number) => new Array<number>(n).fill(1);

describe('sobolPoints(n, d)', () => {
  it('gives the points of Joe and Kuo’s numbers in 128 dimensions', () => {
    for (const [index, expected] of reference) {
      const point = sobolPoints(1, 128, { skip: index });
      expect([...point.map((v) => v * 2 ** 32)]).toEqual(expected);
    }
  });

  it('starts at the origin, then the centre', () => {
    expect([...sobolPoints(2, 3)]).toEqual([0, 0, 0, 0.5, 0.5, 0.5]);
  });

  it('is in d dimensions the first d columns of more', () => {
    const wide = sobolPoints(33, 20);
    for (let d = 1; d < 20; d++) {
      const narrow = sobolPoints(33, d);
      for (let j = 0; j < d; j++) expect(column(narrow, d, j)).toEqual(column(wide, 20, j));
    }
  });

  it('goes on where it stopped: skip leaves out that many points', () => {
    const key = () => randomStream('sobol', 'skip');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 40 }), (skip, n) => {
        const plain = sobolPoints(skip + n, 3).subarray(3 * skip);
        const scrambled = sobolPoints(skip + n, 3, { scramble: key() }).subarray(3 * skip);
        expect(sobolPoints(n, 3, { skip })).toEqual(plain);
        expect(sobolPoints(n, 3, { skip, scramble: key() })).toEqual(scrambled);
      }),
      { numRuns: 30, seed: 3 },
    );
  });

  it('reaches the last of its 2^32 points', () => {
    const points = sobolPoints(2, 2, { skip: 2 ** 32 - 2 });
    expect(points.every((v) => v >= 0 && v < 1)).toBe(true);
    expect(points.subarray(2)).toEqual(sobolPoints(1, 2, { skip: 2 ** 32 - 1 }));
  });

  it('gives no points for n = 0', () => {
    expect(sobolPoints(0, 5)).toEqual(new Float64Array(0));
  });

  it.each([
    [1, 0, 0, 'd must be an integer from 1 to 128, got 0'],
    [1, 129, 0, 'd must be an integer from 1 to 128, got 129'],
    [-1, 1, 0, 'n must be an integer from 0 to 4294967296, got -1'],
    [1.5, 1, 0, 'n must be an integer from 0 to 4294967296, got 1.5'],
    [1, 1, -1, 'skip must be an integer from 0 to 4294967296, got -1'],
    [2, 1, 2 ** 32 - 1, 'n must be an integer from 0 to 1, got 2'],
  ])('refuses n = %d, d = %d, skip = %d', (n, d, skip, words) => {
    expect(() => sobolPoints(n, d, { skip })).toThrow(
      expect.objectContaining({ code: 'E_ARGUMENT', message: `sobolPoints: ${words}` }),
    );
  });
});

describe.each([
  ['plain', undefined],
  ['scrambled', 1],
  ['scrambled another way', 2],
])('sobolPoints, %s', (_, seed) => {
  const options = () => (seed === undefined ? {} : { scramble: randomStream('sobol', seed) });

  it.each([0, 1, 2, 5, 7])(
    'fill every slice of each of 128 axes once with 2^%d points, from any multiple',
    (k) => {
      const n = 2 ** k;
      for (const skip of [0, n, 7 * n]) {
        const points = sobolPoints(n, MAX_SOBOL_DIMENSIONS, { ...options(), skip });
        for (let j = 0; j < MAX_SOBOL_DIMENSIONS; j++) {
          expect(slices(column(points, MAX_SOBOL_DIMENSIONS, j))).toEqual(ones(n));
        }
      }
    },
  );

  it('are a (0, 6, 2)-net in the first two axes: every box of area 2^-6 holds one of 64 points', () => {
    const points = sobolPoints(64, 2, options());
    for (let k = 0; k <= 6; k++) {
      const boxes = new Array<number>(64).fill(0);
      for (let i = 0; i < 64; i++) {
        const row = Math.floor(points[2 * i] * 2 ** k);
        boxes[row * 2 ** (6 - k) + Math.floor(points[2 * i + 1] * 2 ** (6 - k))]++;
      }
      expect(boxes).toEqual(ones(64));
    }
  });
});

describe('scrambled sobolPoints', () => {
  it('depend on the key, and on nothing else', () => {
    const points = (seed: number) => sobolPoints(16, 4, { scramble: randomStream('scramble', seed) });
    expect(points(1)).toEqual(points(1));
    expect(points(1)).not.toEqual(points(2));
  });

  it('never touch 0 or 1', () => {
    const points = sobolPoints(4096, 8, { scramble: randomStream('open') });
    expect(Math.min(...points)).toBeGreaterThanOrEqual(2 ** -33);
    expect(Math.max(...points)).toBeLessThanOrEqual(1 - 2 ** -33);
  });

  it('are each uniform over scrambles: the mean of point 0 and of point 5 is 1/2 within 4 standard errors', () => {
    const scrambles = 2000;
    const sums = [0, 0, 0, 0];
    for (let seed = 0; seed < scrambles; seed++) {
      const points = sobolPoints(6, 2, { scramble: randomStream('uniform', seed) });
      [0, 1, 10, 11].forEach((at, k) => (sums[k] += points[at]));
    }
    for (const sum of sums) {
      expect(Math.abs(sum / scrambles - 0.5)).toBeLessThan(4 / Math.sqrt(12 * scrambles));
    }
  });

  it('integrate a smooth function without bias and ten times better than random points', () => {
    // ∫ Π (1 + (x_j - 1/2)/2) = 1 in 5 dimensions.
    const integral = (points: Float64Array, n: number) => {
      let s = 0;
      for (let i = 0; i < n; i++) {
        let product = 1;
        for (let j = 0; j < 5; j++) product *= 1 + (points[i * 5 + j] - 0.5) / 2;
        s += product / n;
      }
      return s;
    };
    const seeds = Array.from({ length: 100 }, (_, seed) => seed);
    const random = (seed: number) => {
      const points = new Float64Array(1280);
      randomStream('random points', seed).fillUniform(points);
      return points;
    };
    const rms = (make: (seed: number) => Float64Array) =>
      Math.sqrt(seeds.reduce((s, seed) => s + (integral(make(seed), 256) - 1) ** 2, 0) / seeds.length);
    const sobol = rms((seed) => sobolPoints(256, 5, { scramble: randomStream('integral', seed) }));
    expect(sobol).toBeLessThan(rms(random) / 10);
  });
});
