import { describe, expect, it } from '@jest/globals';
import { Matrix, solve } from 'ml-matrix';
import { exactGp, KERNELS } from '../../src/gp/index.js';
import type { GpData } from '../../src/gp/index.js';
import { randomStream } from '../../src/math/index.js';
import { DENSE_SOLVE, ROUNDING } from '../tolerances.js';
import { randomData, someHyperparameters } from './problem.js';

describe('exactGp(…).meanVariance(x, q)', () => {
  it('with one point is (1 − ρ)² (s + v): at a point without noise nothing, far away all of it', () => {
    const data: GpData = {
      x: Float64Array.of(0.5),
      y: Float64Array.of(3),
      dimension: 1,
      noise: { kind: 'inferred' },
    };
    const hyper = { lengthscales: Float64Array.of(0.4), outputScale: 1.7, noiseVariance: 0.3 };
    const x = Float64Array.of(0.5, 0.9, 1e3);
    const values = exactGp(data, hyper).meanVariance(x, 3);
    // Σ = s + v, so 1ᵀΣ⁻¹k = s·k(r)/(s + v) and 1ᵀΣ⁻¹1 = 1/(s + v).
    [0, 1, Infinity].forEach((r, i) => {
      const rho = (1.7 * KERNELS.matern52.correlation(r)) / 2;
      expect(Math.abs(values[i] - (1 - rho) ** 2 * 2)).toBeLessThan(ROUNDING);
    });
    const noiseless = exactGp(data, { ...hyper, noiseVariance: 0 });
    expect(noiseless.meanVariance(x.slice(0, 1), 1)[0]).toBeLessThan(ROUNDING);
  });

  it('makes the variance that of the best linear unbiased predictor, of a dense saddle-point solve', () => {
    const offsets = { of: Int32Array.from({ length: 12 }, (_, i) => i % 3), variance: 0.2 };
    const data = { ...randomData(12, 2, 3), offsets };
    const hyper = someHyperparameters(2, 0.05);
    const x = Float64Array.of(0.2, 0.9, ...data.x.subarray(4, 6), 7, 7);
    const gp = exactGp(data, hyper);
    const added = gp.meanVariance(x, 3);
    const { variance } = gp.predict(x, 3);
    const k = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      1.7 * KERNELS.matern52.correlation(Math.hypot((a[0] - b[0]) / 0.4, (a[1] - b[1]) / 0.7));
    const point = (i: number) => data.x.subarray(2 * i, 2 * i + 2);
    // [Σ 1; 1ᵀ 0] [λ; μ] = [k; 1]: weights λ that add up to 1, of least error variance s − λᵀk − μ.
    const system = Matrix.zeros(13, 13);
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j < 12; j++) {
        const shared = i % 3 === j % 3 ? 0.2 : 0;
        system.set(i, j, k(point(i), point(j)) + shared + (i === j ? 0.05 : 0));
      }
      system.set(i, 12, 1);
      system.set(12, i, 1);
    }
    for (let q = 0; q < 3; q++) {
      const kx = Array.from({ length: 12 }, (_, i) => k(point(i), x.subarray(2 * q, 2 * q + 2)));
      const right = Matrix.columnVector([...kx, 1]);
      const expected = 1.7 - solve(system, right).dot(right);
      expect(Math.abs(variance[q] + added[q] - expected)).toBeLessThan(DENSE_SOLVE);
    }
  });

  it('with group offsets leaves at least the variance of the mean of so many offsets', () => {
    const offsets = { of: Int32Array.from({ length: 20 }, (_, i) => i % 4), variance: 0.3 };
    const gp = exactGp({ ...randomData(20, 2, 4), offsets }, someHyperparameters(2, 1e-6));
    const { variance } = gp.predict(gp.data.x, 20);
    const added = gp.meanVariance(gp.data.x, 20);
    variance.forEach((v, i) => expect(v + added[i]).toBeGreaterThanOrEqual(0.3 / 4 - DENSE_SOLVE));
  });

  it('is 0 for a zero mean, smaller with a prior of the mean, the prior variance without data', () => {
    const data = randomData(6, 2, 5);
    const hyper = someHyperparameters(2);
    const x = Float64Array.of(0.3, 0.8);
    const at = (mean: Parameters<typeof exactGp>[2], d: GpData = data) =>
      exactGp(d, hyper, mean).meanVariance(x, 1)[0];
    expect(at({ mean: { kind: 'zero' } })).toBe(0);
    const narrow = at({ mean: { kind: 'constant', variance: 0.01 } });
    expect(narrow).toBeGreaterThan(0);
    expect(narrow).toBeLessThan(at({}));
    const none = { ...data, x: new Float64Array(0), y: new Float64Array(0) };
    expect(at({ mean: { kind: 'constant', variance: 0.25 } }, none)).toBe(0.25);
    expect(at({}, none)).toBe(Infinity);
  });

  it('is what 95 % intervals lack where the mean is estimated from few points', () => {
    const hyper = { lengthscales: Float64Array.of(0.3), outputScale: 1, noiseVariance: 0.5 };
    const stream = randomStream('mean-variance-coverage', 1);
    const x = Float64Array.of(0.1, 0.4, 0.8);
    const K = [0, 1, 2].map((i) =>
      [0, 1, 2].map((j) => KERNELS.matern52.correlation(Math.abs(x[i] - x[j]) / 0.3)),
    );
    const L = choleskyOf(K);
    const runs = 2000;
    let [without, within] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const z = [0, 0, 0].map(() => stream.normal());
      const level = 20 * stream.normal();
      const f = K.map((_, i) => level + L[i].reduce((sum, l, j) => sum + l * z[j], 0));
      const y = Float64Array.from(f, (value) => value + Math.SQRT1_2 * stream.normal());
      const gp = exactGp({ x, y, dimension: 1, noise: { kind: 'inferred' } }, hyper);
      const { mean, variance } = gp.predict(x, 3);
      const error = Math.abs(f[0] - mean[0]);
      if (error <= 1.96 * Math.sqrt(variance[0])) without++;
      if (error <= 1.96 * Math.sqrt(variance[0] + gp.meanVariance(x, 3)[0])) within++;
    }
    // The standard error of a share of 95 % in 2000 runs is 0.5 %; three of them.
    expect(Math.abs(within / runs - 0.95)).toBeLessThan(0.015);
    expect((within - without) / runs).toBeGreaterThan(0.015);
  });
});

function choleskyOf(K: readonly (readonly number[])[]): number[][] {
  const L = K.map((row) => row.map(() => 0));
  K.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const sum = L[i].slice(0, j).reduce((s, l, m) => s + l * L[j][m], 0);
      L[i][j] = i === j ? Math.sqrt(row[i] - sum) : (row[j] - sum) / L[j][j];
    }
  });
  return L;
}
