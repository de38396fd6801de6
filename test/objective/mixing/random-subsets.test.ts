import { describe, expect, it } from '@jest/globals';
import { randomSubsets } from '../../../src/objective/mixing/random-subsets.js';
import { expectError } from '../expect-error.js';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('randomSubsets', () => {
  it('takes all but the one left out, in order, where no more are asked for', () => {
    expect(randomSubsets({ from: [3, 0, 1], size: 2, but: [0, 3], count: 2, seed: 1 })).toEqual({
      subsets: [
        [0, 1],
        [1, 3],
      ],
      outOf: 2,
    });
  });

  it('draws different subsets of the size, never the one left out, increasing', () => {
    const { subsets, outOf } = randomSubsets({
      from: range(12),
      size: 3,
      but: [0, 1, 2],
      count: 200,
      seed: 4,
    });
    expect(outOf).toBe(219);
    expect(new Set(subsets.map((one) => one.join())).size).toBe(200);
    expect(subsets.map((one) => one.join())).not.toContain('0,1,2');
    for (const one of subsets) expect(one).toEqual([...new Set(one)].toSorted((a, b) => a - b));
  });

  it('draws uniformly: each element in a size/n of the subsets, within 4 standard errors', () => {
    const counts = range(8).map(() => 0);
    const draws = 400;
    for (let seed = 0; seed < draws; seed++) {
      const { subsets } = randomSubsets({ from: range(8), size: 3, but: [], count: 1, seed });
      for (const i of subsets[0]) counts[i] += 1;
    }
    const p = 3 / 8;
    for (const count of counts) {
      expect(Math.abs(count / draws - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws));
    }
  });

  it('has none where the set left out is the only one, or the size is above n', () => {
    expect(randomSubsets({ from: [1, 2], size: 2, but: [1, 2], count: 5, seed: 1 })).toEqual({
      subsets: [],
      outOf: 0,
    });
    expect(randomSubsets({ from: [1, 2], size: 3, but: [], count: 5, seed: 1 })).toEqual({
      subsets: [],
      outOf: 0,
    });
  });

  it('leaves nothing out for a set of another size or of other elements', () => {
    expect(randomSubsets({ from: [1, 2], size: 1, but: [3], count: 5, seed: 1 }).outOf).toBe(2);
    expect(randomSubsets({ from: [1, 2], size: 1, but: [1, 2], count: 5, seed: 1 }).outOf).toBe(2);
  });

  it('counts large numbers of subsets no higher than 2^53 − 1', () => {
    const { outOf } = randomSubsets({ from: range(512), size: 100, but: [], count: 1, seed: 1 });
    expect(outOf).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('refuses a size or count below 1', () => {
    const options = { from: [1], but: [], seed: 1 };
    expectError(() => randomSubsets({ ...options, size: 0, count: 1 }), {
      code: 'E_ARGUMENT',
      message: 'randomSubsets size: expected an integer of at least 1, got 0',
    });
    expectError(() => randomSubsets({ ...options, size: 1, count: 0 }), {
      code: 'E_ARGUMENT',
      message: 'randomSubsets count: expected an integer of at least 1, got 0',
    });
  });
});
