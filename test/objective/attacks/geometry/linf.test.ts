import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { linfDistance, moveWithinLinf } from '../../../../src/objective/attacks/geometry/linf.js';

const pixel = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.fround);
const step = fc.double({ min: -10, max: 10, noNaN: true });

describe('linfDistance(a, b, from, length)', () => {
  it('is the largest difference, in float64, wherever the image begins', () => {
    expect(linfDistance(Float32Array.of(9, 1, 5), Float32Array.of(0, 4, 4.5), 1, 2)).toBe(3);
  });
  it('is 0 for no values', () => {
    expect(linfDistance(new Float32Array(0), new Float32Array(0), 0, 0)).toBe(0);
  });
  it('is NaN where a difference is, so that no bound holds', () => {
    expect(linfDistance(Float32Array.of(NaN, 1), Float32Array.of(0, 0), 0, 2)).toBeNaN();
    expect(linfDistance(Float32Array.of(1, NaN), Float32Array.of(0, 0), 0, 2)).toBeNaN();
  });
});

describe('moveWithinLinf(out, x, from, delta, linfBound)', () => {
  const move = (x: readonly number[], delta: readonly number[], bound: number): Float32Array => {
    const out = new Float32Array(x.length);
    moveWithinLinf(out, Float32Array.from(x), 0, Float64Array.from(delta), bound);
    return out;
  };

  it('adds a perturbation that is within ball and box', () => {
    expect([...move([0.5, 0.5], [0.25, -0.125], 1)]).toEqual([0.75, 0.375]);
  });
  it('shortens every value of its own to the bound, and then clamps', () => {
    expect([...move([0.5, 0.5, 1, 0], [3, -0.125, 3, -3], 0.25)]).toEqual([0.75, 0.375, 1, 0]);
  });
  it('moves nothing for a perturbation of 0', () => {
    expect([...move([0, 0.3, 1], [0, 0, 0], 1)]).toEqual([0, Math.fround(0.3), 1]);
  });
  it('writes only its own image', () => {
    const out = new Float32Array(4).fill(9);
    moveWithinLinf(out, Float32Array.of(0, 0.5, 0.5, 0), 1, Float64Array.of(0.25, 0.25), 1);
    expect([...out]).toEqual([9, 0.75, 0.75, 9]);
  });
  it('takes one step back where x + ε was rounded up to a float32', () => {
    const bound = 0.25 - 2 ** -55;
    expect(0.5 + bound).toBe(0.75);
    expect([...move([0.5, 0.5], [1, -1], bound)]).toEqual([0.75 - 2 ** -24, 0.25 + 2 ** -25]);
  });
  it('never leaves the box, and the stored float32 image never leaves the ball, exactly, however small', () => {
    const images = fc.integer({ min: 1, max: 30 }).chain((d) =>
      fc.record({
        x: fc.array(pixel, { minLength: d, maxLength: d }),
        delta: fc.array(step, { minLength: d, maxLength: d }),
        bound: fc.oneof(fc.constantFrom(1e-9, 8 / 255, 100), fc.double({ min: 1e-12, max: 1, noNaN: true })),
      }),
    );
    fc.assert(
      fc.property(images, ({ x, delta, bound }) => {
        const out = move(x, delta, bound);
        expect(out.every((value) => value >= 0 && value <= 1)).toBe(true);
        expect(linfDistance(out, Float32Array.from(x), 0, x.length)).toBeLessThanOrEqual(bound);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
