import { describe, expect, it } from '@jest/globals';
import { addStepL2, addStepLinf } from '../../../../src/objective/attacks/geometry/steepest-step.js';

describe.each([
  ['addStepL2', addStepL2, [0.6, -0.8]],
  ['addStepLinf', addStepLinf, [1, -1]],
] as const)('%s(delta, gradient, from, step)', (_, addStep, unit) => {
  it('adds the unit step of its norm, so many times as long, from where the image begins', () => {
    const delta = Float64Array.of(1, 2);
    expect(addStep(delta, Float32Array.of(9, 9, 3, -4), 2, 0.5)).toBe(true);
    expect(delta[0]).toBeCloseTo(1 + 0.5 * unit[0], 12);
    expect(delta[1]).toBeCloseTo(2 + 0.5 * unit[1], 12);
  });
  it('has the same length for the faintest gradient and for the steepest', () => {
    for (const size of [1e-37, 5e37]) {
      const delta = new Float64Array(2);
      expect(addStep(delta, Float32Array.of(3 * size, -4 * size), 0, 2)).toBe(true);
      expect(delta[0]).toBeCloseTo(2 * unit[0], 5);
      expect(delta[1]).toBeCloseTo(2 * unit[1], 5);
    }
  });
  it.each([
    [0, 0],
    [NaN, 1],
    [1, Infinity],
    [-Infinity, 0],
  ])('adds nothing along (%p, %p)', (a, b) => {
    const delta = Float64Array.of(1, 2);
    expect(addStep(delta, Float32Array.of(a, b), 0, 1)).toBe(false);
    expect([...delta]).toEqual([1, 2]);
  });
});
