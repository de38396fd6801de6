/**
 * Cholesky factorisation A = L Lᵀ of symmetric positive definite matrices, and its extension by one row.
 *
 * Notation: A, L flat row-major of shape (n, n); only the lower triangle of A is read.
 * Order: Cholesky-Banachiewicz, row by row; every entry is (a_ij - dot) / L_jj with the dot of `dots.ts`.
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., section 4.2.
 */
import { BoSearchError, NotPositiveDefiniteError, ShapeError } from '../errors.js';
import { BLOCK, blockDots, dotRange } from './dots.js';

/** Shares of the mean diagonal that are added to the diagonal, in the order in which they are tried. */
export const JITTER_LADDER: readonly number[] = [0, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4];

/** A pivot below this share of its own diagonal entry is rounding, not information (4 units in the last place). */
const PIVOT_FLOOR = 2 ** -50;

/** A factor and what had to be added to get it. */
export interface Cholesky {
  /** Lower triangular factor, shape (n, n); the upper part is zero. */
  readonly L: Float64Array;
  readonly n: number;
  /** What was added to each diagonal entry; 0 where the matrix was positive definite as it came. */
  readonly jitter: number;
  /** `jitter` as a share of the mean diagonal: one of `JITTER_LADDER`. */
  readonly relativeJitter: number;
}

/**
 * Factorises A + jitter·I with the smallest jitter of `JITTER_LADDER` that works.
 * @param a - symmetric matrix, shape (n, n); only its lower triangle is read. It is not changed.
 * @param out - where to write L, shape (n, n): an array of zeros, or the L of an earlier factorisation that is no longer
 *   needed (its upper part is taken to be zero). Default: a new array.
 * @throws ShapeError if a.length or out.length is not n·n; BoSearchError E_NON_FINITE at a NaN or infinite entry;
 *   NotPositiveDefiniteError if the last jitter (1e-4) did not help.
 */
export function cholesky(a: Float64Array, n: number, out?: Float64Array): Cholesky {
  assertSquare('a', a, n);
  if (out !== undefined) assertSquare('out', out, n);
  const meanDiagonal = finiteMeanDiagonal(a, n);
  const L = out ?? new Float64Array(n * n);
  let pivot = -1;
  let last = 0;
  for (const relativeJitter of JITTER_LADDER) {
    last = relativeJitter;
    const jitter = relativeJitter * meanDiagonal;
    pivot = factorise(a, n, jitter, L);
    if (pivot < 0) return { L, n, jitter, relativeJitter };
    if (!(meanDiagonal > 0)) break;
  }
  throw new NotPositiveDefiniteError(
    `cholesky: expected a positive definite matrix of shape (${n}, ${n}), ` +
      `got pivot ${pivot} <= 0 with relative jitter ${last}`,
    { pivot, relativeJitter: last },
  );
}

/**
 * The factor of the matrix with one more row and column, in O(n²): bit for bit that of the full factorisation where
 * the same jitter is added (always so for jitter 0).
 * @param row - covariances with the n old points, then the own variance (noise included); length n + 1. The factor's
 *   jitter is added to the new diagonal entry.
 * @returns the factor of shape (n + 1, n + 1); undefined where the new pivot is not positive: factorise anew.
 * @throws ShapeError if row.length is not n + 1; BoSearchError E_NON_FINITE at a NaN or infinite entry.
 */
export function appendRow(factor: Cholesky, row: Float64Array): Cholesky | undefined {
  const { L: old, n, jitter, relativeJitter } = factor;
  assertRow(row, n);
  const m = n + 1;
  const L = new Float64Array(m * m);
  for (let i = 0; i < n; i++) L.set(old.subarray(i * n, i * n + i + 1), i * m);
  const last = n * m;
  let j = 0;
  for (; j + BLOCK <= n; j += BLOCK) appendBlock(L, m, row, j);
  for (; j < n; j++) L[last + j] = (row[j] - dotRange(L, last, L, j * m, 0, j)) / L[j * m + j];
  const diagonal = row[n] + jitter;
  const pivot = diagonal - dotRange(L, last, L, last, 0, n);
  if (!(pivot > PIVOT_FLOOR * diagonal)) return undefined;
  L[last + n] = Math.sqrt(pivot);
  return { L, n: m, jitter, relativeJitter };
}

/** log |A + jitter·I| = 2 Σ log L_ii; 0 for n = 0. */
export function logDeterminant(factor: Cholesky): number {
  const { L, n } = factor;
  let s = 0;
  for (let i = 0; i < n; i++) s += Math.log(L[i * n + i]);
  return 2 * s;
}

