import { describe, expect, it } from '@jest/globals';
import { l2Norm } from '../../../../src/objective/attacks/geometry/l2.js';
import { randomStart, randomStartLinf } from '../../../../src/objective/attacks/geometry/random-start.js';

const radii = (d: number, n: number) =>
  Array.from({ length: n }, (_, i) => l2Norm(randomStart(d, 2, ['test', i]), 0, d));

describe('randomStart(d, l2Bound, key)', () => {
  it('is within the ball', () => {
    for (const d of [1, 2, 50]) expect(Math.max(...radii(d, 200))).toBeLessThanOrEqual(2 * (1 + 1e-12));
  });
  it('is a function of its key', () => {
    expect(randomStart(5, 1, ['a', 1])).toEqual(randomStart(5, 1, ['a', 1]));
    expect(randomStart(5, 1, ['a', 1])).not.toEqual(randomStart(5, 1, ['a', 2]));
  });
  it('is uniform: (radius/ε)^d has mean ½ within four standard errors', () => {
    const n = 2000;
    for (const d of [1, 3, 20]) {
      const mean = radii(d, n).reduce((sum, radius) => sum + (radius / 2) ** d, 0) / n;
      expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    }
  });
  it('has mean 0 in every coordinate within four standard errors', () => {
    const n = 2000;
    const starts = Array.from({ length: n }, (_, i) => randomStart(3, 2, ['test', i]));
    for (const j of [0, 1, 2]) {
      const mean = starts.reduce((sum, delta) => sum + delta[j], 0) / n;
      // In the unit ball of d dimensions a coordinate has variance 1/(d + 2).
      expect(Math.abs(mean)).toBeLessThan(4 * 2 * Math.sqrt(1 / 5 / n));
    }
  });
});

describe('randomStartLinf(d, linfBound, key)', () => {
  const n = 2000;
  const starts = Array.from({ length: n }, (_, i) => randomStartLinf(4, 2, ['test', i]));

  it('is within the cube', () => {
    expect(starts.every((delta) => delta.every((value) => Math.abs(value) <= 2))).toBe(true);
  });
  it('is a function of its key', () => {
    expect(randomStartLinf(5, 1, ['a', 1])).toEqual(randomStartLinf(5, 1, ['a', 1]));
    expect(randomStartLinf(5, 1, ['a', 1])).not.toEqual(randomStartLinf(5, 1, ['a', 2]));
  });
  it('has in every coordinate the mean 0 and the variance ε²/3 of a uniform number, within four standard errors', () => {
    for (let j = 0; j < 4; j += 1) {
      const mean = starts.reduce((sum, delta) => sum + delta[j], 0) / n;
      const square = starts.reduce((sum, delta) => sum + delta[j] ** 2, 0) / n;
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(4 / 3 / n));
      // Var(u²) = ε⁴·4/45
      expect(Math.abs(square - 4 / 3)).toBeLessThan(4 * Math.sqrt((16 * 4) / 45 / n));
    }
  });
});
