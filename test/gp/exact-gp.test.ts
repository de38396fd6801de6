import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inverse as inverseOf, Matrix } from 'ml-matrix';
import { covarianceMatrix } from '../../src/gp/covariance.js';
import { exactGp, matern52 } from '../../src/gp/index.js';
import type { ExactGp, GpData } from '../../src/gp/index.js';
import { scaleInputs } from '../../src/gp/metric.js';
import { DENSE_SOLVE } from '../tolerances.js';
import { randomData, rows, someHyperparameters } from './problem.js';

function expectSameBits(a: ExactGp, b: ExactGp): void {
  const x = randomData(9, a.dimension, 99).x;
  expect(a.predictWithGradients(x, 9)).toEqual(b.predictWithGradients(x, 9));
  expect(a.leaveOneOut()).toEqual(b.leaveOneOut());
  expect(a.constantMean).toBe(b.constantMean);
}

describe('covarianceMatrix', () => {
  it('is symmetric and positive semi-definite, with the output scale on its diagonal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), fc.nat(), (n, d, seed) => {
        const data = randomData(n, d, seed);
        const z = scaleInputs(data.x, n, someHyperparameters(d).lengthscales);
        const K = covarianceMatrix(matern52, z, n, d, 1.7);
        let form = 0;
        for (let i = 0; i < n; i++) {
          expect(K[i * n + i]).toBe(1.7);
          for (let j = 0; j < n; j++) {
            expect(K[i * n + j]).toBe(K[j * n + i]);
            form += data.y[i] * data.y[j] * K[i * n + j];
          }
        }
        expect(form).toBeGreaterThan(-DENSE_SOLVE);
      }),
      { seed: 1, numRuns: 30 },
    );
  });
});

