import { describe, expect, it } from '@jest/globals';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';

import type { Acquisition } from '../../src/acquisition/index.js';
import {
  logExpectedImprovement,
  noisyLogExpectedImprovement,
  pendingLogExpectedImprovement,
  pendingLogExpectedImprovementOverBest,
} from '../../src/acquisition/index.js';
import { logSumExp, normalQuantile, randomStream, sobolPoints } from '../../src/math/index.js';
import { DENSE_SOLVE } from '../tolerances.js';
import { observed, queryPoints, wavyGp } from './cases.js';
import type { DenseGp } from './dense-posterior.js';
import { densePosterior } from './dense-posterior.js';
import { expectGradientsOfValues } from './gradient-law.js';

const key = (d: number) => randomStream('fantasies', d);

interface Pending {
  readonly x: readonly (readonly number[])[];
  readonly noise: readonly number[];
}

function build(gp: DenseGp, pending: Pending, fantasies: number): Acquisition {
  return pendingLogExpectedImprovement(densePosterior(gp), {
    incumbents: observed(gp),
    pending: Float64Array.from(pending.x.flat()),
    noiseVariance: Float64Array.from(pending.noise),
    fantasies,
    stream: key(gp.d),
  });
}

const randomPending = (d: number, p: number, noise: number): Pending => {
  const stream = randomStream('pending', d, p);
  return {
    x: Array.from({ length: p }, () => Array.from({ length: d }, () => stream.uniform())),
    noise: new Array<number>(p).fill(noise),
  };
};

/** What a GP that was told a fantasy is worth at x, given the fantasy's outcomes. */
type Worth = (told: DenseGp, outcomes: readonly number[]) => Acquisition;

/** The incumbent is the best mean. */
const overMean =
  (gp: DenseGp, pending: Pending): Worth =>
  (told) => {
    const incumbents = Float64Array.of(...observed(gp), ...pending.x.flat());
    return noisyLogExpectedImprovement(densePosterior(told), { incumbents });
  };

/** The incumbent is the best outcome, of the first `competing` pending ones too. */
const overOutcome =
  (best: number, competing: number): Worth =>
  (told, outcomes) =>
    logExpectedImprovement(densePosterior(told), {
      best: Math.max(best, ...outcomes.slice(0, competing)),
    });

/** The same by brute force: each fantasy becomes data of a new GP, whose worth is evaluated. */
function bruteForce(
  gp: DenseGp,
  pending: Pending,
  fantasies: number,
  x: Float64Array,
  worth: Worth = overMean(gp, pending),
): number[] {
  const { d } = gp;
  const p = pending.x.length;
  const points = Float64Array.from(pending.x.flat());
  const reference = densePosterior(gp).reference(points, p);
  const A = Matrix.from1DArray(p, p, Array.from(reference.covariance));
  for (let i = 0; i < p; i++) {
    A.set(i, i, A.get(i, i) + pending.noise[i]);
    for (let j = 0; j < i; j++) A.set(j, i, A.get(i, j));
  }
  const L = new CholeskyDecomposition(A).lowerTriangularMatrix;
  const zeta = sobolPoints(fantasies, p, { scramble: key(d) }).map(normalQuantile);
  const logs = Array.from({ length: fantasies }, (_, s) => {
    const z = Matrix.columnVector(Array.from(zeta.subarray(s * p, (s + 1) * p)));
    const y = L.mmul(z)
      .to1DArray()
      .map((v, i) => v + reference.mean[i]);
    const told = {
      ...gp,
      x: [...gp.x, ...pending.x],
      y: [...gp.y, ...y],
      noise: [...gp.noise, ...pending.noise],
    };
    return worth(told, y).values(x, x.length / d);
  });
  return Array.from(
    { length: x.length / d },
    (_, i) => logSumExp(logs.map((row) => row[i])) - Math.log(fantasies),
  );
}

const CASES = [
  ['d = 1, one pending', 1, 4, 1, 0.1, 0.1],
  ['d = 3, three pending', 3, 8, 3, 0.1, 0.1],
  ['little noise', 2, 6, 2, 1e-3, 1e-3],
  ['much noise', 2, 6, 2, 2, 3],
] as const;

