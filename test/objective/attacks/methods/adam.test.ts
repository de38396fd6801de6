import { describe, expect, it } from '@jest/globals';
import { adamStep, createAdamMoments } from '../../../../src/objective/attacks/methods/adam.js';
import { randomStream } from '../../../../src/math/random.js';

describe('adamStep(values, row, gradient, moments, learningRate)', () => {
  it('first moves every value by the learning rate against the sign of its gradient', () => {
    const values = Float64Array.of(1, 1, 1);
    adamStep(values, 0, Float64Array.of(5, -0.01, 0), createAdamMoments(1, 3), 0.1);
    expect(values[0]).toBeCloseTo(0.9, 8);
    expect(values[1]).toBeCloseTo(1.1, 6);
    expect(values[2]).toBe(1);
  });
  it('is the sum over all gradients with weights 0.9 and 0.999 (algorithm 1, unrolled)', () => {
    const stream = randomStream('test-adam', 1);
    const gradients = Array.from({ length: 7 }, () => stream.normal());
    const values = new Float64Array(1);
    const moments = createAdamMoments(1, 1);
    for (const g of gradients) adamStep(values, 0, Float64Array.of(g), moments, 0.01);
    let expected = 0;
    for (let t = 1; t <= gradients.length; t += 1) {
      const mean = (decay: number, power: number) =>
        gradients
          .slice(0, t)
          .reduce((sum, g, i) => sum + (1 - decay) * decay ** (t - 1 - i) * g ** power, 0) /
        (1 - decay ** t);
      expected -= (0.01 * mean(0.9, 1)) / (Math.sqrt(mean(0.999, 2)) + 1e-8);
    }
    expect(values[0]).toBeCloseTo(expected, 14);
  });
  it('keeps images apart', () => {
    const values = new Float64Array(4);
    const moments = createAdamMoments(2, 2);
    adamStep(values, 1, Float64Array.of(1, 1), moments, 0.5);
    expect([...values.subarray(0, 2)]).toEqual([0, 0]);
    expect([...moments.steps]).toEqual([0, 1]);
    expect([...moments.first.subarray(0, 2)]).toEqual([0, 0]);
  });
  it('reaches the minimum of a parabola', () => {
    const values = Float64Array.of(3);
    const moments = createAdamMoments(1, 1);
    for (let i = 0; i < 5000; i += 1)
      adamStep(values, 0, Float64Array.of(2 * (values[0] + 1)), moments, 0.01);
    expect(values[0]).toBeCloseTo(-1, 6);
  });
});
