/**
 * The memory of a minimum-norm attack: of each image the nearest misclassified points, nearest first.
 *
 * They are spaced, so that a candidate that fails under fresh draws is followed by one that is farther by a margin and
 * not by its own neighbour. The nearest of all is always among them.
 */
import type { Candidates } from '../contract/minimum-norm-attack.js';

/** Candidates an image. */
const MOST = 5;

/** Least ratio of the norms of neighbours in the list. */
const SPACING = 1.05;

/** Plain data. */
export interface NearestPoints {
  /** ‖δ‖₂ of every candidate (B, …), increasing. */
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
 * Takes a misclassified point of image `row` into the list, if it is near enough.
 * @param point - (d), copied.
 * @param norm - its ‖δ‖₂, finite.
 */
export function recordNearest(nearest: NearestPoints, row: number, point: Float32Array, norm: number): void {
  const known = nearest.norms[row].map((length, at) => ({ length, values: nearest.points[row][at] }));
  const at = known.filter(({ length }) => length <= norm).length;
  if (at >= MOST) return;
  known.splice(at, 0, { length: norm, values: point.slice() });
  const kept: typeof known = [];
  for (const one of known) {
    const last = kept.at(-1);
    if (last === undefined || one.length >= SPACING * last.length) kept.push(one);
  }
  nearest.norms[row] = kept.slice(0, MOST).map(({ length }) => length);
  nearest.points[row] = kept.slice(0, MOST).map(({ values }) => values);
}

export function candidatesOf({ points }: NearestPoints): Candidates {
  return points;
}
