/**
 * Where a maximiser looks first: Sobol points over the cube, Gaussian steps around good points, given points, and
 * corners near the best of them.
 *
 * Notation: d dimensions; every array is (count, d), row-major, inside the unit cube.
 */
import type { RandomStream } from '../math/index.js';
import { MAX_SOBOL_DIMENSIONS, sobolPoints } from '../math/index.js';

/** From this many dimensions on a local step moves only some of them: this many in the mean. */
const MOVED_DIMENSIONS = 20;
/** Local steps are taken at these shares of their standard deviation in turn: good basins may be narrow. */
const STEP_SHARES = [1, 1 / 2, 1 / 4, 1 / 8];
/** A coordinate this close to a bound goes to it when a point is rounded in part. */
const NEAR_BOUND = 0.25;

/** `count` scrambled Sobol points; beyond 128 dimensions plain uniform ones. */
export function coveringPoints(count: number, d: number, stream: RandomStream): Float64Array {
  if (d <= MAX_SOBOL_DIMENSIONS) return sobolPoints(count, d, { scramble: stream });
  const points = new Float64Array(count * d);
  stream.fillUniform(points);
  return points;
}

/**
 * `count` Gaussian steps from the centres in turn, of full, half, quarter and eighth length in turn; what leaves the cube stops at its face, so that faces and corners
 * are drawn too. With d >= 20 each coordinate moves with probability 20/d, one at least.
 * @param sd - standard deviation of each coordinate of a full step, shape (d).
 */
export function localPoints(
  centres: Float64Array,
  sd: Float64Array,
  count: number,
  stream: RandomStream,
): Float64Array {
  const d = sd.length;
  const given = centres.length / d;
  const points = new Float64Array(count * d);
  const share = Math.min(1, MOVED_DIMENSIONS / d);
  for (let i = 0; i < count; i++) {
    const centre = (i % given) * d;
    const length = STEP_SHARES[Math.floor(i / given) % STEP_SHARES.length];
    const always = share < 1 ? stream.integer(d) : 0;
    for (let j = 0; j < d; j++) {
      const moves = share === 1 || j === always || stream.uniform() < share;
      const step = moves ? length * sd[j] * stream.normal() : 0;
      points[i * d + j] = Math.min(1, Math.max(0, centres[centre + j] + step));
    }
  }
  return points;
}

/** Two for each point: its nearest corner, and the point with only coordinates within 0.25 of a bound put there. */
export function roundedPoints(points: Float64Array, d: number): Float64Array {
  const out = new Float64Array(2 * points.length);
  for (let k = 0; k < points.length; k++) {
    const at = 2 * (k - (k % d)) + (k % d);
    const nearest = points[k] < 0.5 ? 0 : 1;
    out[at] = nearest;
    out[at + d] = Math.abs(points[k] - nearest) <= NEAR_BOUND ? nearest : points[k];
  }
  return out;
}
