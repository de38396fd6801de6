import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { pairImages } from '../../../src/objective/mixing/image-pairs.js';
import { expectError } from '../expect-error.js';

const cycle = (count: number, classes: number) => Array.from({ length: count }, (_, i) => i % classes);

describe('pairImages', () => {
  it('pairs images of different classes, no couple twice, and every A equally often but for one', () => {
    const labels = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(labels, fc.nat(), fc.integer({ min: 1, max: 60 }), (all, seed, wanted) => {
        const largest = Math.max(...[0, 1, 2, 3].map((k) => all.filter((label) => label === k).length));
        const most = all.length * (all.length - largest);
        fc.pre(most > 0);
        const pairs = pairImages(all, Math.min(wanted, most), seed);
        for (const { a, b } of pairs) expect(all[a]).not.toBe(all[b]);
        expect(new Set(pairs.map(({ a, b }) => `${a} ${b}`)).size).toBe(pairs.length);
        const times = all.map((_, i) => pairs.filter(({ a }) => a === i).length);
        expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
      }),
      { seed: 2 },
    );
  });

  it('gives every ordered pair of different classes where all are asked for', () => {
    const pairs = pairImages([0, 0, 1, 1], 8, 5);
    expect(new Set(pairs.map(({ a, b }) => `${a}${b}`))).toEqual(
      new Set(['02', '03', '12', '13', '20', '21', '30', '31']),
    );
  });

  it('takes partners about equally often within a class', () => {
    const labels = cycle(40, 4);
    const pairs = pairImages(labels, 400, 3);
    for (const label of [0, 1, 2, 3]) {
      const members = [...labels.keys()].filter((i) => labels[i] === label);
      const times = members.map((i) => pairs.filter(({ b }) => b === i).length);
      expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(2);
    }
  });

  it('is a function of labels and seed', () => {
    expect(pairImages(cycle(9, 3), 20, 1)).toEqual(pairImages(cycle(9, 3), 20, 1));
    expect(pairImages(cycle(9, 3), 20, 1)).not.toEqual(pairImages(cycle(9, 3), 20, 2));
  });

  it('refuses more pairs than there can be, none, and images of one class', () => {
    const most = 'as 4 images in 2 classes make';
    expectError(() => pairImages([0, 0, 0, 1], 5, 1), {
      code: 'E_ARGUMENT',
      message: `pairs: expected at most 4, ${most}, got 5`,
    });
    expectError(() => pairImages([0, 1], 0, 1), {
      code: 'E_ARGUMENT',
      message: 'pairs: expected an integer of at least 1, got 0',
    });
    expectError(() => pairImages([7, 7], 1, 1), {
      code: 'E_ARGUMENT',
      message: 'pairs: expected at most 0, as 2 images in 1 classes make, got 1',
    });
  });
});
