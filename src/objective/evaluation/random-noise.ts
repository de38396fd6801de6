/** Random points at the rim of a ball, keyed: the attack that looks at nothing, which every other has to beat. */
import { randomStream } from '../../math/random.js';
import type { Ball } from '../attacks/geometry/ball.js';
import { l2Norm, moveWithin } from '../attacks/geometry/l2.js';
import { moveWithinLinf } from '../attacks/geometry/linf.js';

/**
 * Images moved by noise of exactly the bound, then clamped to [0, 1]: in L2 a direction drawn uniformly, in L∞ every
 * value up or down by ε. An image's noise follows its id.
 * @param images - (B, H, W, C) flat, values in [0, 1].
 * @param tryNumber - which of an image's points, from 0.
 */
export function randomNoise(
  images: Float32Array,
  ids: readonly string[],
  { norm, bound }: Ball,
  seed: number,
  tryNumber: number,
): Float32Array {
  const d = images.length / Math.max(1, ids.length);
  const out = images.slice();
  const delta = new Float64Array(d);
  for (const [row, id] of ids.entries()) {
    randomStream('random-noise', seed, id, tryNumber).fillNormal(delta);
    if (norm === 'l2') {
      const scale = bound / l2Norm(delta, 0, d);
      for (let j = 0; j < d; j += 1) delta[j] *= scale;
      moveWithin(out, images, row * d, delta, bound);
    } else {
      for (let j = 0; j < d; j += 1) delta[j] = delta[j] < 0 ? -bound : bound;
      moveWithinLinf(out, images, row * d, delta, bound);
    }
  }
  return out;
}
