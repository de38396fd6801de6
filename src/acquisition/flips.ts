/**
 * Flips: moves of one coordinate to a bound of the cube, which a climb along gradients cannot make where a valley lies
 * between.
 *
 * Notation: d dimensions; arrays of points are (count, d), row-major, inside the unit cube.
 */
import type { Acquisition } from './acquisition.js';
import type { Budget } from './counted-acquisition.js';
import { countedValues, left } from './counted-acquisition.js';
import { indexOfGreatest } from './points.js';

/** For each point the 2d points with one coordinate at 0 or at 1, shape (2·d·count, d). */
export function flippedPoints(points: Float64Array, d: number): Float64Array {
  const out = new Float64Array(2 * d * points.length);
  let to = 0;
  for (let from = 0; from < points.length; from += d) {
    for (let j = 0; j < d; j++) {
      for (const bound of [0, 1]) {
        out.set(points.subarray(from, from + d), to);
        out[to + j] = bound;
        to += d;
      }
    }
  }
  return out;
}

/**
 * Takes the best of all single flips, and again, until none gains, `rounds` are over or the budget is too small for
 * another round.
 */
export function climbByFlips(
  acquisition: Acquisition,
  budget: Budget,
  start: { readonly x: Float64Array; readonly value: number },
  rounds: number,
): { readonly x: Float64Array; readonly value: number } {
  const d = acquisition.dimension;
  let best = start;
  for (let round = 0; round < rounds && left(budget) >= 2 * d; round++) {
    const points = flippedPoints(best.x, d);
    const values = countedValues(acquisition, budget, points);
    const at = indexOfGreatest(values);
    if (!(values[at] > best.value)) break;
    best = { x: points.slice(at * d, (at + 1) * d), value: values[at] };
  }
  return best;
}
