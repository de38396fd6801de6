import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  errorLogOdds,
  errorLogOddsCotangent,
  predictedClass,
} from '../../../../src/objective/attacks/losses/cross-entropy.js';
import { FINITE_DIFFERENCE_TOLERANCE, FLOAT32_TOLERANCE } from '../../../tolerances.js';

const logit = fc.double({ min: -20, max: 20, noNaN: true }).map(Math.fround);
const rows = fc.integer({ min: 2, max: 6 }).chain((classes) =>
  fc.record({
    z: fc.array(logit, { minLength: classes, maxLength: classes }),
    label: fc.integer({ min: 0, max: classes - 1 }),
  }),
);

function crossEntropy(z: readonly number[], label: number): number {
  const largest = Math.max(...z);
  return Math.log(z.reduce((sum, value) => sum + Math.exp(value - largest), 0)) + largest - z[label];
}

describe('errorLogOdds(logits, classes, row, label)', () => {
  it('is o with cross-entropy = log(1 + e^o)', () => {
    fc.assert(
      fc.property(rows, ({ z, label }) => {
        const o = errorLogOdds(Float32Array.from(z), z.length, 0, label);
        expect(Math.log1p(Math.exp(o))).toBeCloseTo(crossEntropy(z, label), 9);
      }),
      { seed: 2 },
    );
  });
  it('is the negative margin for two classes', () => {
    expect(errorLogOdds(Float32Array.of(9, 9, 3, 1), 2, 1, 0)).toBe(-2);
  });
  it('still orders points where cross-entropy is 0 in float64', () => {
    expect(errorLogOdds(Float32Array.of(2000, 0), 2, 0, 0)).toBeLessThan(
      errorLogOdds(Float32Array.of(1000, 0), 2, 0, 0),
    );
  });
  it.each([NaN, Infinity, -Infinity])('is NaN for a logit of %p', (value) => {
    expect(errorLogOdds(Float32Array.of(1, value), 2, 0, 0)).toBeNaN();
  });
});

describe('errorLogOddsCotangent(logits, classes, labels)', () => {
  it('is the gradient of errorLogOdds, by central differences', () => {
    fc.assert(
      fc.property(rows, ({ z, label }) => {
        const h = 2 ** -6;
        const analytic = errorLogOddsCotangent(Float32Array.from(z), z.length, [label]);
        for (const k of z.keys()) {
          const at = (shift: number) =>
            errorLogOdds(
              Float32Array.from(z, (value, i) => (i === k ? value + shift : value)),
              z.length,
              0,
              label,
            );
          expect(Math.abs(analytic[k] - (at(h) - at(-h)) / (2 * h))).toBeLessThan(
            FINITE_DIFFERENCE_TOLERANCE,
          );
        }
      }),
      { seed: 3 },
    );
  });
  it('is cross-entropy’s gradient p − e_y divided by 1 − p_y', () => {
    const z = [0.5, -1, 2];
    const p = z.map((value) => Math.exp(value - crossEntropy(z, 0) - z[0]));
    const cotangent = errorLogOddsCotangent(Float32Array.from(z), 3, [0]);
    for (const k of [0, 1, 2]) {
      const expected = (p[k] - (k === 0 ? 1 : 0)) / (1 - p[0]);
      expect(Math.abs(cotangent[k] - expected)).toBeLessThan(FLOAT32_TOLERANCE);
    }
  });
  it('does not vanish for a model that is sure', () => {
    expect([...errorLogOddsCotangent(Float32Array.of(2000, 0, 0), 3, [0])]).toEqual([-1, 0.5, 0.5]);
  });
  it('does not change when all logits are shifted', () => {
    const at = (shift: number) => errorLogOddsCotangent(Float32Array.of(1 + shift, shift, 3 + shift), 3, [1]);
    expect(at(-20)).toEqual(at(0));
  });
  it('is 0 in rows with a logit that is not finite, and in no other', () => {
    const z = Float32Array.of(NaN, 1, 1, 1, 1, Infinity);
    expect([...errorLogOddsCotangent(z, 2, [0, 0, 1])]).toEqual([0, 0, -1, 1, 0, 0]);
  });
  it('is empty for no images', () => {
    expect(errorLogOddsCotangent(new Float32Array(0), 3, [])).toHaveLength(0);
  });
});

describe('predictedClass(logits, classes, row)', () => {
  it('is the first class of largest logit', () => {
    const z = Float32Array.of(0, 2, 2, -3, -1, -2);
    expect([predictedClass(z, 3, 0), predictedClass(z, 3, 1)]).toEqual([1, 1]);
  });
  it.each([NaN, Infinity, -Infinity])('is undefined with a logit of %p, wherever it stands', (value) => {
    expect(predictedClass(Float32Array.of(value, 1), 2, 0)).toBeUndefined();
    expect(predictedClass(Float32Array.of(1, value), 2, 0)).toBeUndefined();
  });
});
