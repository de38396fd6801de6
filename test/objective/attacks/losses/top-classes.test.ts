import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { topClasses } from '../../../../src/objective/attacks/losses/top-classes.js';

describe('topClasses(row, count, except)', () => {
  it('is the head of a stable sort, without the class left out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 7 }),
        (z, count, except) => {
          const logits = Float32Array.from([9, ...Array.from({ length: z.length - 1 }, () => 0), ...z]);
          const expected = [...z.keys()].filter((k) => k !== except).sort((a, b) => z[b] - z[a] || a - b);
          const row = { logits, classes: z.length, row: 1 };
          expect(topClasses(row, count, except)).toEqual(expected.slice(0, count));
        },
      ),
      { seed: 1 },
    );
  });
  it('names as many classes for logits that are NaN', () => {
    const logits = Float32Array.of(NaN, NaN, NaN, NaN);
    expect(topClasses({ logits, classes: 4, row: 0 }, 2, 0)).toHaveLength(2);
  });
});
