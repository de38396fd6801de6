import { describe, expect, it } from '@jest/globals';
import type { Effects } from '../../../../src/study/policies/explanation.js';
import { effectsOf } from '../../../../src/study/policies/bayes/explain/effects.js';
import type { PosteriorDraws } from '../../../../src/study/policies/bayes/explain/posterior-draws.js';
import { context, ended } from '../history.js';

/** Draws of 3 x_0 − x_1, each with another slope. */
const SLOPES = [0.9, 1, 1.1];
const draws: PosteriorDraws = {
  count: SLOPES.length,
  at: (x, q) => Float64Array.from(SLOPES.flatMap((slope) => [...planes(x, q)].map((value) => slope * value))),
  mean: planes,
};

function planes(x: Float64Array, q: number): Float64Array {
  return Float64Array.from({ length: q }, (_, i) => 3 * x[2 * i] - x[2 * i + 1]);
}

/** Effects where the objective is `size` times what the draws are. */
function effectsAt(size: number): Effects {
  const history = context([ended(0, [0.5, 0.25], { value: size })], { dimension: 2 });
  const units = { sign: 1 as const, size, toObjective: (z: number) => size * z, slopeAt: () => size };
  return effectsOf({ context: history, draws, units, around: 0 });
}

describe('effectsOf(input)', () => {
  const plain = effectsAt(1);

  it('knows shares, curves and flips of a plane', () => {
    const [first, second] = plain.parameters;
    // Variances 9/12 and 1/12.
    expect(first.total.ofMean).toBeCloseTo(0.9, 2);
    expect(second.total.ofMean).toBeCloseTo(0.1, 2);
    expect(plain.spread.ofMean).toBeCloseTo(Math.sqrt(10 / 12), 2);
    expect(first.toHigh.mean).toBeCloseTo(1.5, 12);
    expect(second.toLow.mean).toBeCloseTo(0.25, 12);
    expect([first.better, second.better]).toEqual(['high', 'low']);
  });

  it.each([2 ** 1000, 2 ** -1000])('is the same, to the bit, of an objective of size %p', (size) => {
    const scaled = effectsAt(size);
    expect(scaled.spread.ofMean).toBe(size * plain.spread.ofMean);
    scaled.parameters.forEach((parameter, j) => {
      const { first, total, better, toLow, curve } = plain.parameters[j];
      expect(parameter).toMatchObject({ first, total, better });
      expect(parameter.toLow).toEqual({ mean: size * toLow.mean, sd: size * toLow.sd });
      expect(parameter.curve[4]).toEqual({ mean: size * curve[4].mean, sd: size * curve[4].sd });
    });
  });
});
