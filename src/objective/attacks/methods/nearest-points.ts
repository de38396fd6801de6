/**
 * The memory of a minimum-norm attack: of each image misclassified points, nearest first.
 *
 * Where the model draws, the nearest of them was the luckiest draw. The list therefore spans what was found, evenly in
 * the logarithm of the norm: a candidate that fails under fresh draws is followed by one that is farther by a margin,
 * not by its own neighbour, and the farthest is kept too. The nearest of all is always among them.
 */
import type { Candidates } from '../contract/minimum-norm-attack.js';

/** Candidates an image: the ratio of neighbours is 1.3 where the farthest is six times as far as the nearest. */
const MOST = 8;

/** Least ratio of the norms of neighbours in the list. */
const SPACING = 1.05;

/** Plain data. */
export interface NearestPoints {
  /** ‖δ‖₂ of every candidate (B, …), above 0, increasing. */
  readonly norms: number[][];
  /** (B, …) points, each (d). */
  readonly points: Float32Array[][];
}

export function createNearestPoints(images: number): NearestPoints {
  return {
    norms: Array.from({ length: images }, () => []),
    points: Array.from({ length: images }, () => []),
  };
}

/** The norm of the nearest point of image `row`; Infinity if none is known. */
export function nearestNorm({ norms }: NearestPoints, row: number): number {
  return norms[row][0] ?? Infinity;
}

/**
 * Takes a misclassified point of image `row` into the list, unless one is known that is nearer by less than a margin.
 * @param point - (d), copied.
 * @param norm - its ‖δ‖₂, finite. At 0 it is the clean image, which was judged right, and not taken.
 */
export function recordNearest(nearest: NearestPoints, row: number, point: Float32Array, norm: number): void {
  const norms = nearest.norms[row];
  const points = nearest.points[row];
  const nearer = norms.filter((known) => known <= norm).length;
  if (norm === 0 || (nearer > 0 && norm < SPACING * norms[nearer - 1])) return;
  const crowded = norms.filter((known, at) => at >= nearer && known < SPACING * norm).length;
  norms.splice(nearer, crowded, norm);
  points.splice(nearer, crowded, point.slice());
  if (norms.length <= MOST) return;
  const spare = leastMissed(norms);
  norms.splice(spare, 1);
  points.splice(spare, 1);
}

export function candidatesOf({ points }: NearestPoints): Candidates {
  return points;
}

/** The one between the ends whose neighbours are nearest to each other. */
function leastMissed(norms: readonly number[]): number {
  let least = 1;
  const ratio = (at: number) => norms[at + 1] / norms[at - 1];
  for (let at = 2; at < norms.length - 1; at += 1) if (ratio(at) < ratio(least)) least = at;
  return least;
}
