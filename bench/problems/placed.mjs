// A test function moved to a random place and with its coordinates in a random order, from a seed.
//
// The shift is uniform over all shifts that keep the function's modes (optimum, and decoy where there is one) within
// [0.1, 0.9]^d, the share of the domain in which BBOB places its optima. Nothing wraps: the function is evaluated at
// u - s, also outside its usual domain. Structured points (centre, constants, corners) thus mean nothing here.

import { randomStream } from '../../dist/math/index.js';

const INSIDE = [0.1, 0.9];

/**
 * @param {import('./functions.mjs').TestFunction} problem
 * @param {number} seed
 */
export function placed(problem, seed) {
  const { dimension: d, modes } = problem;
  const stream = randomStream('bench-place', problem.name, seed);
  const order = stream.permutation(d);
  const shift = Array.from({ length: d }, (_, j) => {
    const at = modes.map((mode) => mode[j]);
    const lowest = INSIDE[0] - Math.min(...at);
    const highest = INSIDE[1] - Math.max(...at);
    return lowest + (highest - lowest) * stream.uniform();
  });
  // Coordinate j of the function is coordinate order[j] of the cube.
  const inner = (/** @type {readonly number[]} */ u) =>
    problem.value(Array.from({ length: d }, (_, j) => u[order[j]] - shift[j]));
  return {
    ...problem,
    value: inner,
    /** Successes of independent draws: the noise of trial `number` under this seed, the same for every method. */
    count(/** @type {readonly number[]} */ u, /** @type {number} */ number) {
      const draws = randomStream('bench-noise', problem.name, seed, number);
      const p = inner(u);
      let successes = 0;
      for (let i = 0; i < (problem.images ?? 0); i++) if (draws.uniform() < p) successes++;
      return successes;
    },
  };
}
