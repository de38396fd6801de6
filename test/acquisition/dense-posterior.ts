/** A tiny exact Gaussian process by dense formulas (ml-matrix), squared-exponential kernel, zero mean: an oracle. */
import { inverse, Matrix } from 'ml-matrix';

import type { Posterior } from '../../src/acquisition/index.js';

export interface DenseGp {
  readonly d: number;
  /** Inputs, shape (n, d). */
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
  /** Noise variance of each observation. */
  readonly noise: readonly number[];
  readonly lengthscale: number;
  readonly variance: number;
}

const rowsOf = (x: ArrayLike<number>, d: number): number[][] =>
  Array.from({ length: x.length / d }, (_, i) => Array.from({ length: d }, (_, j) => x[i * d + j]));

export function densePosterior(gp: DenseGp): Posterior {
  const { d, x: train, lengthscale: l, variance: s } = gp;
  const k = (a: readonly number[], b: readonly number[]) =>
    s * Math.exp(-0.5 * a.reduce((r, v, j) => r + ((v - b[j]) / l) ** 2, 0));
  const dk = (a: readonly number[], b: readonly number[], j: number) => (-(a[j] - b[j]) / l ** 2) * k(a, b);
  const n = train.length;
  const K = Matrix.from1DArray(
    n,
    n,
    train.flatMap((a, i) => train.map((b, j) => k(a, b) + (i === j ? gp.noise[i] : 0))),
  );
  const W = n === 0 ? K : inverse(K);
  const weigh = (c: readonly number[]) => train.map((_, i) => c.reduce((t, v, j) => t + W.get(i, j) * v, 0));
  const alpha = weigh(gp.y);
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((t, v, i) => t + v * b[i], 0);
  const toTrain = (a: readonly number[]) => train.map((b) => k(a, b));
  const mean = (a: readonly number[]) => dot(toTrain(a), alpha);
  const covariance = (a: readonly number[], b: readonly number[]) =>
    k(a, b) - dot(toTrain(a), weigh(toTrain(b)));
  const slope = (a: readonly number[], j: number) => train.map((b) => dk(a, b, j));
  const meanSlope = (a: readonly number[], j: number) => dot(slope(a, j), alpha);
  const covarianceSlope = (a: readonly number[], b: readonly number[], j: number) =>
    dk(a, b, j) - dot(slope(a, j), weigh(toTrain(b)));
  const varianceSlope = (a: readonly number[], j: number) => -2 * dot(slope(a, j), weigh(toTrain(a)));
  const over = (x: Float64Array, f: (a: number[]) => number | number[]) =>
    Float64Array.from(rowsOf(x, d).flatMap(f));
  const axes = Array.from({ length: d }, (_, j) => j);
  const predict = (x: Float64Array) => ({
    mean: over(x, mean),
    variance: over(x, (a) => Math.max(0, covariance(a, a))),
  });
  return {
    dimension: d,
    predict,
    predictWithGradients: (x) => ({
      ...predict(x),
      meanGradient: over(x, (a) => axes.map((j) => meanSlope(a, j))),
      varianceGradient: over(x, (a) => axes.map((j) => varianceSlope(a, j))),
    }),
    reference(points) {
      const fixed = rowsOf(points, d);
      const cross = (x: Float64Array) => over(x, (a) => fixed.map((b) => covariance(a, b)));
      return {
        mean: over(points, mean),
        covariance: cross(points),
        cross,
        crossWithGradients: (x) => ({
          cross: cross(x),
          gradient: over(x, (a) => fixed.flatMap((b) => axes.map((j) => covarianceSlope(a, b, j)))),
        }),
      };
    },
  };
}
