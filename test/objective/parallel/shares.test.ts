import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { sharesOf } from '../../../src/objective/parallel/shares.js';

const cuts = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 16 }));

describe('sharesOf(images, workers)', () => {
  it('covers all images in order, without gap or overlap', () => {
    fc.assert(
      fc.property(cuts, ([images, workers]) => {
        const covered = sharesOf(images, workers).flatMap(({ from, to }) =>
          Array.from({ length: to - from }, (_, i) => from + i),
        );
        expect(covered).toEqual(Array.from({ length: images }, (_, i) => i));
      }),
    );
  });

  it('gives sizes that differ by at most one, none of them empty, to at most all workers', () => {
    fc.assert(
      fc.property(cuts, ([images, workers]) => {
        const sizes = sharesOf(images, workers).map(({ from, to }) => to - from);
        expect(sizes.length).toBe(Math.min(images, workers));
        if (images > 0) {
          expect(Math.min(...sizes)).toBeGreaterThan(0);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
