// A test function moved to a random place and with its coordinates in a random order, from a seed.
//
// Nothing wraps: the function is evaluated at u - s, also outside its usual domain, as BBOB does.
// - placement `anywhere`: the shift is uniform over all shifts that keep the function's modes (optimum, and decoy where
//   there is one) within [0.1, 0.9]^d, the share of the domain in which BBOB places its optima. Structured points
//   (centre, constants, corners) then mean nothing, and what the function does at the far side is stronger than in its
//   usual place.
// - placement `near`: the shift is uniform in [-0.1, 0.1]^d, so that the function is about as hard as in its usual place.

import { randomStream } from '../../dist/math/index.js';

const INSIDE = [0.1, 0.9];
const NEAR = 0.1;

/**
 * @param {import('./functions.mjs').TestFunction} problem
 * @param {number} seed
 * @param {string} placement - anywhere or near
 */
export function placed(problem, seed, placement = 'anywhere') {
  const { order, shift } = placementOf(problem, seed, placement);
  const inner = (/** @type {readonly number[]} */ u) => problem.value(shift.map((s, j) => u[order[j]] - s));
  return {
    ...problem,
    value: inner,
    /**
     * Successes of the draws: those of trial `number` under this seed, the same for every method, or those that all
     * trials share.
     */
    count(/** @type {readonly number[]} */ u, /** @type {number} */ number) {
      const draws = randomStream('bench-noise', problem.name, seed, problem.shared ? 'shared' : number);
      const p = inner(u);
      let successes = 0;
      for (let i = 0; i < (problem.images ?? 0); i++) if (draws.uniform() < p) successes++;
      return successes;
    },
  };
}

/** Coordinate j of the function is coordinate order[j] of the cube, less shift[j]. */
export function placementOf(problem, seed, placement) {
  const { dimension: d, modes } = problem;
  const stream = randomStream('bench-place', problem.name, seed);
  const order = [...stream.permutation(d)];
  const shift = order.map((_, j) => {
    const at = modes.map((mode) => mode[j]);
    const lowest = placement === 'near' ? -NEAR : INSIDE[0] - Math.min(...at);
    const highest = placement === 'near' ? NEAR : INSIDE[1] - Math.max(...at);
    return lowest + (highest - lowest) * stream.uniform();
  });
  return { order, shift };
}