describe('pendingLogExpectedImprovement(posterior, { incumbents, pending, noiseVariance, stream })', () => {
  it.each(CASES)(
    'is the log of the mean over fantasies that are told to the surrogate, %s',
    (_, d, n, p, noise, own) => {
      const gp = wavyGp(d, n, noise);
      const pending = randomPending(d, p, own);
      const x = queryPoints(4, d);
      const values = build(gp, pending, 8).values(x, 4);
      bruteForce(gp, pending, 8, x).forEach((v, i) =>
        expect(Math.abs(values[i] - v)).toBeLessThan(DENSE_SOLVE),
      );
    },
  );

  it.each(CASES)('has the gradient of its values, %s', (_, d, n, p, noise, own) => {
    expectGradientsOfValues(build(wavyGp(d, n, noise), randomPending(d, p, own), 16), queryPoints(4, d));
  });

  it('equals the analytic form bit for bit where nothing is pending', () => {
    const gp = wavyGp(3, 8, 0.1);
    const x = queryPoints(6, 3);
    const none = build(gp, { x: [], noise: [] }, 64);
    const analytic = noisyLogExpectedImprovement(densePosterior(gp), { incumbents: observed(gp) });
    expect(none.values(x, 6)).toEqual(analytic.values(x, 6));
    expect(none.valuesWithGradients(x, 6)).toEqual(analytic.valuesWithGradients(x, 6));
  });

  it('comes to the analytic form where pending trials can teach nothing', () => {
    const gp = wavyGp(2, 6, 0.1);
    const x = queryPoints(5, 2);
    const deaf = build(gp, randomPending(2, 2, 1e12), 16).values(x, 5);
    // The pending points are candidates for the incumbent, too.
    const incumbents = Float64Array.of(...observed(gp), ...randomPending(2, 2, 0).x.flat());
    const analytic = noisyLogExpectedImprovement(densePosterior(gp), { incumbents }).values(x, 5);
    deaf.forEach((v, i) => expect(v).toBeCloseTo(analytic[i], 4));
  });

  it('leaves little worth at a pending point that will be seen without noise', () => {
    const gp = wavyGp(2, 6, 1e-3);
    const x = [0.42, 0.77];
    const at = Float64Array.from(x);
    const before = build(gp, { x: [], noise: [] }, 64).values(at, 1)[0];
    const quiet = build(gp, { x: [x], noise: [1e-9] }, 64).values(at, 1)[0];
    const noisy = build(gp, { x: [x], noise: [1] }, 64).values(at, 1)[0];
    expect(quiet).toBeLessThan(before - 5);
    expect(noisy).toBeLessThan(before);
    expect(noisy).toBeGreaterThan(quiet);
  });

  it('is finite, gradients too, at pending points, at incumbents, and where pending points are repeated', () => {
    const gp = wavyGp(2, 6, 0.1);
    const x = [0.3, 0.6];
    for (const noise of [0, 1e-6, 0.1]) {
      const acquisition = build(gp, { x: [x, x, [0.9, 0.9]], noise: [noise, noise, noise] }, 16);
      const points = Float64Array.of(...x, 0.9, 0.9, ...observed(gp));
      const { values, gradients } = acquisition.valuesWithGradients(points, points.length / 2);
      expect(values.some(Number.isNaN)).toBe(false);
      expect(gradients.every(Number.isFinite)).toBe(true);
    }
  });

  it('approaches one value as fantasies are added, whatever the key', () => {
    const gp = wavyGp(2, 6, 0.1);
    const pending = randomPending(2, 2, 0.1);
    const x = queryPoints(3, 2);
    const exact = build(gp, pending, 2048).values(x, 3);
    for (const seed of [1, 2, 3]) {
      const values = pendingLogExpectedImprovement(densePosterior(gp), {
        incumbents: observed(gp),
        pending: Float64Array.from(pending.x.flat()),
        noiseVariance: Float64Array.from(pending.noise),
        fantasies: 256,
        stream: randomStream('another', seed),
      }).values(x, 3);
      values.forEach((v, i) => expect(Math.abs(v - exact[i])).toBeLessThan(0.1));
    }
  });

  it('loses nothing by keeping the 40 best of more candidates', () => {
    const gp = wavyGp(2, 60, 0.1);
    const pending = randomPending(2, 2, 0.1);
    const x = queryPoints(3, 2);
    const values = build(gp, pending, 8).values(x, 3);
    bruteForce(gp, pending, 8, x).forEach((v, i) =>
      expect(Math.abs(values[i] - v)).toBeLessThan(DENSE_SOLVE),
    );
  });

  it('is the same function for the same key', () => {
    const gp = wavyGp(2, 6, 0.1);
    const x = queryPoints(3, 2);
    const values = () => build(gp, randomPending(2, 3, 0.1), 32).values(x, 3);
    expect(values()).toEqual(values());
  });

  it.each([
    [[0.5, 0.5, 0.5], [0.1], 8, 'E_SHAPE', 'pending must hold whole points of d = 2 numbers, got 3 numbers'],
    [[0.5, 0.5], [0.1, 0.1], 8, 'E_SHAPE', 'noiseVariance must hold p = 1 numbers, got 2'],
    [[0.5, 0.5], [-1], 8, 'E_ARGUMENT', 'noiseVariance[0] must be finite and at least 0, got -1'],
    [[0.5, 0.5], [Number.NaN], 8, 'E_ARGUMENT', 'noiseVariance[0] must be finite and at least 0, got NaN'],
    [[0.5, 0.5], [0.1], 0, 'E_ARGUMENT', 'fantasies must be an integer of at least 1, got 0'],
  ])('refuses pending %j with noise %j and %d fantasies', (pending, noise, fantasies, code, words) => {
    const gp = wavyGp(2, 6, 0.1);
    const call = () =>
      pendingLogExpectedImprovement(densePosterior(gp), {
        incumbents: observed(gp),
        pending: Float64Array.from(pending),
        noiseVariance: Float64Array.from(noise),
        fantasies,
        stream: key(2),
      });
    expect(call).toThrow(
      expect.objectContaining({ code, message: `pendingLogExpectedImprovement: ${words}` }),
    );
  });
});

