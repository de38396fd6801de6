import { describe, expect, it } from '@jest/globals';
import { exactGp } from '../../../src/gp/index.js';
import { randomStream } from '../../../src/math/index.js';
import { createBayesPolicy } from '../../../src/study/policies/bayes/index.js';
import { trustRegion } from '../../../src/study/policies/bayes/trust-region.js';
import { ROUNDING } from '../../tolerances.js';
import { context, play } from './history.js';

/** A GP of points on a line through the cube, with the given targets and next to no noise. */
function gpOf(y: readonly number[], lengthscales: readonly number[] = [0.3, 0.3]) {
  const d = lengthscales.length;
  const n = y.length;
  return exactGp(
    {
      x: Float64Array.from({ length: n * d }, (_, k) => (Math.floor(k / d) + 1) / (n + 1)),
      y: Float64Array.from(y),
      dimension: d,
      noise: { kind: 'inferred' },
    },
    { lengthscales: Float64Array.from(lengthscales), outputScale: 1, noiseVariance: 1e-4 },
  );
}

const all = (n: number, value: boolean) => new Array<boolean>(n).fill(value);
const sides = ({ lower, upper }: { lower: Float64Array; upper: Float64Array }) =>
  upper.map((u, j) => u - lower[j]);

describe('trustRegion(gp, chosen)', () => {
  it('is a cube of side 0.8 around the best posterior mean where nothing was tried', () => {
    const { lower, upper } = trustRegion(gpOf([0, 0.2, 1, 0.1, 0]), all(5, false));
    for (const [value, expected] of [
      [lower[0], 0.1],
      [upper[1], 0.9],
    ]) {
      expect(Math.abs(value - expected)).toBeLessThan(ROUNDING);
    }
  });

  it('stays inside the cube, on its faces exactly', () => {
    const { lower, upper } = trustRegion(gpOf([0, 0, 0, 0, 0, 0, 0, 0, 1]), all(9, false));
    expect(upper[0]).toBe(1);
    expect(Math.abs(lower[0] - 0.5)).toBeLessThan(ROUNDING);
  });

  it('doubles after three successes in a row', () => {
    const y = [0, 0.2, 0.4, 0.6];
    const before = trustRegion(gpOf(y), [true, false, true, true]);
    const after = trustRegion(gpOf(y), all(4, true));
    expect(Math.abs(before.lower[0] - 0.4)).toBeLessThan(ROUNDING);
    expect(after.lower[0]).toBe(0);
  });

  it('halves after d failures in a row, and is made anew below 2⁻⁷', () => {
    const failures = (count: number) => {
      const y = [1, ...new Array<number>(count).fill(0)];
      // Points in a row of their own: the best in the middle of the cube, the failures around it.
      const gp = exactGp(
        {
          x: Float64Array.from({ length: count + 1 }, (_, i) => (i === 0 ? 0.5 : (i % 2) * 0.9 + 0.001 * i)),
          y: Float64Array.from(y),
          dimension: 1,
          noise: { kind: 'inferred' },
        },
        { lengthscales: Float64Array.of(0.05), outputScale: 1, noiseVariance: 1e-4 },
      );
      return sides(trustRegion(gp, all(count + 1, true)))[0];
    };
    expect([0, 1, 2, 6, 7].map(failures).map((side) => Number(side.toFixed(6)))).toEqual([
      0.8, 0.4, 0.2, 0.0125, 0.8,
    ]);
  });

  it('is wider along long lengthscales, with the same volume', () => {
    const box = trustRegion(gpOf([0, 0.2, 1, 0.2, 0], [0.2, 0.4]), all(5, false));
    const [short, long] = sides(box);
    expect(Math.abs(short - 0.8 * Math.SQRT1_2)).toBeLessThan(ROUNDING);
    expect(long).toBe(1);
  });
});

describe('createBayesPolicy({ region, flips })', () => {
  const bowl = (unit: readonly number[]) => ({
    value: -unit.reduce((sum, v, j) => sum + (v - (j % 2)) ** 2, 0),
  });

  it.each(['always', 'alternate'] as const)('finds the corner of a bowl with a region %s', (region) => {
    const policy = () => createBayesPolicy({ region, flips: 2, initial: 5 });
    const trials = play(policy, bowl, 20, context([], { dimension: 4, seed: 3 }));
    const best = Math.max(...trials.map(({ unit }) => bowl(unit).value));
    expect(best).toBeGreaterThan(-1e-3);
  });

  it('suggests the same with what an instance keeps and without', () => {
    const settings = { region: 'alternate', flips: 1, initial: 4 } as const;
    const kept = createBayesPolicy(settings);
    const stream = randomStream('noise');
    const noise = Array.from({ length: 12 }, () => 0.1 * stream.normal());
    const noisy = (unit: readonly number[], number: number) => ({ value: bowl(unit).value + noise[number] });
    const start = context([], { dimension: 3 });
    const units = (trials: ReturnType<typeof play>) => trials.map(({ unit }) => unit);
    expect(units(play(() => kept, noisy, 12, start))).toEqual(
      units(play(() => createBayesPolicy(settings), noisy, 12, start)),
    );
  });
});
