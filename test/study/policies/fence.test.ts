import { describe, expect, it } from '@jest/globals';
import { fenced, lowerFence } from '../../../src/study/policies/bayes/fence.js';

describe('lowerFence', () => {
  it.each([
    [0, 1],
    [100, 1],
    [-3, 50],
  ])(
    'is the lower quartile minus so many interquartile ranges, shifted by %d and scaled by %d',
    (shift, scale) => {
      const y = Float64Array.from([4, 0, 1, 3, 2], (v) => shift + scale * v);
      expect(lowerFence(y, 1.5)).toBeCloseTo(shift + scale * (1 - 1.5 * 2), 12);
    },
  );

  it('is none for fewer than five outcomes, for quartiles that coincide, and beyond what numbers can hold', () => {
    expect(lowerFence(Float64Array.of(1, 2, 3, 4), 1.5)).toBe(-Infinity);
    expect(lowerFence(Float64Array.of(1, 1, 1, 1, -9), 1.5)).toBe(-Infinity);
    expect(
      lowerFence(
        Float64Array.of(1, 2, 3, 4, 5).map((v) => (v - 3) * 8e307),
        1.5,
      ),
    ).toBe(-Infinity);
  });
});

describe('fenced', () => {
  it('puts what lies below on the fence and leaves the rest', () => {
    expect([...fenced(Float64Array.of(-5, -1, 0, 9), -1)]).toEqual([-1, -1, 0, 9]);
    expect([...fenced(Float64Array.of(-5, 9), -Infinity)]).toEqual([-5, 9]);
  });
});
