import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { covarianceMatrix } from '../../src/gp/covariance.js';
import { toLogVector } from '../../src/gp/hyperparameters.js';
import { exactGp, fitHyperparameters, KERNELS } from '../../src/gp/index.js';
import type { HyperPriors, KernelName, Profile } from '../../src/gp/index.js';
import { logPosterior } from '../../src/gp/likelihood.js';
import { scaleInputs } from '../../src/gp/metric.js';
import { randomStream } from '../../src/math/index.js';
import { FINITE_DIFFERENCE, GRADIENT_RELATIVE, ROUNDING } from '../tolerances.js';
import { centralDifference, randomData, someHyperparameters } from './problem.js';

interface ClosedForm {
  readonly correlation: (r: number) => number;
  /** dk/d(r²). */
  readonly slope: (r: number) => number;
}

const CLOSED_FORMS: Record<KernelName, ClosedForm> = {
  matern52: {
    correlation: (r) => (1 + Math.sqrt(5) * r + (5 / 3) * r * r) * Math.exp(-Math.sqrt(5) * r),
    slope: (r) => (-5 / 6) * (1 + Math.sqrt(5) * r) * Math.exp(-Math.sqrt(5) * r),
  },
  matern32: {
    correlation: (r) => (1 + Math.sqrt(3) * r) * Math.exp(-Math.sqrt(3) * r),
    slope: (r) => -1.5 * Math.exp(-Math.sqrt(3) * r),
  },
  rbf: { correlation: (r) => Math.exp((-r * r) / 2), slope: (r) => -0.5 * Math.exp((-r * r) / 2) },
};
const ALL = Object.entries(KERNELS) as [KernelName, Profile][];
const FREE = { outputScale: true, noiseVariance: true };
const PRIORS: HyperPriors = {
  lengthscale: { kind: 'shared-log-normal', location: 0.2, common: 1.5, own: 0.6 },
  outputScale: { kind: 'gamma', shape: 2, rate: 1.5 },
  noiseVariance: { kind: 'log-normal', location: -4, scale: 1 },
};

