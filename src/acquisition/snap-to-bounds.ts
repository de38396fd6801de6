/** Puts coordinates that lie near a bound of the cube on it, where that costs nothing. */
import type { Acquisition } from './acquisition.js';
import type { Budget } from './counted-acquisition.js';
import { countedValues, left } from './counted-acquisition.js';

/** A coordinate is near a bound from this distance on. */
const NEAR = 0.02;

/**
 * Tries all near coordinates at once, and, where the acquisition falls, each of them after the other; keeps what does
 * not make it fall. Stops where the budget ends.
 */
export function snapToBounds(
  acquisition: Acquisition,
  budget: Budget,
  x: Float64Array,
  value: number,
): { readonly x: Float64Array; readonly value: number } {
  const near: number[] = [];
  for (let j = 0; j < x.length; j++) {
    const distance = Math.min(x[j], 1 - x[j]);
    if (distance > 0 && distance <= NEAR) near.push(j);
  }
  if (near.length === 0) return { x, value };
  const attempts = near.length === 1 ? [near] : [near, ...near.map((j) => [j])];
  let best = { x, value };
  for (const [k, attempt] of attempts.entries()) {
    if (left(budget) < 1) break;
    const snapped = snap(best.x, attempt);
    const reached = countedValues(acquisition, budget, snapped)[0];
    if (!(reached >= best.value)) continue;
    best = { x: snapped, value: reached };
    if (k === 0) break;
  }
  return best;
}

function snap(x: Float64Array, coordinates: readonly number[]): Float64Array {
  const out = x.slice();
  for (const j of coordinates) out[j] = x[j] < 0.5 ? 0 : 1;
  return out;
}
