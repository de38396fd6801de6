import { describe, expect, it } from '@jest/globals';
import { randomStream } from '../../../../src/math/index.js';
import { indexDesign, sobolIndices } from '../../../../src/study/policies/bayes/explain/sobol-indices.js';
import { QUASI_MONTE_CARLO_INDEX, ROUNDING } from '../../../tolerances.js';

const N = 4096;

function indicesOf(d: number, f: (x: Float64Array) => number, basePoints = N) {
  const design = indexDesign(basePoints, d, randomStream(5, 'indices'));
  const count = design.points.length / d;
  const values = Float64Array.from({ length: count }, (_, k) =>
    f(design.points.subarray(k * d, (k + 1) * d)),
  );
  return sobolIndices(design, values);
}

/** Ishigami and Homma 1990, a = 7, b = 0.1, on [-π, π]³. */
function ishigami(x: Float64Array): number {
  const [u, v, w] = x.map((value) => Math.PI * (2 * value - 1));
  return Math.sin(u) + 7 * Math.sin(v) ** 2 + 0.1 * w ** 4 * Math.sin(u);
}

/** Its parts of variance, in closed form. */
const V1 = 0.5 * (1 + (0.1 * Math.PI ** 4) / 5) ** 2;
const V2 = 7 ** 2 / 8;
const V13 = 0.1 ** 2 * Math.PI ** 8 * (1 / 18 - 1 / 50);
const V = V1 + V2 + V13;

/** Sobol's g-function: Π (|4x − 2| + a) / (1 + a); its parts of variance are V_i = 1 / 3(1 + a_i)². */
const A = [0, 1, 4.5, 9, 99, 99, 99, 99];
const g = (x: Float64Array) =>
  x.reduce((product, value, i) => (product * (Math.abs(4 * value - 2) + A[i])) / (1 + A[i]), 1);
const parts = A.map((a) => 1 / (3 * (1 + a) ** 2));
const whole = parts.reduce((product, part) => product * (1 + part), 1);

function expectNear(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(Math.abs(got[i] - value)).toBeLessThan(QUASI_MONTE_CARLO_INDEX));
}

describe('sobolIndices(design, values)', () => {
  it("gives Ishigami's indices, with an interaction that the first-order ones lack", () => {
    const { variance, first, total } = indicesOf(3, ishigami);
    expect(Math.abs(variance / V - 1)).toBeLessThan(QUASI_MONTE_CARLO_INDEX);
    expectNear(first, [V1 / V, V2 / V, 0]);
    expectNear(total, [(V1 + V13) / V, V2 / V, V13 / V]);
  });

  it("gives those of Sobol's g-function in 8 dimensions", () => {
    const { variance, first, total } = indicesOf(8, g);
    expect(Math.abs(variance / (whole - 1) - 1)).toBeLessThan(2 * QUASI_MONTE_CARLO_INDEX);
    expectNear(
      first,
      parts.map((part) => part / (whole - 1)),
    );
    expectNear(
      total,
      parts.map((part) => (part * whole) / (1 + part) / (whole - 1)),
    );
  });

  it('does not change with the shift and scale of the function', () => {
    const plain = indicesOf(3, ishigami, 256);
    const moved = indicesOf(3, (x) => 1000 - 3 * ishigami(x), 256);
    expect(moved.variance / plain.variance).toBeCloseTo(9, 8);
    for (const part of ['first', 'total'] as const) {
      plain[part].forEach((value, i) =>
        expect(Math.abs(moved[part][i] - value)).toBeLessThan(1e3 * ROUNDING),
      );
    }
  });

  it('is 1 and 1 in one dimension', () => {
    const { first, total } = indicesOf(1, ([x]) => x ** 2);
    expectNear(first, [1]);
    expectNear(total, [1]);
  });

  it('is 0 for coordinates that do nothing, and for a constant', () => {
    const { first, total } = indicesOf(3, ([x]) => x);
    expect([...first.slice(1), ...total.slice(1)]).toEqual([0, 0, 0, 0]);
    expect(indicesOf(2, () => 4)).toEqual({
      variance: 0,
      first: new Float64Array(2),
      total: new Float64Array(2),
    });
  });

  it('goes on with uniform points where Sobol numbers end, at 64 dimensions', () => {
    for (const d of [64, 65]) {
      const { first, total } = indicesOf(d, (x) => x[0] + x[d - 1], 512);
      expect(Math.abs(first[0] - 0.5)).toBeLessThan(0.1);
      expect(Math.abs(total[d - 1] - 0.5)).toBeLessThan(0.1);
    }
  });
});
