import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MARGIN, TARGETED_MARGIN } from '../../../../src/objective/attacks/losses/margin.js';
import { cotangentAt, distinctRows, lossLaws, valueAt } from './loss-laws.js';

describe('MARGIN', () => {
  it('is above 0 exactly where a wrong class is ahead of the true one', () => {
    fc.assert(
      fc.property(distinctRows(2), ({ z, label }) => {
        expect(valueAt(MARGIN, z, label) > 0).toBe(z.indexOf(Math.max(...z)) !== label);
      }),
      { seed: 1 },
    );
  });
  it('takes the first of equal wrong classes, in value and slope', () => {
    expect(valueAt(MARGIN, [0, 2, 2], 0)).toBe(2);
    expect(cotangentAt(MARGIN, [0, 2, 2], 0)).toEqual([-1, 1, 0]);
    expect(cotangentAt(MARGIN, [1, 1, 0], 0)).toEqual([-1, 1, 0]);
  });
  it('is the negative difference of two classes', () => {
    expect([valueAt(MARGIN, [3, 1], 0), valueAt(MARGIN, [3, 1], 1)]).toEqual([-2, 2]);
  });
  lossLaws(MARGIN, 2);
});

describe('TARGETED_MARGIN', () => {
  it('is z_t − z_y', () => {
    expect(valueAt(TARGETED_MARGIN, [3, 1, 7], 0, 1)).toBe(-2);
    expect(cotangentAt(TARGETED_MARGIN, [3, 1, 7], 0, 1)).toEqual([-1, 1, 0]);
  });
  lossLaws(TARGETED_MARGIN, 2);
});