function assertSquare(name: string, a: Float64Array, n: number): void {
  if (!Number.isInteger(n) || n < 0) {
    throw new BoSearchError('E_ARGUMENT', `cholesky: n must be an integer of at least 0, got ${n}`);
  }
  if (a.length !== n * n) {
    throw new ShapeError(`cholesky: ${name} must hold n·n = ${n * n} numbers (n = ${n}), got ${a.length}`);
  }
}

function assertRow(row: Float64Array, n: number): void {
  if (row.length !== n + 1) {
    throw new ShapeError(`appendRow: row must hold n + 1 = ${n + 1} numbers (n = ${n}), got ${row.length}`);
  }
  for (let j = 0; j <= n; j++) {
    if (!Number.isFinite(row[j])) {
      throw new BoSearchError('E_NON_FINITE', `appendRow: row[${j}] must be finite, got ${row[j]}`);
    }
  }
}

/** Mean of the diagonal, after every entry of the lower triangle was seen to be finite; 0 for n = 0. */
function finiteMeanDiagonal(a: Float64Array, n: number): number {
  let s = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = a[i * n + j];
      if (!Number.isFinite(value)) {
        throw new BoSearchError('E_NON_FINITE', `cholesky: a[${i}, ${j}] must be finite, got ${value}`);
      }
    }
    s += a[i * n + i];
  }
  return n === 0 ? 0 : s / n;
}

const accumulators = new Float64Array(BLOCK * BLOCK);

/** Fills L and returns -1, or the index of the first pivot that is not positive. */
function factorise(a: Float64Array, n: number, jitter: number, L: Float64Array): number {
  const whole = n - (n % BLOCK);
  for (let i = 0; i < whole; i += BLOCK) {
    for (let j = 0; j <= i; j += BLOCK) {
      blockDots(L, i, L, j, n, 0, j, accumulators);
      const pivot = finishBlock(a, n, jitter, L, i, j);
      if (pivot >= 0) return pivot;
    }
  }
  for (let i = whole; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const s = dotRange(L, i * n, L, j * n, 0, j);
      if (!finishEntry(a, n, jitter, L, i, j, s)) return i;
    }
  }
  return -1;
}

/** Adds to the block's dots the columns inside the block, in the same order, and makes its entries. */
function finishBlock(
  a: Float64Array,
  n: number,
  jitter: number,
  L: Float64Array,
  i0: number,
  j0: number,
): number {
  for (let r = 0; r < BLOCK; r++) {
    const i = i0 + r;
    const end = Math.min(j0 + BLOCK - 1, i);
    for (let j = j0; j <= end; j++) {
      let s = accumulators[r * BLOCK + j - j0];
      for (let k = j0; k < j; k++) s += L[i * n + k] * L[j * n + k];
      if (!finishEntry(a, n, jitter, L, i, j, s)) return i;
    }
  }
  return -1;
}

/** L_ij from its dot s; false where it is a pivot that is not positive. */
function finishEntry(
  a: Float64Array,
  n: number,
  jitter: number,
  L: Float64Array,
  i: number,
  j: number,
  s: number,
): boolean {
  if (j < i) {
    L[i * n + j] = (a[i * n + j] - s) / L[j * n + j];
    return true;
  }
  const diagonal = a[i * n + i] + jitter;
  const pivot = diagonal - s;
  if (!(pivot > PIVOT_FLOOR * diagonal)) return false;
  L[i * n + i] = Math.sqrt(pivot);
  return true;
}

/** Four entries of the last row at once: four independent chains, each in the order of `dotRange`. */
function appendBlock(L: Float64Array, m: number, row: Float64Array, j0: number): void {
  const last = (m - 1) * m;
  const rows = [j0 * m, (j0 + 1) * m, (j0 + 2) * m, (j0 + 3) * m] as const;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let k = 0; k < j0; k++) {
    const x = L[last + k];
    s0 += x * L[rows[0] + k];
    s1 += x * L[rows[1] + k];
    s2 += x * L[rows[2] + k];
    s3 += x * L[rows[3] + k];
  }
  const sums = [s0, s1, s2, s3];
  for (let r = 0; r < BLOCK; r++) {
    let s = sums[r];
    for (let k = j0; k < j0 + r; k++) s += L[last + k] * L[rows[r] + k];
    L[last + j0 + r] = (row[j0 + r] - s) / L[rows[r] + j0 + r];
  }
}
