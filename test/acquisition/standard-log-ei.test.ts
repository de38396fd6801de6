import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { standardEi, standardLogEi, standardLogEiSlope } from '../../src/acquisition/index.js';
import { randomStream } from '../../src/math/index.js';
import { SPECIAL_RELATIVE } from '../tolerances.js';

/** Made by test/fixtures/log-ei/make.py with 80 digits. */
const rows = JSON.parse(readFileSync(new URL('../fixtures/log-ei/log-ei.json', import.meta.url), 'utf8')) as [
  number,
  number,
  number,
][];

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Error relative to the value, or absolute where the value is below 1. */
const error = (got: number, want: number) => Math.abs(got - want) / Math.max(1, Math.abs(want));

describe('standardLogEi(z) = log(φ(z) + z Φ(z))', () => {
  it('is right to 1e-12 on all three branches and at both thresholds', () => {
    for (const [z, value] of rows)
      expect([z, error(standardLogEi(z), value) < SPECIAL_RELATIVE]).toEqual([z, true]);
    expect(rows.filter(([z]) => z <= -1e6).length).toBeGreaterThan(3);
  });

  it('standardEi is its exponential, to 1e-12 down to underflow', () => {
    for (const [z, value] of rows) {
      if (value < -700) continue;
      const relative = Math.abs(standardEi(z) / Math.exp(value) - 1);
      expect([z, relative < SPECIAL_RELATIVE]).toEqual([z, true]);
    }
  });

  it('standardLogEiSlope is its derivative Φ/h, to 1e-12 relative down to -1e8', () => {
    for (const [z, , slope] of rows) {
      const relative = Math.abs(standardLogEiSlope(z) / slope - 1);
      expect([z, relative < SPECIAL_RELATIVE]).toEqual([z, true]);
    }
  });

  it.each([-1e6, -8, -1])('has no jump at z = %d beyond what its slope makes', (z) => {
    const step = Math.abs(z) * 1e-9;
    const rise = standardLogEi(z + step) - standardLogEi(z - step);
    const expected = 2 * step * standardLogEiSlope(z);
    expect(Math.abs(rise - expected)).toBeLessThan(1e-6 * expected + 1e-15 * Math.abs(standardLogEi(z)));
  });

  it('is the mean of max(0, z + X) over normal X, within 4 standard errors', () => {
    const stream = randomStream('standard ei');
    const draws = Float64Array.from({ length: 40_000 }, () => stream.normal());
    for (const z of [-2, -1, 0, 0.5, 2]) {
      const gains = draws.map((x) => Math.max(0, z + x));
      const mean = gains.reduce((s, v) => s + v, 0) / gains.length;
      const variance = gains.reduce((s, v) => s + (v - mean) ** 2, 0) / gains.length;
      expect(Math.abs(standardEi(z) - mean)).toBeLessThan(4 * Math.sqrt(variance / gains.length));
    }
  });

  it.each([
    [infinity, infinity, infinity],
    [-infinity, -infinity, 0],
    [nan, nan, nan],
    [1e308, Math.log(1e308), 1e308],
    [-1e200, -infinity, 0],
  ])('at z = %d is %d, and the plain form %d', (z, log, plain) => {
    expect(standardLogEi(z)).toBe(log);
    expect(standardEi(z)).toBe(plain);
  });
});