describe.each(ALL)('the kernel %s', (name, profile) => {
  const exact = CLOSED_FORMS[name];

  it('has its own name', () => {
    expect(profile.name).toBe(name);
  });

  it('is 1 at r = 0, with the finite slope of its closed form', () => {
    expect(profile.correlation(0)).toBe(1);
    expect(profile.slope(0, 1)).toBe(exact.slope(0));
  });

  it.each([1e-300, 1e-160, 1e-8])('has that slope just off 0, at r = %d', (r) => {
    const k = profile.correlation(r);
    expect(Math.abs(k - 1)).toBeLessThan(ROUNDING);
    expect(Math.abs(profile.slope(r, k) - exact.slope(0))).toBeLessThan(1e-7);
  });

  it.each([0.01, 0.5, 1, 2.3, 10, 30])('is its closed form, and so is its slope, at r = %d', (r) => {
    const k = profile.correlation(r);
    expect(Math.abs(k - exact.correlation(r))).toBeLessThan(ROUNDING * k);
    expect(Math.abs(profile.slope(r, k) - exact.slope(r))).toBeLessThan(ROUNDING * Math.abs(exact.slope(r)));
    const h = 1e-5 * r * r;
    const at = (squared: number) => profile.correlation(Math.sqrt(squared));
    const difference = (at(r * r + h) - at(r * r - h)) / (2 * h);
    expect(Math.abs(profile.slope(r, k) - difference)).toBeLessThan(FINITE_DIFFERENCE);
  });

  it.each([399, 401, 499, 501, 1e10, 1e200, Infinity])('is 0 far away, and its slope too, at r = %d', (r) => {
    expect(profile.correlation(r)).toBeLessThan(1e-290);
    expect(Math.abs(profile.slope(r, profile.correlation(r)))).toBeLessThan(1e-290);
  });

  it('falls with the distance, and its slope is never positive', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.double({ min: 1e-3, max: 5, noNaN: true }),
        (r, more) => {
          expect(profile.correlation(r + more)).toBeLessThanOrEqual(profile.correlation(r));
          expect(profile.slope(r, profile.correlation(r))).toBeLessThanOrEqual(0);
        },
      ),
      { seed: 3, numRuns: 100 },
    );
  });

  it.each([
    ['random', 1],
    ['nearly coincident', 1e-9],
  ])('has no negative eigenvalue beyond rounding on %s points', (_, spread) => {
    for (let seed = 0; seed < 5; seed++) {
      const n = 20;
      const z = scaleInputs(
        randomData(n, 3, seed).x.map((x) => 0.5 + spread * (x - 0.5)),
        n,
        Float64Array.of(0.4, 0.7, 1),
      );
      const K = Matrix.from1DArray(n, n, [...covarianceMatrix(profile, z, n, 3, 1)]);
      const least = Math.min(...new EigenvalueDecomposition(K, { assumeSymmetric: true }).realEigenvalues);
      expect(least).toBeGreaterThan(-n * ROUNDING);
    }
  });

  it.each([1e-3, 1e-6, 1e-12, 0])('conditions a GP on points that are %d apart, without noise', (apart) => {
    const x = Float64Array.from({ length: 12 }, (_, i) => (i % 4) / 4 + apart * Math.floor(i / 4));
    const y = x.map((u) => Math.sin(5 * u));
    const noise = { kind: 'fixed', variances: new Float64Array(12) } as const;
    const gp = exactGp({ x, y, dimension: 1, noise }, someHyperparameters(1, 0), { profile });
    const { mean, variance } = gp.predict(x, 12);
    // A jitter of 1e-10 to 1e-8 of the diagonal is what repeated points cost.
    expect(gp.relativeJitter).toBeLessThanOrEqual(1e-8);
    mean.forEach((m, i) => expect(Math.abs(m - y[i])).toBeLessThan(1e-5));
    variance.forEach((v) => expect(v).toBeLessThan(1e-6));
  });

  it('has the likelihood gradient of finite differences', () => {
    const data = randomData(14, 3, 5);
    const hyper = someHyperparameters(3, 0.05);
    const mean = { kind: 'constant', variance: Infinity } as const;
    const f = logPosterior(data, profile, mean, PRIORS, FREE, hyper);
    const theta = toLogVector(hyper, FREE);
    const gradient = new Float64Array(theta.length);
    f(theta, gradient);
    for (let k = 0; k < theta.length; k++) {
      const expected = centralDifference((t) => f(t, new Float64Array(t.length)), theta, k);
      expect(Math.abs(gradient[k] - expected)).toBeLessThan(GRADIENT_RELATIVE * (1 + Math.abs(expected)));
    }
  });

  it.each([1, 4])('has the posterior gradients of finite differences, d = %i', (d) => {
    const gp = exactGp(randomData(15, d, 5), someHyperparameters(d), { profile });
    const x = new Float64Array(3 * d);
    randomStream('kernel-queries', d).fillUniform(x);
    const { meanGradient, varianceGradient } = gp.predictWithGradients(x, 3);
    const reference = gp.reference(
      x.slice(0, d).map((u) => 1 - u),
      1,
    );
    const { gradient } = reference.crossWithGradients(x, 3);
    for (let k = 0; k < x.length; k++) {
      const p = Math.floor(k / d);
      const of = (f: (u: Float64Array) => Float64Array) => centralDifference((u) => f(u)[p], x, k);
      expect(Math.abs(meanGradient[k] - of((u) => gp.predict(u, 3).mean))).toBeLessThan(FINITE_DIFFERENCE);
      expect(Math.abs(varianceGradient[k] - of((u) => gp.predict(u, 3).variance))).toBeLessThan(
        FINITE_DIFFERENCE,
      );
      expect(Math.abs(gradient[k] - of((u) => reference.cross(u, 3)))).toBeLessThan(FINITE_DIFFERENCE);
    }
  });

  it('has finite posterior gradients on a training point', () => {
    const data = randomData(10, 2, 8);
    const gp = exactGp(data, someHyperparameters(2), { profile });
    const { meanGradient, varianceGradient } = gp.predictWithGradients(data.x, 10);
    expect([...meanGradient, ...varianceGradient].every(Number.isFinite)).toBe(true);
  });

  it('extends a factor of its own bit for bit, and takes none of another kernel', () => {
    const data = randomData(12, 2, 6);
    const first = { ...data, x: data.x.slice(0, 16), y: data.y.slice(0, 8) };
    const hyper = someHyperparameters(2);
    const whole = exactGp(data, hyper, { profile });
    const at = data.x.map((u) => 1 - u);
    for (const other of Object.values(KERNELS)) {
      const grown = exactGp(data, hyper, { profile }, exactGp(first, hyper, { profile: other }));
      expect(grown.predict(at, 12)).toEqual(whole.predict(at, 12));
    }
  });

  it('is fitted: a better likelihood than at the mode of the priors', () => {
    const data = randomData(25, 2, 9);
    const fit = fitHyperparameters(data, { priors: PRIORS, profile });
    const start = fitHyperparameters(data, { priors: PRIORS, profile, maxIterations: 0 });
    expect(fit.logPosterior).toBeGreaterThan(start.logPosterior);
    expect(fit.stop.good).toBe(true);
  });
});
