import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assertInBox,
  l2Distance,
  l2Norm,
  moveWithin,
  toEightBit,
} from '../../../../src/objective/attacks/geometry/l2.js';
import { expectError } from '../../expect-error.js';

const pixel = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.fround);
const step = fc.double({ min: -10, max: 10, noNaN: true });

describe('l2Norm(a, from, length)', () => {
  it('is the root of the sum of squares, in float64', () => {
    expect(l2Norm(Float32Array.of(9, 3, 4, 9), 1, 2)).toBe(5);
  });
  it('is 0 for no values', () => {
    expect(l2Norm(new Float32Array(0), 0, 0)).toBe(0);
  });
  it('does not overflow where float32 would', () => {
    expect(l2Norm(Float32Array.of(3e38, 3e38), 0, 2)).toBeGreaterThan(4e38);
  });
  it.each([NaN, Infinity, -Infinity])('is not finite where a value is %p', (value) => {
    expect(Number.isFinite(l2Norm(Float32Array.of(1, value), 0, 2))).toBe(false);
  });
});

describe('l2Distance(a, b, from, length)', () => {
  it('is the norm of the difference, wherever the image begins', () => {
    expect(l2Distance(Float32Array.of(7, 1, 1), Float32Array.of(0, 4, 5), 1, 2)).toBe(5);
  });
});

describe('moveWithin(out, x, from, delta, l2Bound)', () => {
  const move = (x: readonly number[], delta: readonly number[], bound: number): Float32Array => {
    const clean = Float32Array.from(x);
    const out = new Float32Array(x.length);
    moveWithin(out, clean, 0, Float64Array.from(delta), bound);
    return out;
  };

  it('adds a perturbation that is within ball and box', () => {
    expect([...move([0.5, 0.5], [0.25, -0.125], 1)]).toEqual([0.75, 0.375]);
  });
  it('shortens a longer one to the bound, keeping its direction', () => {
    expect([...move([0.5, 0.5], [3, 4], 0.3125)]).toEqual([0.6875, 0.75]);
  });
  it('shortens before it clamps', () => {
    expect([...move([1, 0.5], [3, 4], 0.3125)]).toEqual([1, 0.75]);
  });
  it('moves nothing for a perturbation of 0', () => {
    expect([...move([0, 0.3, 1], [0, 0, 0], 1)]).toEqual([0, Math.fround(0.3), 1]);
  });
  it('writes only its own image', () => {
    const out = new Float32Array(4).fill(9);
    moveWithin(out, Float32Array.of(0, 0.5, 0.5, 0), 1, Float64Array.of(0.25, 0.25), 1);
    expect([...out]).toEqual([9, 0.75, 0.75, 9]);
  });
  it('never leaves the box, and the stored float32 image never leaves the ball, however small', () => {
    const images = fc.integer({ min: 1, max: 30 }).chain((d) =>
      fc.record({
        x: fc.array(pixel, { minLength: d, maxLength: d }),
        delta: fc.array(step, { minLength: d, maxLength: d }),
        bound: fc.constantFrom(1e-9, 1e-4, 0.1, 1.5, 3, 100),
      }),
    );
    fc.assert(
      fc.property(images, ({ x, delta, bound }) => {
        const out = move(x, delta, bound);
        expect(out.every((value) => value >= 0 && value <= 1)).toBe(true);
        const norm = l2Distance(out, Float32Array.from(x), 0, x.length);
        expect(norm).toBeLessThanOrEqual(bound * (1 + 1e-12));
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('toEightBit(images)', () => {
  it('rounds every value to the nearest multiple of 1/255', () => {
    const values = Float32Array.of(0, 0.4 / 255, 0.6 / 255, 128.49 / 255, 1);
    expect([...toEightBit(values)]).toEqual([0, 0, 1 / 255, 128 / 255, 1].map(Math.fround));
  });
  it('keeps images that came from 8 bits', () => {
    const all = Float32Array.from({ length: 256 }, (_, k) => k / 255);
    expect(toEightBit(all)).toEqual(all);
  });
});

describe('assertInBox(images, pixels, ids, where)', () => {
  it('accepts 0 and 1', () => {
    expect(() => assertInBox(Float32Array.of(0, 1), 2, ['a'], 'test')).not.toThrow();
  });
  it.each([
    [-0.25, '-0.25'],
    [1.5, '1.5'],
    [NaN, 'NaN'],
  ])('refuses %p, naming image and value', (value, shown) => {
    expectError(() => assertInBox(Float32Array.of(0, 1, 0, value), 2, ['a', 'b'], 'test'), {
      code: 'E_ATTACK',
      message: `test: image "b" value 1: expected a number from 0 to 1, got ${shown}`,
    });
  });
});