describe('pendingLogExpectedImprovementOverBest(posterior, { best, competing, pending, noiseVariance, stream })', () => {
  const over = (gp: DenseGp, pending: Pending, fantasies: number, best: number, competing: number) =>
    pendingLogExpectedImprovementOverBest(densePosterior(gp), {
      best,
      competing,
      pending: Float64Array.from(pending.x.flat()),
      noiseVariance: Float64Array.from(pending.noise),
      fantasies,
      stream: key(gp.d),
    });

  describe.each(CASES)('%s', (_, d, n, p, noise, own) => {
    const gp = wavyGp(d, n, noise);
    const pending = randomPending(d, p, own);
    const best = Math.max(...gp.y);
    const x = queryPoints(4, d);

    it.each([0, 1, p])(
      'is the log of the mean over fantasies that are told to the surrogate, %d competing',
      (k) => {
        const values = over(gp, pending, 8, best, k).values(x, 4);
        bruteForce(gp, pending, 8, x, overOutcome(best, k)).forEach((v, i) =>
          expect(Math.abs(values[i] - v)).toBeLessThan(DENSE_SOLVE),
        );
      },
    );

    it('has the gradient of its values', () => {
      expectGradientsOfValues(over(gp, pending, 16, best, p), x);
    });
  });

  it('equals log EI bit for bit where nothing is pending', () => {
    const gp = wavyGp(3, 8, 0.1);
    const x = queryPoints(6, 3);
    const none = over(gp, { x: [], noise: [] }, 64, 0.3, 0);
    expect(none.values(x, 6)).toEqual(logExpectedImprovement(densePosterior(gp), { best: 0.3 }).values(x, 6));
  });

  it('is worth less, or as much, the more of what pends may be better', () => {
    const gp = wavyGp(2, 6, 0.1);
    const pending = randomPending(2, 3, 0.1);
    const x = queryPoints(5, 2);
    const [none, one, all] = [0, 1, 3].map((k) => over(gp, pending, 64, 0, k).values(x, 5));
    one.forEach((v, i) => {
      expect(v).toBeLessThanOrEqual(none[i]);
      expect(all[i]).toBeLessThanOrEqual(v);
    });
    expect(all.some((v, i) => v < none[i])).toBe(true);
  });

  it.each([
    [Number.NaN, 1, 'best must be finite, got NaN'],
    [0, 2, 'competing must be an integer from 0 to p = 1, got 2'],
    [0, -1, 'competing must be an integer from 0 to p = 1, got -1'],
    [0, 0.5, 'competing must be an integer from 0 to p = 1, got 0.5'],
  ])('refuses best %d with %d competing', (best, competing, words) => {
    const call = () => over(wavyGp(2, 6, 0.1), { x: [[0.5, 0.5]], noise: [0.1] }, 8, best, competing);
    const message = `pendingLogExpectedImprovementOverBest: ${words}`;
    expect(call).toThrow(expect.objectContaining({ code: 'E_ARGUMENT', message }));
  });
});
