import { describe, expect, it } from '@jest/globals';
import { type ExactGp, exactGp, type GpData, type KernelName, KERNELS } from '../../../../src/gp/index.js';
import { randomStream } from '../../../../src/math/index.js';
import { posteriorDraws } from '../../../../src/study/policies/bayes/explain/posterior-draws.js';
import { DENSE_SOLVE, DRAWN_MOMENT } from '../../../tolerances.js';

const PAIRS = 1000;

interface Part {
  readonly n?: number;
  readonly d?: number;
  readonly kernel?: KernelName;
  readonly noiseVariance?: number;
  readonly data?: Partial<GpData>;
}

function trained({
  n = 12,
  d = 2,
  kernel = 'matern52',
  noiseVariance = 0.05,
  data = {},
}: Part = {}): ExactGp {
  const x = new Float64Array(n * d);
  randomStream(3, 'inputs').fillUniform(x);
  const y = Float64Array.from({ length: n }, (_, i) => Math.sin(5 * x[i * d]) + x[i * d + d - 1]);
  return exactGp(
    { x, y, dimension: d, noise: { kind: 'inferred' }, ...data },
    { lengthscales: new Float64Array(d).fill(0.4), outputScale: 1.3, noiseVariance },
    { profile: KERNELS[kernel] },
  );
}

const draw = (gp: ExactGp, kernel: KernelName = 'matern52', pairs = PAIRS) =>
  posteriorDraws(gp, kernel, pairs, randomStream(8, 'draws'));

function points(q: number, d: number): Float64Array {
  const x = new Float64Array(q * d);
  randomStream(4, 'queries').fillUniform(x);
  return x;
}

/** Mean of a product of two columns of (count, q) around the given means. */
function covariance(values: Float64Array, q: number, a: number, b: number, mean: Float64Array): number {
  let sum = 0;
  const count = values.length / q;
  for (let s = 0; s < count; s++) sum += (values[s * q + a] - mean[a]) * (values[s * q + b] - mean[b]);
  return sum / count;
}

describe('posteriorDraws(gp, kernel, pairs, stream)', () => {
  it.each<[string, Part]>([
    ['matern52', {}],
    ['matern32', { kernel: 'matern32' }],
    ['rbf', { kernel: 'rbf' }],
    ['one dimension', { d: 1, n: 5 }],
    ['one observation', { n: 1 }],
    ['fixed noise', { data: { noise: { kind: 'fixed', variances: new Float64Array(12).fill(0.2) } } }],
    [
      'samples with offsets',
      { data: { offsets: { of: Int32Array.from({ length: 12 }, (_, i) => i % 2), variance: 0.5 } } },
    ],
  ])('has the moments of the posterior: %s', (_name, part) => {
    const gp = trained(part);
    const d = gp.dimension;
    const q = 6;
    const x = points(q, d);
    const values = draw(gp, part.kernel).at(x, q);
    const { mean, covariance: joint } = gp.reference(x, q);
    for (let a = 0; a < q; a++) {
      for (let b = 0; b <= a; b++) {
        const scale = Math.sqrt(joint[a * q + a] * joint[b * q + b]);
        const got = covariance(values, q, a, b, mean);
        expect(Math.abs(got - joint[a * q + b]) / scale).toBeLessThan(DRAWN_MOMENT);
      }
    }
  });

  it('has exactly the posterior mean as the mean of its draws, for each comes with its mirror image', () => {
    const gp = trained();
    const x = points(5, 2);
    const draws = draw(gp, 'matern52', 3);
    const values = draws.at(x, 5);
    const { mean } = gp.predict(x, 5);
    expect(draws.count).toBe(6);
    mean.forEach((expected, i) => {
      let average = 0;
      for (let s = 0; s < 6; s++) average += values[s * 5 + i] / 6;
      expect(Math.abs(average - expected)).toBeLessThan(DENSE_SOLVE);
      expect(Math.abs(draws.mean(x, 5)[i] - expected)).toBeLessThan(DENSE_SOLVE);
    });
  });

  it('is one function: the same at the same points, alone or among others', () => {
    const draws = draw(trained(), 'matern52', 4);
    const x = points(9, 2);
    const all = draws.at(x, 9);
    const alone = draws.at(x.slice(2 * 4, 2 * 5), 1);
    expect([...alone]).toEqual(Array.from({ length: 8 }, (_, s) => all[s * 9 + 4]));
    expect(draw(trained(), 'matern52', 4).at(x, 9)).toEqual(all);
  });

  it('goes through observations without noise, and takes repeated points as one', () => {
    const x = Float64Array.of(0.1, 0.5, 0.5, 0.9);
    const data: GpData = { x, y: Float64Array.of(1, 0, 0, -1), dimension: 1, noise: { kind: 'inferred' } };
    const gp = exactGp(data, { lengthscales: Float64Array.of(0.3), outputScale: 1, noiseVariance: 1e-6 });
    const values = draw(gp, 'matern52', 20).at(Float64Array.of(0.1, 0.9), 2);
    for (let s = 0; s < 40; s++) {
      expect(Math.abs(values[2 * s] - 1)).toBeLessThan(0.01);
      expect(Math.abs(values[2 * s + 1] + 1)).toBeLessThan(0.01);
    }
  });
});