describe('exactGp(data, hyperparameters, model, previous)', () => {
  const offsets = { of: Int32Array.from({ length: 20 }, (_, i) => i % 3), variance: 0.2 };
  const biased = { ...offsets, bias: 0.4, shares: Float64Array.of(1, 0.5, 0.25) };
  const variances = Float64Array.from({ length: 20 }, (_, i) => 0.01 * i);
  it.each([
    ['inferred noise', randomData(20, 3, 1)],
    ['known variances', randomData(20, 3, 2, { kind: 'fixed-plus-inferred', variances })],
    ['group offsets', { ...randomData(20, 3, 3), offsets }],
    ['group offsets and biases', { ...randomData(20, 3, 3), offsets: biased }],
  ] as [string, GpData][])('extends the factor of the first points bit for bit, %s', (_, data) => {
    const hyper = someHyperparameters(3);
    for (const first of [0, 1, 7, 19, 20]) {
      const before = exactGp(prefix(data, first), hyper);
      expectSameBits(exactGp(data, hyper, {}, before), exactGp(data, hyper));
    }
  });

  it('does not take over a factor of other data or other hyper-parameters', () => {
    const data = randomData(20, 3, 1);
    const hyper = someHyperparameters(3);
    const others = [
      exactGp(prefix(randomData(20, 3, 2), 10), hyper),
      exactGp(prefix(data, 10), someHyperparameters(3, 0.02)),
      exactGp(prefix(data, 10), someHyperparameters(3, 0.01, 2)),
      exactGp(randomData(25, 3, 1), hyper),
    ];
    for (const other of others) expectSameBits(exactGp(data, hyper, {}, other), exactGp(data, hyper));
  });

  it('does not take over a factor of other groups, biases or shares', () => {
    const data = { ...randomData(20, 3, 1), offsets: biased };
    const hyper = someHyperparameters(3);
    const others = [
      { ...biased, bias: 0.5 },
      { ...biased, variance: 0.3 },
      { ...biased, shares: Float64Array.of(1, 0.5, 0.5) },
      { ...biased, of: biased.of.map((group) => 2 - group) },
    ];
    for (const other of others) {
      const before = exactGp({ ...data, offsets: other }, hyper);
      expectSameBits(exactGp(data, hyper, {}, before), exactGp(data, hyper));
    }
  });

  it('takes repeated points, with the jitter that needs', () => {
    const data = randomData(5, 2, 4, { kind: 'fixed', variances: new Float64Array(10) });
    const twice = {
      ...data,
      x: Float64Array.of(...data.x, ...data.x),
      y: Float64Array.of(...data.y, ...data.y),
    };
    const gp = exactGp(twice, someHyperparameters(2, 0));
    expect(gp.relativeJitter).toBeGreaterThan(0);
    expect(gp.relativeJitter).toBeLessThanOrEqual(1e-8);
    const { mean } = gp.predict(data.x, 5);
    for (let i = 0; i < 5; i++) expect(Math.abs(mean[i] - data.y[i])).toBeLessThan(1e-6);
  });

  it('predicts each point from the others as a GP of the others does, the constant mean held', () => {
    const data = randomData(12, 2, 5);
    const hyper = someHyperparameters(2);
    const zero = { mean: { kind: 'zero' } } as const;
    const gp = exactGp(data, hyper, zero);
    const { mean, variance } = gp.leaveOneOut();
    for (let i = 0; i < 12; i++) {
      const keep = [...data.y.keys()].filter((j) => j !== i);
      const others = {
        ...data,
        x: Float64Array.from(keep.flatMap((j) => [data.x[2 * j], data.x[2 * j + 1]])),
        y: Float64Array.from(keep, (j) => data.y[j]),
      };
      const expected = exactGp(others, hyper, zero).predict(data.x.slice(2 * i, 2 * i + 2), 1);
      const residual = (data.y[i] - mean[i]) / Math.sqrt(variance[i]);
      expect(Math.abs(gp.standardisedResidual(i) - residual)).toBeLessThan(DENSE_SOLVE);
      expect(Math.abs(mean[i] - expected.mean[0])).toBeLessThan(DENSE_SOLVE);
      expect(Math.abs(variance[i] - expected.variance[0] - hyper.noiseVariance)).toBeLessThan(DENSE_SOLVE);
    }
  });

  it('knows a function up to an offset from a group alone, and better where a group covers it', () => {
    const data = randomData(20, 2, 6);
    const at = data.x.slice(0, 2);
    const variance = (of: number, size: number) => {
      const groups = { of: new Int32Array(20).fill(of), variance: size };
      return exactGp({ ...data, offsets: groups }, someHyperparameters(2)).predict(at, 1).variance[0];
    };
    expect(variance(-1, 5)).toBe(variance(0, 0));
    expect(variance(0, 5)).toBeGreaterThan(10 * variance(0, 0));
  });

  it('is the target of target, offset and bias as a dense joint covariance gives it', () => {
    const data = { ...randomData(20, 2, 7), offsets: biased };
    const hyper = someHyperparameters(2, 0.05, 1.3);
    const at = randomData(6, 2, 8).x;
    const k = (a: Float64Array, i: number, b: Float64Array, j: number) =>
      1.3 *
      matern52.correlation(
        Math.hypot((a[2 * i] - b[2 * j]) / 0.4, (a[2 * i + 1] - b[2 * j + 1]) / (0.4 + 0.3)),
      );
    const sigma = Matrix.zeros(20, 20);
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 20; j++) {
        const share = i % 3 === j % 3 ? biased.shares[i % 3] : 0;
        const own = k(data.x, i, data.x, j);
        sigma.set(i, j, own + share * (0.2 + 0.4 * own) + (i === j ? 0.05 : 0));
      }
    }
    const inverse = inverseOf(sigma);
    const gp = exactGp(data, hyper, { mean: { kind: 'zero' } });
    const { mean, variance } = gp.predict(at, 6);
    for (let q = 0; q < 6; q++) {
      const cross = Matrix.columnVector(Array.from({ length: 20 }, (_, i) => k(data.x, i, at, q)));
      const weights = inverse.mmul(cross);
      const expected = Matrix.rowVector([...data.y])
        .mmul(weights)
        .get(0, 0);
      expect(Math.abs(mean[q] - expected)).toBeLessThan(DENSE_SOLVE);
      const left = 1.3 - cross.transpose().mmul(weights).get(0, 0);
      expect(Math.abs(variance[q] - left)).toBeLessThan(DENSE_SOLVE);
    }
  });

  it('learns the same from two groups always seen together as from their average with half the share and noise', () => {
    const n = 8;
    const { x, y } = randomData(n, 2, 9);
    const other = randomData(n, 2, 10).y;
    const hyper = someHyperparameters(2, 0.3);
    const group = (...of: readonly number[]) =>
      Int32Array.from(of.flatMap((g) => new Array<number>(n).fill(g)));
    const apart: GpData = {
      x: Float64Array.of(...x, ...x),
      y: Float64Array.of(...y, ...other),
      dimension: 2,
      noise: { kind: 'inferred' },
      offsets: { of: group(0, 1), variance: 0.7, bias: 0.4 },
    };
    const together: GpData = {
      x,
      y: y.map((value, i) => (value + other[i]) / 2),
      dimension: 2,
      noise: { kind: 'inferred', relative: new Float64Array(n).fill(0.5) },
      offsets: { of: group(0), variance: 0.7, bias: 0.4, shares: Float64Array.of(0.5) },
    };
    const at = randomData(5, 2, 11).x;
    const [a, b] = [apart, together].map((data) => exactGp(data, hyper).predict(at, 5));
    for (let q = 0; q < 5; q++) {
      expect(Math.abs(a.mean[q] - b.mean[q])).toBeLessThan(DENSE_SOLVE);
      expect(Math.abs(a.variance[q] - b.variance[q])).toBeLessThan(DENSE_SOLVE);
    }
  });

  it.each([
    ['a length', { x: new Float64Array(5) }, 'exactGp: x must hold n·d = 6 numbers (n = 3, d = 2), got 5'],
    ['NaN', { y: Float64Array.of(0, NaN, 1) }, 'exactGp: y[1] must be finite, got NaN'],
    ['a dimension', { dimension: 0 }, 'exactGp: dimension must be an integer of at least 1, got 0'],
    [
      'a negative variance',
      { noise: { kind: 'fixed', variances: Float64Array.of(0, -1, 0) } },
      'exactGp: noise.variances[1] must be a finite variance of at least 0, got -1',
    ],
    [
      'groups',
      { offsets: { of: new Int32Array(2), variance: 1 } },
      'exactGp: offsets.of must hold n = 3 groups, got 2',
    ],
    [
      'a bias',
      { offsets: { of: new Int32Array(3), variance: 1, bias: -1 } },
      'exactGp: offsets.bias[0] must be a finite variance of at least 0, got -1',
    ],
    [
      'shares',
      { offsets: { of: Int32Array.of(0, 2, 0), variance: 1, shares: Float64Array.of(1, 1) } },
      'exactGp: offsets.shares must hold a share for group 2 of point 1, got 2',
    ],
  ] as [string, Partial<GpData>, string][])('refuses %s that does not fit', (_, part, message) => {
    expect(() => exactGp({ ...randomData(3, 2, 1), ...part }, someHyperparameters(2))).toThrow(message);
  });

  it('refuses hyper-parameters outside their ranges', () => {
    const data = randomData(3, 2, 1);
    const hyper = someHyperparameters(2);
    const make = (part: object) => () => exactGp(data, { ...hyper, ...part });
    expect(make({ lengthscales: Float64Array.of(1) })).toThrow(
      'exactGp: lengthscales must hold d = 2 numbers, got 1',
    );
    expect(make({ lengthscales: Float64Array.of(1, 0) })).toThrow(
      'exactGp: lengthscales[1] must be a finite number above 0, got 0',
    );
    expect(make({ outputScale: Infinity })).toThrow(
      'exactGp: outputScale must be a finite number above 0, got Infinity',
    );
    expect(make({ noiseVariance: -1 })).toThrow(
      'exactGp: noiseVariance must be a finite number of at least 0, got -1',
    );
  });
});

function prefix(data: GpData, n: number): GpData {
  const { noise, offsets } = data;
  return {
    ...rows(data, 0, n),
    noise: noise.kind === 'inferred' ? noise : { ...noise, variances: noise.variances.slice(0, n) },
    ...(offsets === undefined ? {} : { offsets: { ...offsets, of: offsets.of.slice(0, n) } }),
  };
}
