import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomStream } from '../../../../src/math/random.js';
import { projectOntoHyperplane } from '../../../../src/objective/attacks/geometry/hyperplane-projection.js';
import { l2Norm } from '../../../../src/objective/attacks/geometry/l2.js';
import { ROUNDING } from '../../../tolerances.js';

const stepOf = (x: readonly number[], w: readonly number[], v: number) => [...projectOntoHyperplane(x, w, v)];

describe('projectOntoHyperplane(x, w, v)', () => {
  it('is −v·w/‖w‖² where no wall is near', () => {
    expect(stepOf([0.5, 0.5], [3, 4], 0.5)).toEqual([-0.06, -0.08].map((one) => expect.closeTo(one, 15)));
    expect(stepOf([0.5, 0.5], [3, 4], -0.5)).toEqual([0.06, 0.08].map((one) => expect.closeTo(one, 15)));
  });
  it('leaves to the others what a value at a wall can not do', () => {
    // free, both would move by −0.25; the first stops at 0 after 0.125
    expect(stepOf([0.125, 0.5], [1, 1], 0.5)).toEqual([-0.125, -0.375]);
  });
  it('does not move values that stand at the wall, nor those without a weight', () => {
    expect(stepOf([0, 0.5, 0.5], [1, 0, 2], 0.5)).toEqual([-0, 0, -0.25]);
    expect(stepOf([1, 0.5, 0.5], [-1, 0, 2], 0.5)).toEqual([0, 0, -0.25]);
  });
  it('is 0 on the hyperplane, and where w is 0', () => {
    expect(stepOf([0.2, 0.9], [1, -1], 0)).toEqual([0, 0]);
    expect(stepOf([0.2, 0.9], [0, 0], 3)).toEqual([0, 0]);
    expect(stepOf([], [], 3)).toEqual([]);
  });
  it('leads to the nearest corner where the hyperplane does not meet the box', () => {
    expect(stepOf([0.25, 0.75, 0.5], [1, -2, 0], 10)).toEqual([-0.25, 0.25, 0]);
    expect(stepOf([0.25, 0.75, 0.5], [1, -2, 0], -10)).toEqual([0.75, -0.75, 0]);
  });
  it('meets a corner that lies just on the hyperplane', () => {
    expect(stepOf([0.25, 0.5], [1, 1], 0.75)).toEqual([-0.25, -0.5]);
  });
  it('treats values that meet their walls together alike', () => {
    expect(stepOf([0.25, 0.25, 0.25, 0.75], [1, 1, 1, 1], 1)).toEqual([-0.25, -0.25, -0.25, -0.25]);
    expect(stepOf([0.25, 0.25, 0.25, 0.75], [1, 1, 1, 1], 1.25)).toEqual([-0.25, -0.25, -0.25, -0.5]);
  });
  it('stands weights of the sizes that float32 has', () => {
    for (const scale of [1e-45, 1e-30, 1e30, 5e37]) {
      const w = [3, 4].map((one) => Math.fround(one * scale));
      const step = stepOf([0.5, 0.5], w, 0.5 * Math.hypot(...w) * 0.2);
      expect(Math.hypot(...step)).toBeCloseTo(0.1, 12);
    }
  });
  it('is the step that sorted walls give and that bisection on λ gives, in 25,000 random cases', () => {
    const stream = randomStream('hyperplane-projection', 1);
    let worst = 0;
    for (let round = 0; round < 25_000; round += 1) {
      const d = 1 + (round % 9);
      const x = Array.from({ length: d }, () => coarsely(stream.uniform(), round));
      const w = Array.from({ length: d }, () => coarsely(4 * stream.uniform() - 2, round));
      const v = coarsely(6 * stream.uniform() - 3, round);
      const step = projectOntoHyperplane(x, w, v);
      worst = Math.max(worst, largestDifference(step, bySortedWalls(x, w, v)));
      if (round % 100 === 0) worst = Math.max(worst, largestDifference(step, byBisection(x, w, v)));
    }
    expect(worst).toBeLessThan(ROUNDING);
  });
  it('is on the hyperplane, in the box, and the shortest of all such steps', () => {
    const d = 6;
    const values = (min: number, max: number) =>
      fc.array(fc.double({ min, max, noNaN: true }), { minLength: d, maxLength: d });
    const weights = fc.array(
      fc.integer({ min: -64, max: 64 }).map((one) => one / 64),
      { minLength: d, maxLength: d },
    );
    fc.assert(
      fc.property(values(0, 1), weights, values(0, 1), (x, w, other) => {
        // the hyperplane goes through `other`, a point of the box
        const v = -x.reduce((sum, value, j) => sum + w[j] * (other[j] - value), 0);
        const step = projectOntoHyperplane(x, w, v);
        const left = step.reduce((sum, value, j) => sum + w[j] * value, v);
        expect(Math.abs(left)).toBeLessThan(ROUNDING);
        expect(step.every((value, j) => x[j] + value >= 0 && x[j] + value <= 1)).toBe(true);
        const there = other.map((value, j) => value - x[j]);
        expect(l2Norm(step, 0, d)).toBeLessThanOrEqual(l2Norm(there, 0, d) + ROUNDING);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

/** A third of the cases in eighths, so that values tie, meet walls exactly and have no weight. */
function coarsely(value: number, round: number): number {
  return round % 3 === 0 ? Math.round(8 * value) / 8 : value;
}

function largestDifference(a: Float64Array, b: readonly number[]): number {
  return b.reduce((most, value, j) => Math.max(most, Math.abs(value - a[j])), 0);
}

/** δ for a given λ. */
function stepFor(x: readonly number[], w: readonly number[], v: number, lambda: number): number[] {
  const side = Math.sign(v);
  return x.map(
    (value, j) => Math.min(1, Math.max(0, value - (w[j] === 0 ? 0 : lambda * side * w[j]))) - value,
  );
}

/** Goes from wall to wall, in the order in which values meet them. */
function bySortedWalls(x: readonly number[], w: readonly number[], v: number): number[] {
  const walls = x
    .map((value, j) => ({ weight: Math.abs(w[j]), room: Math.sign(v) * w[j] > 0 ? value : 1 - value }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => a.room / a.weight - b.room / b.weight);
  let done = 0;
  for (const [at, { weight, room }] of walls.entries()) {
    const slope = walls.slice(at).reduce((sum, one) => sum + one.weight ** 2, 0);
    const lambda = (Math.abs(v) - done) / slope;
    if (lambda <= room / weight) return stepFor(x, w, v, lambda);
    done += weight * room;
  }
  return stepFor(x, w, v, Infinity);
}

function byBisection(x: readonly number[], w: readonly number[], v: number): number[] {
  const left = (lambda: number) =>
    stepFor(x, w, v, lambda).reduce((sum, value, j) => sum + w[j] * value, v) * Math.sign(v);
  let [low, high] = [0, 1e9];
  if (left(high) > 0) return stepFor(x, w, v, Infinity);
  for (let i = 0; i < 120; i += 1) {
    const middle = (low + high) / 2;
    if (left(middle) > 0) low = middle;
    else high = middle;
  }
  return stepFor(x, w, v, high);
}
