import { describe, expect, it } from '@jest/globals';
import { Matrix, solve } from 'ml-matrix';
import { exactGp, matern52 } from '../../src/gp/index.js';
import type { GpData, Hyperparameters } from '../../src/gp/index.js';
import { randomStream } from '../../src/math/index.js';
import { DENSE_SOLVE, FINITE_DIFFERENCE } from '../tolerances.js';
import { centralDifference, randomData, someHyperparameters } from './problem.js';

/** The textbook formulas on ml-matrix, one pair at a time. */
function dense(data: GpData, hyper: Hyperparameters, variances: (i: number) => number) {
  const d = data.dimension;
  const n = data.y.length;
  const k = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let squared = 0;
    for (let j = 0; j < d; j++) squared += ((a[j] - b[j]) / hyper.lengthscales[j]) ** 2;
    return hyper.outputScale * matern52.correlation(Math.sqrt(squared));
  };
  const point = (i: number) => data.x.subarray(i * d, (i + 1) * d);
  const sigma = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) sigma.set(i, j, k(point(i), point(j)) + (i === j ? variances(i) : 0));
  }
  const ones = Matrix.ones(n, 1);
  const y = Matrix.columnVector([...data.y]);
  const beta = solve(sigma, y).sum() / solve(sigma, ones).sum();
  const alpha = solve(sigma, Matrix.sub(y, beta));
  const column = (x: ArrayLike<number>) =>
    Matrix.columnVector(Array.from({ length: n }, (_, i) => k(point(i), x)));
  return {
    mean: (x: ArrayLike<number>) => beta + column(x).dot(alpha),
    covariance: (a: ArrayLike<number>, b: ArrayLike<number>) =>
      k(a, b) - column(a).dot(solve(sigma, column(b))),
  };
}

function queries(q: number, d: number, seed: number): Float64Array {
  const x = new Float64Array(q * d);
  randomStream('test-gp-queries', seed).fillUniform(x);
  return x;
}

const noises: readonly [string, GpData['noise'], (i: number) => number][] = [
  ['inferred noise', { kind: 'inferred' }, () => 0.01],
  [
    'inferred noise with relative sizes',
    { kind: 'inferred', relative: Float64Array.from({ length: 12 }, (_, i) => 1 + i) },
    (i) => 0.01 * (1 + i),
  ],
  [
    'fixed variances',
    { kind: 'fixed', variances: Float64Array.from({ length: 12 }, (_, i) => 0.1 * i) },
    (i) => 0.1 * i,
  ],
  [
    'fixed variances plus a nugget',
    { kind: 'fixed-plus-inferred', variances: Float64Array.from({ length: 12 }, (_, i) => 0.1 * i) },
    (i) => 0.1 * i + 0.01,
  ],
];

