import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  candidatesOf,
  createNearestPoints,
  nearestNorm,
  recordNearest,
} from '../../../../src/objective/attacks/methods/nearest-points.js';

/** The list after points of these norms came in, each point holding its number. */
function after(norms: readonly number[]) {
  const nearest = createNearestPoints(2);
  for (const [at, norm] of norms.entries()) recordNearest(nearest, 1, Float32Array.of(at), norm);
  return nearest;
}

const norms = fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 60 });

describe('recordNearest(nearest, row, point, norm)', () => {
  it('keeps points nearest first, with their norms', () => {
    const nearest = after([3, 1, 2]);
    expect(nearest.norms[1]).toEqual([1, 2, 3]);
    expect(candidatesOf(nearest)[1].map(([number]) => number)).toEqual([1, 2, 0]);
  });
  it('knows no point of other images, whose norm is Infinity', () => {
    const nearest = after([3, 1, 2]);
    expect(candidatesOf(nearest)[0]).toEqual([]);
    expect([nearestNorm(nearest, 0), nearestNorm(nearest, 1)]).toEqual([Infinity, 1]);
  });
  it('keeps of points within 5 % of each other the nearest', () => {
    expect(after([1, 1.04]).norms[1]).toEqual([1]);
    expect(after([1.04, 1]).norms[1]).toEqual([1]);
    expect(after([1, 1.06]).norms[1]).toEqual([1, 1.06]);
    expect(after([1.02, 1.04, 1]).norms[1]).toEqual([1]);
    expect(after([1, 1.06, 1.03]).norms[1]).toEqual([1, 1.06]);
  });
  it('keeps the earlier of two that are equally near', () => {
    expect(candidatesOf(after([1, 1]))[1].map(([number]) => number)).toEqual([0]);
  });
  it('does not take the clean image', () => {
    expect(after([0, 2, 0]).norms[1]).toEqual([2]);
  });
  it('keeps eight at most: the ends, and between them those that leave the least gap when gone', () => {
    const powers = [1, 2, 4, 8, 16, 32, 64, 128];
    expect(after(powers).norms[1]).toEqual(powers);
    expect(after([...powers, 200]).norms[1]).toEqual([1, 2, 4, 8, 16, 32, 64, 200]);
    expect(after([1, 1.1, 1.2, 1.5, 3, 6, 12, 24, 2.1]).norms[1]).toEqual([1, 1.2, 1.5, 2.1, 3, 6, 12, 24]);
  });
  it('copies points', () => {
    const nearest = createNearestPoints(1);
    const point = Float32Array.of(1);
    recordNearest(nearest, 0, point, 1);
    point[0] = 2;
    expect(candidatesOf(nearest)[0][0][0]).toBe(1);
  });
  it('always has the nearest of all, spaced neighbours in order, and points that belong to their norms', () => {
    fc.assert(
      fc.property(norms, (all) => {
        const nearest = after(all);
        const kept = nearest.norms[1];
        expect(kept[0]).toBe(Math.min(...all));
        expect(kept.length).toBeLessThanOrEqual(8);
        expect(kept.every((norm, at) => at === 0 || norm >= 1.05 * kept[at - 1])).toBe(true);
        expect(candidatesOf(nearest)[1].map(([number]) => all[number])).toEqual(kept);
      }),
      { seed: 1 },
    );
  });
});
