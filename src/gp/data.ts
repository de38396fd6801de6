/**
 * What a GP is trained on, and the check that all of it fits together.
 *
 * Notation: n points, d dimensions.
 */
import { BoSearchError, ShapeError } from '../errors.js';
import type { NoiseModel } from './noise.js';

/**
 * What all points of a group share and what is no part of the function: the same images score all α a bit too high or too
 * low together (an offset), and like some regions of α better than other images do (a bias, a process of the function's own
 * shape). Adds share·(variance + bias·s·k(x_i, x_j)) to the covariance of two training points of one group.
 * @see Pearce, Poloczek, Branke 2019, arXiv:1910.09259, section 3 (common random numbers: target, offset, bias, white noise)
 */
export interface GroupOffsets {
  /** Group of each point, shape (n); −1 for a point without an offset. */
  readonly of: Int32Array;
  /** Variance of an offset, at least 0. */
  readonly variance: number;
  /** Variance of a group's bias as a share of the output scale s, at least 0. Default 0. */
  readonly bias?: number;
  /** Factor of both variances for each group, at least 0: 1/k where k equal groups were averaged. Default 1 each. */
  readonly shares?: Float64Array;
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
  assertOffsets(where, offsets, n);
}

/** Share of points i and j in the variances of their group; 0 where they have none in common. */
export function groupShare(offsets: GroupOffsets | undefined, i: number, j: number): number {
  if (offsets === undefined) return 0;
  const group = offsets.of[i];
  if (group < 0 || group !== offsets.of[j]) return 0;
  return offsets.shares === undefined ? 1 : offsets.shares[group];
}

/** A covariance k of the process at points i and j with what their group adds. */
export function withGroup(offsets: GroupOffsets | undefined, i: number, j: number, k: number): number {
  const share = groupShare(offsets, i, j);
  if (offsets === undefined || share === 0) return k;
  return k + share * (offsets.variance + (offsets.bias ?? 0) * k);
}

function assertOffsets(where: string, offsets: GroupOffsets, n: number): void {
  assertVariances(where, 'offsets.variance', Float64Array.of(offsets.variance), 1);
  assertVariances(where, 'offsets.bias', Float64Array.of(offsets.bias ?? 0), 1);
  if (offsets.of.length !== n) {
    throw new ShapeError(`${where}: offsets.of must hold n = ${n} groups, got ${offsets.of.length}`);
  }
  const { shares } = offsets;
  if (shares === undefined) return;
  assertVariances(where, 'offsets.shares', shares, shares.length);
  const beyond = offsets.of.findIndex((group) => group >= shares.length);
  if (beyond >= 0) {
    throw new ShapeError(
      `${where}: offsets.shares must hold a share for group ${offsets.of[beyond]} of point ${beyond}, got ${shares.length}`,
    );
  }
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
