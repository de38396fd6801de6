import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Acquisition } from '../../src/acquisition/index.js';
import { maximizeAcquisition } from '../../src/acquisition/index.js';
import { climbByFlips, flippedPoints } from '../../src/acquisition/flips.js';
import { randomStream } from '../../src/math/index.js';

/** An acquisition without slopes: what flips are for. */
function flat(d: number, f: (x: readonly number[]) => number): Acquisition {
  const values = (x: Float64Array, q: number) =>
    Float64Array.from({ length: q }, (_, i) => f([...x.subarray(i * d, (i + 1) * d)]));
  return {
    name: 'flat',
    dimension: d,
    scale: 'log',
    values,
    valuesWithGradients: (x, q) => ({ values: values(x, q), gradients: new Float64Array(q * d) }),
  };
}

/** Distance from a corner, in coordinates that are not there. */
const toCorner = (corner: readonly number[]) => (x: readonly number[]) =>
  -x.filter((v, j) => v !== corner[j]).length;

const start = (acquisition: Acquisition, x: readonly number[]) => {
  const at = Float64Array.from(x);
  return { x: at, value: acquisition.values(at, 1)[0] };
};

describe('flippedPoints(points, d)', () => {
  it('puts each coordinate of each point at 0 and at 1', () => {
    expect([...flippedPoints(Float64Array.of(0.2, 0.3), 2)]).toEqual([0, 0.3, 1, 0.3, 0.2, 0, 0.2, 1]);
    expect([...flippedPoints(Float64Array.of(0.2, 0.4), 1)]).toEqual([0, 1, 0, 1]);
    expect(flippedPoints(new Float64Array(0), 3)).toHaveLength(0);
  });
});

describe('climbByFlips(acquisition, budget, start, rounds)', () => {
  it('comes one coordinate nearer to a corner in each round, and stops there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 6 }),
        fc.nat(8),
        (corner, rounds) => {
          const d = corner.length;
          const acquisition = flat(d, toCorner(corner));
          const middle = start(acquisition, new Array<number>(d).fill(0.5));
          const budget = { total: 1000, used: 0 };
          const { x, value } = climbByFlips(acquisition, budget, middle, rounds);
          expect(value).toBe(-Math.max(0, d - rounds));
          expect([...x].filter((v, j) => v === corner[j])).toHaveLength(Math.min(d, rounds));
          expect(budget.used).toBe(2 * d * Math.min(rounds, d + 1));
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it('stays where no flip gains, also where all are NaN', () => {
    for (const f of [() => 1, (x: readonly number[]) => (x[0] === 0.5 ? 0 : NaN)]) {
      const acquisition = flat(2, f);
      const here = start(acquisition, [0.5, 0.5]);
      expect(climbByFlips(acquisition, { total: 100, used: 0 }, here, 3)).toBe(here);
    }
  });

  it('begins no round that the budget does not hold', () => {
    const acquisition = flat(3, toCorner([1, 1, 1]));
    const here = start(acquisition, [0.5, 0.5, 0.5]);
    const budget = { total: 11, used: 0 };
    expect(climbByFlips(acquisition, budget, here, 9).value).toBe(-2);
    expect(budget.used).toBe(6);
  });
});

describe('maximizeAcquisition(acquisition, { flips })', () => {
  const corner = [0, 1, 1, 0, 1, 0];
  const acquisition = flat(6, toCorner(corner));
  const options = {
    stream: randomStream('flips'),
    scales: new Float64Array(6).fill(0.5),
    centres: new Float64Array(6).fill(0.5),
    rawPoints: 4,
    rounded: 0,
  };

  it('reaches a corner that no slope leads to', () => {
    expect([...maximizeAcquisition(acquisition, { ...options, flips: 6 }).x]).toEqual(corner);
    expect(maximizeAcquisition(acquisition, options).value).toBeLessThan(0);
  });

  it('spends no more than the budget', () => {
    for (const budget of [1, 7, 20, 60]) {
      expect(
        maximizeAcquisition(acquisition, { ...options, flips: 6, budget }).evaluations,
      ).toBeLessThanOrEqual(budget);
    }
  });
});