describe('the posterior of exactGp', () => {
  it.each(noises)('is that of a dense solve with %s', (_, noise, variances) => {
    const data = randomData(12, 3, 1, noise);
    const hyper = someHyperparameters(3);
    const reference = dense(data, hyper, variances);
    const x = queries(5, 3, 1);
    const { mean, variance } = exactGp(data, hyper).predict(x, 5);
    for (let p = 0; p < 5; p++) {
      const at = x.subarray(3 * p, 3 * p + 3);
      expect(Math.abs(mean[p] - reference.mean(at))).toBeLessThan(DENSE_SOLVE);
      expect(Math.abs(variance[p] - reference.covariance(at, at))).toBeLessThan(DENSE_SOLVE);
    }
  });

  it('has joint covariances like those of a dense solve, with reference points among the data and elsewhere', () => {
    const data = randomData(12, 3, 2);
    const hyper = someHyperparameters(3);
    const oracle = dense(data, hyper, () => 0.01);
    const points = Float64Array.from([...data.x.subarray(6, 9), ...queries(2, 3, 2)]);
    const x = queries(4, 3, 3);
    const reference = exactGp(data, hyper).reference(points, 3);
    const cross = reference.cross(x, 4);
    const at = (values: Float64Array, i: number) => values.subarray(3 * i, 3 * i + 3);
    for (let p = 0; p < 3; p++) {
      expect(Math.abs(reference.mean[p] - oracle.mean(at(points, p)))).toBeLessThan(DENSE_SOLVE);
      for (let o = 0; o < 3; o++) {
        const expected = oracle.covariance(at(points, p), at(points, o));
        expect(Math.abs(reference.covariance[p * 3 + o] - expected)).toBeLessThan(DENSE_SOLVE);
      }
      for (let q = 0; q < 4; q++) {
        const expected = oracle.covariance(at(x, q), at(points, p));
        expect(Math.abs(cross[q * 3 + p] - expected)).toBeLessThan(DENSE_SOLVE);
      }
    }
  });

  it.each([0, 1, 63, 64, 65, 150])('predictMean has the bits of the means of predict, %d points', (q) => {
    const gp = exactGp(randomData(20, 3, 13), someHyperparameters(3));
    const x = queries(q, 3, 13);
    expect(gp.predictMean(x, q)).toEqual(gp.predict(x, q).mean);
    // What was held for another query is not touched.
    const held = gp.predict(x, q).variance;
    gp.predictMean(queries(2, 3, 14), 2);
    expect(gp.predict(x, q).variance).toEqual(held);
  });

  it('goes through the data where there is no noise', () => {
    const data = randomData(15, 2, 3, { kind: 'fixed', variances: new Float64Array(15) });
    const { mean, variance } = exactGp(data, someHyperparameters(2, 0)).predict(data.x, 15);
    for (let i = 0; i < 15; i++) {
      expect(Math.abs(mean[i] - data.y[i])).toBeLessThan(DENSE_SOLVE);
      expect(variance[i]).toBeLessThan(DENSE_SOLVE);
    }
  });

  it('is the prior far away: the constant mean, the output scale, no covariance', () => {
    const gp = exactGp(randomData(15, 2, 4), someHyperparameters(2));
    const far = Float64Array.of(1e3, -1e3);
    expect(gp.predict(far, 1)).toEqual({
      mean: Float64Array.of(gp.constantMean),
      variance: Float64Array.of(1.7),
    });
    expect(gp.reference(Float64Array.of(0.5, 0.5), 1).cross(far, 1)).toEqual(Float64Array.of(0));
  });

  it('is the prior without data', () => {
    const gp = exactGp(randomData(0, 2, 4), someHyperparameters(2));
    const { mean, variance, meanGradient, varianceGradient } = gp.predictWithGradients(
      Float64Array.of(0.2, 0.3),
      1,
    );
    expect([...mean, ...variance, ...meanGradient, ...varianceGradient]).toEqual([0, 1.7, 0, 0, 0, 0]);
  });

  it.each([
    [1, 1, 1],
    [7, 2, 3],
    [30, 5, 4],
  ])('has the gradients of finite differences, n = %i, d = %i', (n, d, q) => {
    const gp = exactGp(randomData(n, d, 5), someHyperparameters(d));
    const x = queries(q, d, 5);
    const { meanGradient, varianceGradient } = gp.predictWithGradients(x, q);
    const reference = gp.reference(queries(2, d, 6), 2);
    const { gradient } = reference.crossWithGradients(x, q);
    for (let p = 0; p < q; p++) {
      const at = x.slice(p * d, (p + 1) * d);
      for (let j = 0; j < d; j++) {
        const mean = centralDifference((u) => gp.predict(u, 1).mean[0], at, j);
        const variance = centralDifference((u) => gp.predict(u, 1).variance[0], at, j);
        expect(Math.abs(meanGradient[p * d + j] - mean)).toBeLessThan(FINITE_DIFFERENCE);
        expect(Math.abs(varianceGradient[p * d + j] - variance)).toBeLessThan(FINITE_DIFFERENCE);
        for (let r = 0; r < 2; r++) {
          const cross = centralDifference((u) => reference.cross(u, 1)[r], at, j);
          expect(Math.abs(gradient[(p * 2 + r) * d + j] - cross)).toBeLessThan(FINITE_DIFFERENCE);
        }
      }
    }
  });

  it('gives a point the same bits alone, in a batch of many chunks, and whatever was asked before', () => {
    const gp = exactGp(randomData(20, 3, 7), someHyperparameters(3));
    const x = queries(150, 3, 7);
    const reference = gp.reference(queries(2, 3, 8), 2);
    const together = gp.predictWithGradients(x, 150);
    const cross = reference.crossWithGradients(x, 150);
    const fresh = exactGp(gp.data, gp.hyperparameters);
    expect(fresh.predict(x, 150).variance).toEqual(together.variance);
    for (const p of [0, 63, 64, 149]) {
      const alone = gp.predictWithGradients(x.slice(3 * p, 3 * p + 3), 1);
      expect(alone.mean[0]).toBe(together.mean[p]);
      expect(alone.variance[0]).toBe(together.variance[p]);
      expect(alone.varianceGradient).toEqual(together.varianceGradient.slice(3 * p, 3 * p + 3));
      expect(reference.cross(x.slice(3 * p, 3 * p + 3), 1)).toEqual(cross.cross.slice(2 * p, 2 * p + 2));
    }
  });

  it('does not depend on the order of the data', () => {
    const data = randomData(14, 2, 9);
    const order = randomStream('order', 9).permutation(14);
    const shuffled: GpData = {
      ...data,
      x: Float64Array.from([...order].flatMap((i) => [data.x[2 * i], data.x[2 * i + 1]])),
      y: Float64Array.from(order, (i) => data.y[i]),
    };
    const x = queries(6, 2, 9);
    const a = exactGp(data, someHyperparameters(2)).predict(x, 6);
    const b = exactGp(shuffled, someHyperparameters(2)).predict(x, 6);
    for (let p = 0; p < 6; p++) {
      expect(Math.abs(a.mean[p] - b.mean[p])).toBeLessThan(DENSE_SOLVE);
      expect(Math.abs(a.variance[p] - b.variance[p])).toBeLessThan(DENSE_SOLVE);
    }
  });

  it('names the shape it wants', () => {
    const gp = exactGp(randomData(3, 2, 1), someHyperparameters(2));
    expect(() => gp.predict(new Float64Array(5), 3)).toThrow(
      'predict: x must hold q·d = 6 numbers (q = 3, d = 2), got 5',
    );
  });
});
