import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Acquisition, MaximizeOptions } from '../../src/acquisition/index.js';
import { maximizeAcquisition, noisyLogExpectedImprovement } from '../../src/acquisition/index.js';
import { randomStream } from '../../src/math/index.js';
import { observed, wavyGp } from './cases.js';
import { densePosterior } from './dense-posterior.js';

interface Counted extends Acquisition {
  evaluations: number;
  readonly seen: number[][];
}

/** An acquisition from a value and its gradient at one point; keeps every point it sees. */
function acquisitionOf(
  d: number,
  f: (x: readonly number[]) => number,
  slope: (x: readonly number[]) => readonly number[],
  scale: 'log' | 'linear' = 'log',
): Counted {
  const rows = (x: Float64Array, q: number) =>
    Array.from({ length: q }, (_, i) => Array.from(x.subarray(i * d, (i + 1) * d)));
  const counted: Counted = {
    name: 'test',
    dimension: d,
    scale,
    evaluations: 0,
    seen: [],
    values(x, q) {
      counted.evaluations += q;
      counted.seen.push(...rows(x, q));
      return Float64Array.from(rows(x, q).map(f));
    },
    valuesWithGradients(x, q) {
      return { values: counted.values(x, q), gradients: Float64Array.from(rows(x, q).flatMap(slope)) };
    },
  };
  return counted;
}

/** -Σ w (x - c)²; its maximum over the cube is the clipped centre. */
const bowl = (centre: readonly number[], w = 10, scale: 'log' | 'linear' = 'log') =>
  acquisitionOf(
    centre.length,
    (x) => -x.reduce((s, v, j) => s + w * (v - centre[j]) ** 2, 0),
    (x) => x.map((v, j) => -2 * w * (v - centre[j])),
    scale,
  );

const constant = (d: number, value: number) =>
  acquisitionOf(
    d,
    () => value,
    (x) => x.map(() => 0),
  );

const options = (d: number, more: Partial<MaximizeOptions> = {}, seed = 1): MaximizeOptions => ({
  stream: randomStream('maximize', seed),
  scales: new Float64Array(d).fill(0.5),
  ...more,
});

