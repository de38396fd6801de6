import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  differenceByChance,
  leadByChance,
} from '../../../../src/objective/evaluation/attack-report/exact-paired-test.js';
import { SPECIAL_RELATIVE } from '../../../tolerances.js';
import { expectError } from '../../expect-error.js';

/** Σ_{k ≥ b} C(n, k) / 2^n in whole numbers. */
const tail = (b: number, c: number): number => {
  const n = BigInt(b + c);
  let choose = 1n;
  let sum = 0n;
  for (let k = 0n; k <= n; k += 1n) {
    if (k >= BigInt(b)) sum += choose;
    choose = (choose * (n - k)) / (k + 1n);
  }
  return Number((sum * 10n ** 40n) / 2n ** n) / 1e40;
};

describe('leadByChance(b, c)', () => {
  it('is P(X ≥ b) for X ~ Binomial(b + c, ½)', () => {
    const count = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(count, count, (b, c) => {
        expect(Math.abs(leadByChance(b, c) / tail(b, c) - 1)).toBeLessThan(SPECIAL_RELATIVE);
      }),
      { seed: 51 },
    );
  });
  it.each([
    [0, 0, 1],
    [0, 9, 1],
    [1, 0, 0.5],
    [5, 0, 1 / 32],
    [4, 1, 6 / 32],
  ])('of %i and %i is %d', (b, c, p) => {
    expect(leadByChance(b, c)).toBeCloseTo(p, 14);
  });
  it('stays finite for thousands of images', () => {
    expect(leadByChance(5000, 0)).toBe(0);
    expect(leadByChance(2500, 2500)).toBeCloseTo(0.5056, 3);
  });
  it.each([[-1], [0.5], [NaN], [Infinity]])('refuses %d', (count) => {
    const message = `leadByChance: expected counts of at least 0, got ${count}`;
    expectError(() => leadByChance(3, count), { code: 'E_ARGUMENT', message });
    expectError(() => leadByChance(count, 3), { code: 'E_ARGUMENT', message });
  });
});

describe('differenceByChance(b, c)', () => {
  it('is twice the tail of the larger, at most 1, and the same turned round', () => {
    expect(differenceByChance(5, 0)).toBeCloseTo(1 / 16, 14);
    expect(differenceByChance(0, 5)).toBe(differenceByChance(5, 0));
    expect(differenceByChance(3, 3)).toBe(1);
    expect(differenceByChance(0, 0)).toBe(1);
  });
});
