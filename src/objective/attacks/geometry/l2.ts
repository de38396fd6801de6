/**
 * L2 geometry of flat images: norms in float64, and moves that never leave ball or box.
 *
 * Notation: x the clean image, δ the perturbation, ε the bound, d values an image; all offsets count values.
 */
import { BoSearchError } from '../../../errors.js';
import { roundTowards } from './round-towards.js';

/** ‖a‖₂ of `length` values from `from`; NaN or Infinity where a value is. */
export function l2Norm(a: ArrayLike<number>, from: number, length: number): number {
  let sum = 0;
  for (let j = from; j < from + length; j += 1) {
    const value = a[j];
    sum += value * value;
  }
  return Math.sqrt(sum);
}

/** ‖a − b‖₂ of `length` values, both from `from`. */
export function l2Distance(a: ArrayLike<number>, b: ArrayLike<number>, from: number, length: number): number {
  let sum = 0;
  for (let j = from; j < from + length; j += 1) {
    const difference = a[j] - b[j];
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/**
 * Writes Π_box(Π_ball(x + δ)) into `out`: δ shortened to ε, then each value clamped to [0, 1].
 *
 * Clamping towards a box that holds x only shortens each |δ_j|, and values are rounded to float32 towards x, so that
 * ‖out − x‖₂ ≤ ε holds for what is stored, not only for what was computed.
 *
 * @param x - clean images, flat, values in [0, 1].
 * @param from - where the image begins in `x` and in `out`.
 * @param delta - δ (d), finite.
 */
export function moveWithin(
  out: Float32Array,
  x: Float32Array,
  from: number,
  delta: Float64Array,
  l2Bound: number,
): void {
  const norm = l2Norm(delta, 0, delta.length);
  const shrink = norm > l2Bound ? l2Bound / norm : 1;
  for (let j = 0; j < delta.length; j += 1) {
    const clean = x[from + j];
    out[from + j] = roundTowards(clean, Math.min(1, Math.max(0, clean + shrink * delta[j])));
  }
}

/** The image as 8-bit files hold it: every value rounded to the nearest k/255. */
export function toEightBit(images: Float32Array): Float32Array {
  return images.map((value) => Math.round(value * 255) / 255);
}

/** @throws BoSearchError `E_ATTACK` unless every value is in [0, 1]. */
export function assertInBox(
  images: Float32Array,
  pixels: number,
  ids: readonly string[],
  where: string,
): void {
  const wrong = images.findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong < 0) return;
  const id = ids[Math.floor(wrong / pixels)];
  throw new BoSearchError(
    'E_ATTACK',
    `${where}: image "${id}" value ${wrong % pixels}: expected a number from 0 to 1, got ${images[wrong]}`,
  );
}
