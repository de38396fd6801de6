/**
 * The windows of Square: how large, where, and what pattern the L2 form puts there.
 *
 * Andriushchenko et al. 2020, arXiv:1912.00049, sections 3.2 to 3.4. Two things differ from the public code: corners
 * are drawn so that windows reach the last row and column, which that code leaves unchanged until a window is as large
 * as the image; and the shorter side bounds a window where images are not square.
 *
 * Notation: p the share of the area, s the side of a window, H and W height and width of the image.
 */
import type { RandomStream } from '../../../math/random.js';
import { l2Norm } from '../geometry/l2.js';
import type { ImageShape } from '../../images/image-set.js';

/** p halves after each of these iterations, of 10,000. */
const HALVINGS = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000] as const;
const SCHEDULE_LENGTH = 10_000;

/** Least side of a window of the L2 form, where the image has room for it. */
const LEAST_L2_SIDE = 3;

/** A square of `side` pixels with its upper left corner at (row, column). */
export interface Window {
  readonly row: number;
  readonly column: number;
  readonly side: number;
}

/**
 * p of iteration i, from 0.
 * @param rescaledTo - the number of iterations that the whole schedule is to be gone through in; as it is if absent.
 */
export function shareAt(initialShare: number, i: number, rescaledTo?: number): number {
  const at = rescaledTo === undefined ? i : Math.floor((i / rescaledTo) * SCHEDULE_LENGTH);
  return initialShare / 2 ** HALVINGS.filter((threshold) => at > threshold).length;
}

/** s of the L∞ form: √(p·H·W), at least 1 and at most the shorter side. */
export function linfSide(share: number, { height, width }: ImageShape): number {
  const side = Math.round(Math.sqrt(share * height * width));
  return Math.min(height, width, Math.max(1, side));
}

/** s of the L2 form: the same, but odd, and at least 3 where there is room. */
export function l2Side(share: number, { height, width }: ImageShape): number {
  const side = Math.max(LEAST_L2_SIDE, Math.round(Math.sqrt(share * height * width)));
  const most = Math.min(height, width);
  const odd = side % 2 === 0 ? side + 1 : side;
  return Math.min(odd, most % 2 === 0 ? most - 1 : most);
}

/** A window placed uniformly among all that lie within the image. */
export function drawWindow(stream: RandomStream, side: number, { height, width }: ImageShape): Window {
  const row = stream.integer(height - side + 1);
  return { row, column: stream.integer(width - side + 1), side };
}

/** Calls `visit` with the offset of every pixel's first value within the image, row by row. */
export function forEachPixel(
  { row, column, side }: Window,
  { width, channels }: ImageShape,
  visit: (offset: number, at: number) => void,
): void {
  for (let r = 0; r < side; r += 1) {
    for (let c = 0; c < side; c += 1) visit(((row + r) * width + column + c) * channels, r * side + c);
  }
}

/**
 * η of a window, (s, s) flat, of norm 1: a hill in its upper ⌊s/2⌋ rows and as deep a hollow in the others, both
 * falling off towards their edges; or, with even chances, the same by columns.
 * @see equation (2) of the paper
 */
export function twoHills(stream: RandomStream, side: number): Float64Array {
  const upper = Math.floor(side / 2);
  const eta = new Float64Array(side * side);
  const isTransposed = stream.uniform() < 0.5;
  for (let r = 0; r < side; r += 1) {
    for (let c = 0; c < side; c += 1) {
      const value = r < upper ? hill(r, c, upper, side) : -hill(r - upper, c, side - upper, side);
      eta[isTransposed ? c * side + r : r * side + c] = value;
    }
  }
  const scale = 1 / l2Norm(eta, 0, eta.length);
  return eta.map((value) => value * scale);
}

/** Σ_{k=0}^{M} 1/(n + 1 − k)² of a block (rows, columns), with M = n − the distance from its middle, n = ⌊columns/2⌋. */
function hill(r: number, c: number, rows: number, columns: number): number {
  const n = Math.floor(columns / 2);
  const away = Math.max(Math.abs(r - Math.floor(rows / 2)), Math.abs(c - n));
  let sum = 0;
  for (let k = 0; k <= n - away; k += 1) sum += 1 / (n + 1 - k) ** 2;
  return sum;
}
