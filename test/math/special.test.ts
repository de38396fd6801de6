import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  erfcx,
  log1mexp,
  LOG_SQRT_2PI,
  logNormalCdf,
  logNormalPdf,
  logSumExp,
  normalCdf,
  normalPdf,
  normalQuantile,
} from '../../src/math/special.js';
import { ROUNDING, SPECIAL_RELATIVE } from '../tolerances.js';

/** Made by test/fixtures/special/make.py with 60 digits. */
const table = JSON.parse(
  readFileSync(new URL('../fixtures/special/special.json', import.meta.url), 'utf8'),
) as Record<string, [number, number][]>;

const functions = {
  erfcx,
  log1mexp,
  logNormalCdf,
  logNormalPdf,
  normalCdf,
  normalPdf,
  normalQuantile,
} as const;

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const settings = { numRuns: 300, seed: 7 };
const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('special functions against 60-digit references', () => {
  it.each(Object.keys(functions) as (keyof typeof functions)[])('%s is right to 1e-12 everywhere', (name) => {
    const worst = { x: nan, error: 0 };
    expect(table[name].length).toBeGreaterThan(20);
    for (const [x, value] of table[name]) {
      const error = Math.abs(functions[name](x) - value) / Math.abs(value);
      if (!(error <= worst.error)) Object.assign(worst, { x, error });
    }
    expect(worst.error).toBeLessThan(SPECIAL_RELATIVE);
  });
});

describe('special functions at their ends', () => {
  it.each([
    ['erfcx', 0, 1],
    ['erfcx', infinity, 0],
    ['erfcx', -infinity, infinity],
    ['erfcx', -26.65, infinity],
    ['erfcx', -1e200, infinity],
    ['normalPdf', infinity, 0],
    ['normalPdf', -infinity, 0],
    ['normalPdf', 1e200, 0],
    ['normalCdf', infinity, 1],
    ['normalCdf', -infinity, 0],
    ['normalCdf', 0, 0.5],
    ['normalCdf', -40, 0],
    ['normalCdf', -1e300, 0],
    ['normalCdf', 1e300, 1],
    ['logNormalPdf', 0, -LOG_SQRT_2PI],
    ['logNormalPdf', infinity, -infinity],
    ['logNormalCdf', infinity, 0],
    ['logNormalCdf', -infinity, -infinity],
    ['logNormalCdf', -1e200, -infinity],
    ['logNormalCdf', 0, Math.log(0.5)],
    ['log1mexp', 0, -infinity],
    ['log1mexp', infinity, 0],
    ['log1mexp', 800, 0],
    ['log1mexp', -1, nan],
    ['normalQuantile', 0, -infinity],
    ['normalQuantile', 1, infinity],
    ['normalQuantile', 0.5, 0],
    ['normalQuantile', -1e-9, nan],
    ['normalQuantile', 1.1, nan],
  ] as const)('%s(%d) is %d', (name, x, value) => {
    // + 0 makes -0 and 0 the same.
    expect(functions[name](x) + 0).toBe(value);
  });

  it.each(Object.keys(functions) as (keyof typeof functions)[])('%s(NaN) is NaN', (name) => {
    expect(functions[name](nan)).toBe(nan);
  });

  it('normalCdf goes to zero through the subnormal numbers', () => {
    expect(normalCdf(-38.2)).toBeGreaterThan(0);
    expect(normalCdf(-38.2)).toBeLessThan(2 ** -1022);
    expect(normalPdf(-38.5)).toBeGreaterThan(0);
    expect(normalPdf(-38.5)).toBeLessThan(2 ** -1022);
  });

  it('logNormalCdf is finite as far as -z²/2 is', () => {
    expect(logNormalCdf(-1.3e154)).toBeCloseTo(-0.5 * 1.3e154 * 1.3e154, -295);
  });
});

describe('laws of the normal distribution', () => {
  it('Φ(z) + Φ(-z) = 1', () => {
    fc.assert(
      fc.property(finite(-40, 40), (z) => Math.abs(normalCdf(z) + normalCdf(-z) - 1) < ROUNDING),
      settings,
    );
  });

  it('erfcx(x) + erfcx(-x) = 2 exp(x²)', () => {
    fc.assert(
      fc.property(finite(-5, 5), (x) => {
        const right = 2 * Math.exp(x * x);
        return Math.abs(erfcx(x) + erfcx(-x) - right) < ROUNDING * right;
      }),
      settings,
    );
  });

  it('the slope of log Φ is φ/Φ', () => {
    const h = 1e-5;
    for (const z of [-30, -5.6568, -1, -0.66, 0, 0.5, 3]) {
      const slope = (logNormalCdf(z + h) - logNormalCdf(z - h)) / (2 * h);
      const ratio = Math.exp(logNormalPdf(z) - logNormalCdf(z));
      expect(Math.abs(slope / ratio - 1)).toBeLessThan(1e-7);
    }
  });

  it('Φ does not fall, not even where branches meet', () => {
    fc.assert(
      fc.property(finite(-38, 8), finite(1e-9, 1e-3), (z, step) => normalCdf(z + step) >= normalCdf(z)),
      settings,
    );
  });

  it('normalQuantile undoes normalCdf', () => {
    fc.assert(
      fc.property(finite(-37, 5), (z) => Math.abs(normalQuantile(normalCdf(z)) - z) < 1e-9),
      settings,
    );
  });
});

describe('logSumExp(values)', () => {
  it('is log Σ exp(v)', () => {
    expect(logSumExp([0.1, -2, 3])).toBeCloseTo(Math.log(Math.exp(0.1) + Math.exp(-2) + Math.exp(3)), 14);
  });

  it('moves with a shift that would overflow', () => {
    const values = [1, 2, 3.5];
    for (const shift of [-1e4, 1e4]) {
      expect(logSumExp(values.map((v) => v + shift)) - shift).toBeCloseTo(logSumExp(values), 10);
    }
  });

  it.each([
    ['nothing', [], -infinity],
    ['one value, exactly', [0.3], 0.3],
    ['only -Infinity', [-infinity, -infinity], -infinity],
    ['-Infinity beside a number', [-infinity, 5], 5],
    ['Infinity', [infinity, 0], infinity],
    ['NaN', [0, nan, 1], nan],
    ['NaN beside Infinity', [infinity, nan], nan],
  ])('of %s is right', (_, values, expected) => {
    expect(logSumExp(values)).toBe(expected);
    expect(logSumExp(Float64Array.from(values))).toBe(expected);
  });
});
