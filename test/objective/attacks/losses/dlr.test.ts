import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DLR, TARGETED_DLR } from '../../../../src/objective/attacks/losses/dlr.js';
import { FLOAT32_TOLERANCE } from '../../../tolerances.js';
import { cotangentAt, distinctRows, lossLaws, valueAt } from './loss-laws.js';

const Z = [3, 2, 5, 1];

describe('DLR', () => {
  it.each([
    [2, -2 / 3],
    [0, 2 / 3],
    [3, 4 / 3],
  ])('of (3, 2, 5, 1) is −(z_y − max z_k)/(z_π1 − z_π3) for y = %p', (label, expected) => {
    expect(valueAt(DLR, Z, label)).toBeCloseTo(expected, 6);
  });
  it('has a slope where y is third, by the fourth logit in the place of the third', () => {
    expect(valueAt(DLR, Z, 1)).toBeCloseTo(0.75, 6);
    const slope = cotangentAt(DLR, Z, 1);
    for (const [k, expected] of [0, -0.25, 0.0625, 0.1875].entries()) {
      expect(Math.abs(slope[k] - expected)).toBeLessThan(FLOAT32_TOLERANCE);
    }
  });
  it('does not change with a positive scale of the logits', () => {
    fc.assert(
      fc.property(distinctRows(4), ({ z, label, target }) => {
        for (const loss of [DLR, TARGETED_DLR]) {
          const scaled = z.map((value) => 1000 * value);
          expect(valueAt(loss, scaled, label, target)).toBeCloseTo(valueAt(loss, z, label, target), 6);
        }
      }),
      { seed: 2 },
    );
  });
  it('is above 0 exactly where the row is misclassified, and from −1 to 1 while y is among the first three', () => {
    fc.assert(
      fc.property(distinctRows(4), ({ z, label }) => {
        const place = z.filter((value) => value > z[label]).length;
        const value = valueAt(DLR, z, label);
        expect(value > 0).toBe(place > 0);
        if (place < 3) expect(Math.abs(value)).toBeLessThanOrEqual(1);
      }),
      { seed: 3 },
    );
  });
  lossLaws(DLR, 4);
});

describe('TARGETED_DLR', () => {
  it.each([
    // z_π1 − ½(z_π3 + z_π4) = 5 − ½(2 + 1) = 3.5
    [2, 0, -2 / 3.5],
    [2, 3, -4 / 3.5],
    [3, 1, 1 / 3.5],
  ])('of (3, 2, 5, 1) for y = %p, t = %p is %p', (label, target, expected) => {
    expect(valueAt(TARGETED_DLR, Z, label, target)).toBeCloseTo(expected, 6);
  });
  it('is above 0 exactly where t is ahead of y', () => {
    fc.assert(
      fc.property(distinctRows(4), ({ z, label, target }) => {
        expect(valueAt(TARGETED_DLR, z, label, target) > 0).toBe(z[target] > z[label]);
      }),
      { seed: 4 },
    );
  });
  lossLaws(TARGETED_DLR, 4);
});
