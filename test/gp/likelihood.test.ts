import { describe, expect, it } from '@jest/globals';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { covarianceMatrix } from '../../src/gp/covariance.js';
import type { GpData } from '../../src/gp/data.js';
import { toLogVector } from '../../src/gp/hyperparameters.js';
import { matern52 } from '../../src/gp/kernels/matern52.js';
import type { HyperPriors } from '../../src/gp/likelihood.js';
import { logPosterior } from '../../src/gp/likelihood.js';
import type { MeanModel } from '../../src/gp/mean.js';
import { scaleInputs } from '../../src/gp/metric.js';
import { logPriorDensity } from '../../src/gp/priors.js';
import { DENSE_SOLVE, GRADIENT_RELATIVE } from '../tolerances.js';
import { centralDifference, randomData, rows, someHyperparameters } from './problem.js';

const FREE = { outputScale: true, noiseVariance: true };
const PRIORS = {
  lengthscale: { kind: 'log-normal', location: 0.3, scale: 1.2 },
  outputScale: { kind: 'gamma', shape: 2, rate: 1.5 },
  noiseVariance: { kind: 'log-normal', location: -4, scale: 1 },
} as const satisfies HyperPriors;
const SHARED: HyperPriors = {
  ...PRIORS,
  lengthscale: { kind: 'shared-log-normal', location: 0.2, common: 1.5, own: 0.6 },
};
const n = 14;
const offsets = { of: Int32Array.from({ length: n }, (_, i) => (i % 4) - 1), variance: 0.3 };
const variances = Float64Array.from({ length: n }, (_, i) => 0.02 * i);

const cases: readonly [string, GpData, MeanModel][] = [
  ['a zero mean', randomData(n, 3, 1), { kind: 'zero' }],
  ['a flat constant mean', randomData(n, 3, 2), { kind: 'constant', variance: Infinity }],
  ['a constant mean with a prior', randomData(n, 3, 2), { kind: 'constant', variance: 0.5 }],
  [
    'known variances plus a nugget',
    randomData(n, 2, 3, { kind: 'fixed-plus-inferred', variances }),
    { kind: 'zero' },
  ],
  [
    'relative noise',
    randomData(n, 1, 4, { kind: 'inferred', relative: variances.map((v) => v + 1) }),
    { kind: 'zero' },
  ],
  ['group offsets', { ...randomData(n, 3, 5), offsets }, { kind: 'constant', variance: Infinity }],
  [
    'group offsets and biases',
    { ...randomData(n, 3, 5), offsets: { ...offsets, bias: 0.6, shares: Float64Array.of(1, 0.5, 0.2) } },
    { kind: 'constant', variance: Infinity },
  ],
];

describe('logPosterior', () => {
  it.each(cases)('has the gradient of finite differences with %s', (_, data, mean) => {
    const hyper = someHyperparameters(data.dimension, 0.05);
    const f = logPosterior(data, matern52, mean, PRIORS, FREE, hyper);
    const theta = toLogVector(hyper, FREE);
    const gradient = new Float64Array(theta.length);
    f(theta, gradient);
    for (let k = 0; k < theta.length; k++) {
      const expected = centralDifference((t) => f(t, new Float64Array(t.length)), theta, k);
      expect(Math.abs(gradient[k] - expected)).toBeLessThan(GRADIENT_RELATIVE * (1 + Math.abs(expected)));
    }
  });

  it('has the gradient of finite differences with a joint prior of the lengthscales', () => {
    const data = randomData(n, 3, 5);
    const hyper = someHyperparameters(3, 0.05);
    const f = logPosterior(data, matern52, { kind: 'zero' }, SHARED, FREE, hyper);
    const theta = toLogVector(hyper, FREE);
    const gradient = new Float64Array(theta.length);
    f(theta, gradient);
    for (let k = 0; k < theta.length; k++) {
      const expected = centralDifference((t) => f(t, new Float64Array(t.length)), theta, k);
      expect(Math.abs(gradient[k] - expected)).toBeLessThan(GRADIENT_RELATIVE * (1 + Math.abs(expected)));
    }
  });

  it('is the normal density of the targets plus the log priors, as a dense factorisation gives it', () => {
    const data = randomData(n, 3, 6);
    const hyper = someHyperparameters(3, 0.05);
    const z = scaleInputs(data.x, n, hyper.lengthscales);
    const K = covarianceMatrix(matern52, z, n, 3, hyper.outputScale);
    const sigma = Matrix.from1DArray(n, n, [...K]).add(Matrix.eye(n, n, 0.05));
    const factor = new CholeskyDecomposition(sigma);
    const fit = Matrix.rowVector([...data.y])
      .mmul(factor.solve(Matrix.columnVector([...data.y])))
      .get(0, 0);
    const logDeterminant =
      2 * factor.lowerTriangularMatrix.diagonal().reduce((sum, l) => sum + Math.log(l), 0);
    const priors =
      hyper.lengthscales.reduce((sum, l) => sum + logPriorDensity(PRIORS.lengthscale, l), 0) +
      logPriorDensity({ kind: 'gamma', shape: 2, rate: 1.5 }, hyper.outputScale) +
      logPriorDensity({ kind: 'log-normal', location: -4, scale: 1 }, 0.05);
    const expected = -0.5 * (fit + logDeterminant + n * Math.log(2 * Math.PI)) + priors;
    const f = logPosterior(data, matern52, { kind: 'zero' }, PRIORS, FREE, hyper);
    const theta = toLogVector(hyper, FREE);
    expect(Math.abs(f(theta, new Float64Array(5)) - expected)).toBeLessThan(DENSE_SOLVE);
  });

  it('is at its highest over the constant mean: no other constant does better', () => {
    const data = randomData(n, 2, 7);
    const hyper = someHyperparameters(2, 0.05);
    const theta = toLogVector(hyper, FREE);
    const at = (shift: number, mean: MeanModel) =>
      logPosterior(
        { ...data, y: data.y.map((y) => y - shift) },
        matern52,
        mean,
        PRIORS,
        FREE,
        hyper,
      )(theta, new Float64Array(4));
    const profiled = at(0, { kind: 'constant', variance: Infinity });
    for (const shift of [-3, -1, 0, 0.3, 1, 3])
      expect(at(shift, { kind: 'zero' })).toBeLessThanOrEqual(profiled);
  });

  it('is that of the priors alone without data', () => {
    const hyper = someHyperparameters(2, 0.05);
    const f = logPosterior(rows(randomData(n, 2, 8), 0, 0), matern52, { kind: 'zero' }, PRIORS, FREE, hyper);
    const gradient = new Float64Array(4);
    const value = f(toLogVector(hyper, FREE), gradient);
    const expected =
      logPriorDensity(PRIORS.lengthscale, 0.4) +
      logPriorDensity(PRIORS.lengthscale, 0.7) +
      logPriorDensity({ kind: 'gamma', shape: 2, rate: 1.5 }, 1.7) +
      logPriorDensity({ kind: 'log-normal', location: -4, scale: 1 }, 0.05);
    expect(Math.abs(value - expected)).toBeLessThan(DENSE_SOLVE);
  });

  it('is -Infinity with a gradient of 0 where it cannot be computed', () => {
    const data = randomData(n, 2, 9);
    const f = logPosterior(data, matern52, { kind: 'zero' }, PRIORS, FREE, someHyperparameters(2));
    for (const bad of [NaN, 800]) {
      const gradient = new Float64Array(4).fill(7);
      expect(f(Float64Array.of(0, 0, bad, 0), gradient)).toBe(-Infinity);
      expect([...gradient]).toEqual([0, 0, 0, 0]);
    }
  });
});
