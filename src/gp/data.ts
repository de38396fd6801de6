/**
 * What a GP is trained on, and the check that all of it fits together.
 *
 * Notation: n points, d dimensions.
 */
import { BoSearchError, ShapeError } from '../errors.js';
import type { NoiseModel } from './noise.js';

/**
 * An offset that all points of a group share and that is no part of the function: the same images score all α a bit too
 * high or too low together. Adds `variance` to the covariance of two training points of one group.
 */
export interface GroupOffsets {
  /** Group of each point, shape (n); −1 for a point without an offset. */
  readonly of: Int32Array;
  /** Variance of an offset, at least 0. */
  readonly variance: number;
}

export interface GpData {
  /** Inputs, row-major, shape (n, d). */
  readonly x: Float64Array;
  /** Targets, shape (n). */
  readonly y: Float64Array;
  /** d, at least 1. */
  readonly dimension: number;
  readonly noise: NoiseModel;
  readonly offsets?: GroupOffsets;
}

/**
 * Refuses data whose parts do not fit together.
 * @throws ShapeError at a length that does not fit; BoSearchError E_NON_FINITE at NaN or infinite inputs or targets;
 *   E_ARGUMENT at a dimension below 1 or a negative variance.
 */
export function assertGpData(where: string, data: GpData): void {
  const { x, y, dimension: d, noise, offsets } = data;
  const n = y.length;
  if (!Number.isInteger(d) || d < 1) {
    throw new BoSearchError('E_ARGUMENT', `${where}: dimension must be an integer of at least 1, got ${d}`);
  }
  if (x.length !== n * d) {
    throw new ShapeError(
      `${where}: x must hold n·d = ${n * d} numbers (n = ${n}, d = ${d}), got ${x.length}`,
    );
  }
  assertFinite(where, 'x', x);
  assertFinite(where, 'y', y);
  if (noise.kind === 'inferred') {
    if (noise.relative !== undefined) assertVariances(where, 'noise.relative', noise.relative, n);
  } else {
    assertVariances(where, 'noise.variances', noise.variances, n);
  }
  if (offsets === undefined) return;
  assertVariances(where, 'offsets.variance', Float64Array.of(offsets.variance), 1);
  if (offsets.of.length !== n) {
    throw new ShapeError(`${where}: offsets.of must hold n = ${n} groups, got ${offsets.of.length}`);
  }
}

/** Variance that points i and j share through an offset of their group. */
export function sharedOffset(offsets: GroupOffsets | undefined, i: number, j: number): number {
  if (offsets === undefined || offsets.of[i] < 0 || offsets.of[i] !== offsets.of[j]) return 0;
  return offsets.variance;
}

function assertFinite(where: string, name: string, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new BoSearchError('E_NON_FINITE', `${where}: ${name}[${i}] must be finite, got ${values[i]}`);
    }
  }
}

function assertVariances(where: string, name: string, values: Float64Array, n: number): void {
  if (values.length !== n) {
    throw new ShapeError(`${where}: ${name} must hold n = ${n} numbers, got ${values.length}`);
  }
  for (let i = 0; i < n; i++) {
    if (!(values[i] >= 0 && Number.isFinite(values[i]))) {
      throw new BoSearchError(
        'E_ARGUMENT',
        `${where}: ${name}[${i}] must be a finite variance of at least 0, got ${values[i]}`,
      );
    }
  }
}
