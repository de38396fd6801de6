import { describe, expect, it } from '@jest/globals';
import { accuracyOf } from '../../../src/objective/evaluation/accuracy.js';
import { wilsonInterval } from '../../../src/objective/evaluation/intervals.js';
import { expectError } from '../expect-error.js';

describe('accuracyOf(bits, labels, classes)', () => {
  it('is the share of ones, with Wilson’s interval', () => {
    const accuracy = accuracyOf('1101', Int32Array.of(0, 1, 0, 1), 2);
    expect(accuracy.mean).toBe(0.75);
    expect(accuracy.interval).toEqual(wilsonInterval(0.75, 4));
  });
  it('is balanced over classes beside it: a majority guess is worth 1/K', () => {
    const accuracy = accuracyOf('111100', Int32Array.of(0, 0, 0, 0, 1, 2), 3);
    expect(accuracy.perClass).toEqual([1, 0, 0]);
    expect(accuracy.balanced).toBeCloseTo(1 / 3, 12);
    expect(accuracy.mean).toBeCloseTo(2 / 3, 12);
  });
  it('leaves classes without images out of the balance', () => {
    const accuracy = accuracyOf('10', Int32Array.of(0, 2), 3);
    expect(accuracy.perClass).toEqual([1, null, 0]);
    expect(accuracy.balanced).toBe(0.5);
  });
  it('knows one image', () => {
    expect(accuracyOf('0', Int32Array.of(1), 2)).toMatchObject({ mean: 0, balanced: 0, perClass: [null, 0] });
  });
  it.each([
    ['', 0],
    ['10', 1],
  ])('refuses %p with %p labels', (bits, count) => {
    expectError(() => accuracyOf(bits, new Int32Array(count), 2), {
      code: 'E_SHAPE',
      message: `accuracyOf: expected as many labels as bits and at least one, got ${count} and ${bits.length}`,
    });
  });
});
