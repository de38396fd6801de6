import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { roundTowards, stepTowards } from '../../../../src/objective/attacks/geometry/round-towards.js';

const value = fc.double({ min: 0, max: 2, noNaN: true });
const single = value.map(Math.fround);

describe('roundTowards(x, value)', () => {
  it('keeps what is a float32', () => {
    fc.assert(
      fc.property(single, single, (x, y) => expect(roundTowards(x, y)).toBe(y)),
      { seed: 1 },
    );
  });
  it('gives the nearest float32 on the side of x', () => {
    expect(roundTowards(0, 0.1)).toBeLessThanOrEqual(0.1);
    expect(roundTowards(1, 0.1)).toBeGreaterThanOrEqual(0.1);
    expect(roundTowards(1, 0.1) - roundTowards(0, 0.1)).toBe(2 ** -27);
  });
  it('lies between x and the value', () => {
    fc.assert(
      fc.property(single, value, (x, y) => {
        const rounded = roundTowards(x, y);
        expect(Math.fround(rounded)).toBe(rounded);
        expect((rounded - x) * (y - rounded)).toBeGreaterThanOrEqual(0);
      }),
      { seed: 1 },
    );
  });
});

describe('stepTowards(x, value)', () => {
  it('is the neighbour, also below the smallest normal float32 and down to 0', () => {
    expect(stepTowards(0, 1)).toBe(1 - 2 ** -24);
    expect(stepTowards(2, 1)).toBe(1 + 2 ** -23);
    expect(stepTowards(0, 2 ** -149)).toBe(0);
    expect(stepTowards(1, 0)).toBe(2 ** -149);
  });
});