describe('maximizeAcquisition(acquisition, options)', () => {
  it.each([
    ['inside', [0.3, 0.71, 0.5]],
    ['on a face', [0.3, 1.4, 0.5]],
    ['on an edge', [-0.2, 1.4, 0.5]],
    ['in a corner', [-0.2, 1.4, 7]],
    ['barely beyond a face', [0.3, 1 + 1e-9, 0.5]],
    ['on a face without slope there', [0.3, 1, 0]],
    ['in one dimension', [0.123]],
    ['at an end of one dimension', [-1]],
  ])('finds a maximum %s, its bounds exactly', (_, centre) => {
    for (const [scale, w] of [
      ['log', 10],
      ['linear', 1e-4],
      ['linear', 1e4],
    ] as const) {
      const result = maximizeAcquisition(bowl(centre, w, scale), options(centre.length));
      expect(result.kind).toBe('maximum');
      centre.forEach((c, j) => {
        const best = Math.min(1, Math.max(0, c));
        if (best === 0 || best === 1) expect(result.x[j]).toBe(best);
        else expect(Math.abs(result.x[j] - best)).toBeLessThan(1e-3);
      });
    }
  });

  it.each([0.03, 0.37, 3, 50])('reaches corners exactly whatever the lengthscale, l = %d', (l) => {
    const centre = [1.2, -0.1, 1.01, -3, 2];
    const scales = Float64Array.from([l, l, 2 * l, l / 3, l]);
    expect([...maximizeAcquisition(bowl(centre), options(5, { scales })).x]).toEqual([1, 0, 1, 0, 1]);
  });

  it('finds the higher of two peaks of which the lower is the wider', () => {
    const peak = (x: readonly number[], c: number, l: number) =>
      Math.exp(-x.reduce((s, v) => s + ((v - c) / l) ** 2, 0) / 2);
    const f = (x: readonly number[]) => 2 * peak(x, 0.8, 0.1) + peak(x, 0.3, 0.3);
    const two = acquisitionOf(2, f, (x) =>
      x.map((v) => (-2 * peak(x, 0.8, 0.1) * (v - 0.8)) / 0.01 - (peak(x, 0.3, 0.3) * (v - 0.3)) / 0.09),
    );
    for (let seed = 0; seed < 5; seed++) {
      const { x } = maximizeAcquisition(two, options(2, {}, seed));
      x.forEach((v) => expect(Math.abs(v - 0.8)).toBeLessThan(0.02));
    }
  });

  it('returns the value of the acquisition at the point it returns', () => {
    const gp = wavyGp(3, 10, 0.05);
    const acquisition = noisyLogExpectedImprovement(densePosterior(gp), { incumbents: observed(gp) });
    const result = maximizeAcquisition(acquisition, options(3, { rawPoints: 128 }));
    expect(Math.abs(acquisition.values(result.x, 1)[0] - result.value)).toBeLessThan(1e-9);
  });

  it('beats a fine grid on expected improvement in one dimension, for several data sets', () => {
    for (const n of [2, 5, 9]) {
      const gp = wavyGp(1, n, 0.02);
      const acquisition = noisyLogExpectedImprovement(densePosterior(gp), { incumbents: observed(gp) });
      const grid = Float64Array.from({ length: 2001 }, (_, i) => i / 2000);
      const best = Math.max(...acquisition.values(grid, grid.length));
      const scales = Float64Array.of(gp.lengthscale);
      const { value } = maximizeAcquisition(acquisition, options(1, { scales, rawPoints: 128 }));
      expect(value).toBeGreaterThan(best - 1e-4);
    }
  });

  it('gives the same result for the same key, and never looks outside the cube', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer(), (d, seed) => {
        const stream = randomStream('case', seed);
        const centre = Array.from({ length: d }, () => 2 * stream.uniform() - 0.5);
        const points = Float64Array.from({ length: 3 * d }, () => stream.uniform());
        const more = {
          centres: points,
          given: points,
          rawPoints: 64,
          localSd: new Float64Array(d).fill(0.5),
        };
        const [a, b] = [bowl(centre), bowl(centre)];
        const first = maximizeAcquisition(a, options(d, more, seed));
        expect(maximizeAcquisition(b, options(d, more, seed))).toEqual(first);
        expect(a.seen.every((x) => x.every((v) => v >= 0 && v <= 1))).toBe(true);
      }),
      { numRuns: 30, seed: 4 },
    );
  });

  it.each([1, 2, 3, 7, 20, 50, 200, 1000])(
    'keeps a budget of %d evaluations, and says how many it used',
    (budget) => {
      for (const d of [1, 6]) {
        const points = new Float64Array(2 * d).fill(0.5);
        const acquisition = bowl(new Array<number>(d).fill(0.999));
        const result = maximizeAcquisition(
          acquisition,
          options(d, { budget, centres: points, given: points }),
        );
        expect(acquisition.evaluations).toBe(result.evaluations);
        expect(result.evaluations).toBeLessThanOrEqual(budget);
        expect(result.x.every((v) => v >= 0 && v <= 1)).toBe(true);
      }
    },
  );

  it('does no worse than every point it was given', () => {
    const spike = acquisitionOf(
      4,
      (x) => (x.every((v) => v === 0.123) ? 1 : -1),
      (x) => x.map(() => 0),
    );
    const given = new Float64Array(4).fill(0.123);
    expect(maximizeAcquisition(spike, options(4, { given })).value).toBe(1);
  });

  it('looks around the centres', () => {
    const narrow = bowl([0.51, 0.52, 0.53, 0.54, 0.55, 0.56], 1e6);
    const centres = new Float64Array(6).fill(0.5);
    maximizeAcquisition(
      narrow,
      options(6, { centres, rawPoints: 4, localPoints: 40, localSd: new Float64Array(6).fill(0.01) }),
    );
    const near = narrow.seen.filter((x) => x.every((v) => Math.abs(v - 0.5) < 0.06)).length;
    expect(near).toBeGreaterThanOrEqual(40);
  });

  it('moves some coordinates only, one at least, where there are 20 or more', () => {
    const flat = constant(40, 0);
    const centres = new Float64Array(40).fill(0.5);
    maximizeAcquisition(flat, options(40, { centres, rawPoints: 1, localPoints: 200, rounded: 0 }));
    const steps = flat.seen.slice(0, 200).map((x) => x.filter((v) => v !== 0.5).length);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...steps)).toBeLessThan(40);
    expect(steps.reduce((s, v) => s + v, 0) / 200).toBeCloseTo(20.5, 0);
  });

  it('tries the best points rounded towards corners', () => {
    const corner = acquisitionOf(
      8,
      (x) => (x.every((v) => v === 1) ? 5 : -x.reduce((s, v) => s + (1 - v), 0)),
      (x) => x.map(() => 1),
    );
    expect([...maximizeAcquisition(corner, options(8)).x]).toEqual(new Array<number>(8).fill(1));
  });

  it('puts coordinates near a bound on it where the acquisition does not fall, and only there', () => {
    // Flat within 0.05 of the low face in the first coordinate, best at 0.01 in the second.
    const f = (x: readonly number[]) => -Math.max(0, x[0] - 0.05) - 100 * (x[1] - 0.01) ** 2;
    const edge = acquisitionOf(2, f, (x) => [x[0] > 0.05 ? -1 : 0, -200 * (x[1] - 0.01)]);
    const given = Float64Array.of(0.012, 0.0101);
    const { x } = maximizeAcquisition(edge, options(2, { rawPoints: 1, given, starts: 1, rounded: 0 }));
    expect(x[0]).toBe(0);
    expect(x[1]).toBeCloseTo(0.01, 3);
  });

  it('takes a flat acquisition as it is: any point, in few evaluations', () => {
    const result = maximizeAcquisition(constant(3, -2), options(3));
    expect([result.kind, result.value, result.stop.kind]).toEqual(['maximum', -2, 'gradient']);
    expect(result.x.every((v) => v >= 0 && v <= 1)).toBe(true);
  });

  it.each([Number.NaN, -Infinity, Infinity])(
    'says degenerate where every value is %d, and returns a point of the cube',
    (bad) => {
      const given = Float64Array.of(0.25, 0.75);
      const result = maximizeAcquisition(constant(2, bad), options(2, { given }));
      expect([result.kind, result.stop.kind, result.stop.good]).toEqual(['degenerate', 'non-finite', false]);
      expect([...result.x]).toEqual([0.25, 0.75]);
      expect(result.value).toBe(bad);
    },
  );

  it('prefers -Infinity to NaN where nothing is finite', () => {
    const mixed = acquisitionOf(
      1,
      (x) => (x[0] === 0.25 ? -Infinity : Number.NaN),
      () => [0],
    );
    const result = maximizeAcquisition(mixed, options(1, { given: Float64Array.of(0.5, 0.25) }));
    expect([result.kind, result.x[0], result.value]).toEqual(['degenerate', 0.25, -Infinity]);
  });

  it('works around values that are not finite', () => {
    const f = (x: readonly number[]) => (x[0] > 0.6 ? Number.NaN : x[1] > 0.6 ? -Infinity : x[0] + x[1]);
    const partly = acquisitionOf(2, f, () => [1, 1]);
    const result = maximizeAcquisition(partly, options(2));
    expect(result.kind).toBe('maximum');
    expect(result.value).toBeGreaterThan(1.1);
    expect(result.x.every((v) => v <= 0.6)).toBe(true);
  });

  it('returns the best raw point where gradients are not finite', () => {
    const broken = acquisitionOf(
      2,
      (x) => x[0],
      () => [Number.NaN, Number.NaN],
    );
    const result = maximizeAcquisition(broken, options(2, { given: Float64Array.of(1, 1), rounded: 0 }));
    expect([result.x[0], result.value, result.stop.kind]).toEqual([1, 1, 'non-finite']);
  });

  it('takes centres and given points that repeat', () => {
    const same = new Float64Array(30).fill(0.5);
    const result = maximizeAcquisition(bowl([0.5, 0.9, 0.1]), options(3, { centres: same, given: same }));
    expect(result.x[1]).toBeCloseTo(0.9, 2);
  });

  it('covers more than 128 dimensions', () => {
    const centre = new Array<number>(130).fill(2);
    const result = maximizeAcquisition(bowl(centre), options(130, { rawPoints: 32 }));
    expect([...result.x]).toEqual(new Array<number>(130).fill(1));
  });

  it.each<[Partial<MaximizeOptions>, string, string]>([
    [{ scales: new Float64Array(3).fill(1) }, 'E_SHAPE', 'scales must have shape (2), got 3 numbers'],
    [{ scales: Float64Array.of(1, 0) }, 'E_ARGUMENT', 'scales must be finite and above 0, got 0'],
    [{ localSd: new Float64Array(1) }, 'E_SHAPE', 'localSd must have shape (2), got 1 numbers'],
    [
      { given: new Float64Array(3) },
      'E_SHAPE',
      'given must hold whole points of d = 2 numbers, got 3 numbers',
    ],
    [{ centres: Float64Array.of(0.5, 1.5) }, 'E_ARGUMENT', 'centres must be within [0, 1], got 1.5'],
    [{ given: Float64Array.of(0.5, Number.NaN) }, 'E_ARGUMENT', 'given must be within [0, 1], got NaN'],
    [{ budget: 0 }, 'E_ARGUMENT', 'budget must be an integer of at least 1, got 0'],
    [{ starts: 0 }, 'E_ARGUMENT', 'starts must be an integer of at least 1, got 0'],
    [{ rawPoints: 1.5 }, 'E_ARGUMENT', 'rawPoints must be an integer of at least 1, got 1.5'],
    [{ rounded: -1 }, 'E_ARGUMENT', 'rounded must be an integer of at least 0, got -1'],
  ])('refuses %j', (bad, code, words) => {
    expect(() => maximizeAcquisition(bowl([0.5, 0.5]), options(2, bad))).toThrow(
      expect.objectContaining({ code, message: `maximizeAcquisition: ${words}` }),
    );
  });
});
