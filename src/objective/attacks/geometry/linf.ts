/**
 * L∞ geometry of flat images: moves that never leave ball or box.
 *
 * Notation as in `l2.ts`: x the clean image, δ the perturbation, ε the bound, d values an image.
 */
import { roundTowards, stepTowards } from './round-towards.js';

/** max |a_j − b_j| over `length` values, both from `from`; NaN where a difference is. */
export function linfDistance(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  from: number,
  length: number,
): number {
  let largest = 0;
  for (let j = from; j < from + length; j += 1) largest = Math.max(largest, Math.abs(a[j] - b[j]));
  return largest;
}

/**
 * Writes Π_box(Π_ball(x + δ)) into `out`: each δ_j clamped to [−ε, ε], then each value to [0, 1].
 *
 * |out_j − x_j| ≤ ε holds in float64 for what is stored: values are rounded to float32 towards x, and one step more
 * where x_j + ε itself was rounded up.
 *
 * @param x - clean images, flat, values in [0, 1].
 * @param from - where the image begins in `x` and in `out`.
 * @param delta - δ (d), finite.
 */
export function moveWithinLinf(
  out: Float32Array,
  x: Float32Array,
  from: number,
  delta: Float64Array,
  linfBound: number,
): void {
  for (let j = 0; j < delta.length; j += 1) {
    const clean = x[from + j];
    const step = Math.min(linfBound, Math.max(-linfBound, delta[j]));
    const stored = roundTowards(clean, Math.min(1, Math.max(0, clean + step)));
    out[from + j] = Math.abs(stored - clean) <= linfBound ? stored : stepTowards(clean, stored);
  }
}
