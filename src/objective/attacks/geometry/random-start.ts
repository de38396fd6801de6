/** Keyed points drawn uniformly in a ball. */
import { randomStream } from '../../../math/random.js';
import { l2Norm } from './l2.js';

/**
 * δ uniform in the ball of radius `l2Bound` in `d` dimensions: a normal direction, and radius ε·u^(1/d).
 * @param key - key of the random stream; the same key gives the same point.
 */
export function randomStart(d: number, l2Bound: number, key: readonly (string | number)[]): Float64Array {
  const stream = randomStream('attack-start', ...key);
  const delta = new Float64Array(d);
  stream.fillNormal(delta);
  const scale = (l2Bound * stream.uniform() ** (1 / d)) / l2Norm(delta, 0, d);
  return delta.map((value) => value * scale);
}

/**
 * δ uniform in the cube [−ε, ε]^d.
 * @param key - as of `randomStart`.
 */
export function randomStartLinf(
  d: number,
  linfBound: number,
  key: readonly (string | number)[],
): Float64Array {
  const stream = randomStream('attack-start', ...key);
  return Float64Array.from({ length: d }, () => linfBound * (2 * stream.uniform() - 1));
}
