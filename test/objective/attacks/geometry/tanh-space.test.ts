import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromTanh, tanhSlope, toTanhSpace } from '../../../../src/objective/attacks/geometry/tanh-space.js';

describe('toTanhSpace(x) and fromTanh(tanh)', () => {
  it('give back every pixel to 1e-15', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (x) => {
        expect(Math.abs(fromTanh(Math.tanh(toTanhSpace(x))) - x)).toBeLessThanOrEqual(1e-15);
      }),
    );
  });
  it('are finite at exact 0 and 1, and odd about ½', () => {
    expect(toTanhSpace(1)).toBeCloseTo(7.2543, 4);
    expect(toTanhSpace(0)).toBe(-toTanhSpace(1));
    expect(toTanhSpace(0.5)).toBe(0);
  });
  it('never leave the box', () => {
    expect([fromTanh(-1), fromTanh(1)]).toEqual([0, 1]);
  });
});

describe('tanhSlope(tanh)', () => {
  it('is the derivative of the pixel in w', () => {
    for (const w of [-3, -0.2, 0, 1.5]) {
      const h = 1e-5;
      const difference = (fromTanh(Math.tanh(w + h)) - fromTanh(Math.tanh(w - h))) / (2 * h);
      expect(tanhSlope(Math.tanh(w))).toBeCloseTo(difference, 9);
    }
  });
});
