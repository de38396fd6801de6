/**
 * Solves with a lower triangular factor L (n, n) and its transpose, for one and for many right-hand sides.
 *
 * Each solution has the same bits alone and as a column among many.
 */
import { ShapeError } from '../errors.js';
import type { Cholesky } from './cholesky.js';
import { BLOCK, blockDots, dotRange } from './dots.js';

/**
 * x with L x = b.
 * @param L - lower triangular, shape (n, n), with a non-zero diagonal; the upper part is not read.
 * @param out - where to write x, length n; may be b itself. Default: a new array.
 * @throws ShapeError if b or out does not hold n numbers.
 */
export function solveLower(L: Float64Array, n: number, b: Float64Array, out?: Float64Array): Float64Array {
  return solveLowerMany(L, n, b, 1, out);
}

/** x with Lᵀ x = b; arguments as in `solveLower`. */
export function solveUpper(L: Float64Array, n: number, b: Float64Array, out?: Float64Array): Float64Array {
  return solveUpperMany(L, n, b, 1, out);
}

/**
 * X with L X = B.
 * @param B - right-hand sides as columns, shape (n, q).
 * @param out - where to write X, shape (n, q); may be B itself. Default: a new array.
 * @throws ShapeError if L, B or out does not have its shape.
 */
export function solveLowerMany(
  L: Float64Array,
  n: number,
  B: Float64Array,
  q: number,
  out: Float64Array = new Float64Array(n * q),
): Float64Array {
  assertShapes('solveLower', L, n, B, q, out);
  if (q === 1) return solveRows(L, n, B, 1, out);
  const rows = transpose(B, n, q, new Float64Array(n * q));
  return transpose(solveRows(L, n, rows, q, rows), q, n, out);
}

/**
 * As `solveLowerMany`, with right-hand sides and solutions as rows, shape (q, n): the faster form.
 * @throws ShapeError if L, B or out does not have its shape.
 */
export function solveLowerRows(
  L: Float64Array,
  n: number,
  B: Float64Array,
  q: number,
  out: Float64Array = new Float64Array(n * q),
): Float64Array {
  assertShapes('solveLower', L, n, B, q, out);
  return solveRows(L, n, B, q, out);
}

/** X with Lᵀ X = B; arguments as in `solveLowerMany`. */
export function solveUpperMany(
  L: Float64Array,
  n: number,
  B: Float64Array,
  q: number,
  out: Float64Array = new Float64Array(n * q),
): Float64Array {
  assertShapes('solveUpper', L, n, B, q, out);
  if (q === 1) return solveUpperRows(L, n, B, 1, out);
  const rows = transpose(B, n, q, new Float64Array(n * q));
  return transpose(solveUpperRows(L, n, rows, q, rows), q, n, out);
}

/** As `solveUpperMany`, with right-hand sides and solutions as rows, shape (q, n). */
export function solveUpperRows(
  L: Float64Array,
  n: number,
  B: Float64Array,
  q: number,
  out: Float64Array = new Float64Array(n * q),
): Float64Array {
  assertShapes('solveUpper', L, n, B, q, out);
  if (out !== B) out.set(B);
  const whole = n - (n % BLOCK);
  const wholeRows = q - (q % BLOCK);
  for (let i = n - 1; i >= whole; i--) {
    for (let r = 0; r < q; r++) eliminate(L, n, out, r, i, 0);
  }
  for (let i = whole - BLOCK; i >= 0; i -= BLOCK) {
    for (let r = 0; r < q; r++) {
      const end = r < wholeRows ? i : 0;
      for (let k = i + BLOCK - 1; k >= i; k--) eliminate(L, n, out, r, k, end);
    }
    for (let r = 0; r < wholeRows; r += BLOCK) subtractBlock(L, n, out, r, i);
  }
  return out;
}

/** x with (L Lᵀ) x = b, shape (n). */
export function choleskySolve(factor: Cholesky, b: Float64Array, out?: Float64Array): Float64Array {
  const y = solveLower(factor.L, factor.n, b, out);
  return solveUpper(factor.L, factor.n, y, y);
}

function assertShapes(
  where: string,
  L: Float64Array,
  n: number,
  B: Float64Array,
  q: number,
  out: Float64Array,
): void {
  if (L.length !== n * n) {
    throw new ShapeError(`${where}: L must hold n·n = ${n * n} numbers (n = ${n}), got ${L.length}`);
  }
  if (B.length !== n * q) {
    throw new ShapeError(
      `${where}: the right-hand side must hold n·q = ${n * q} numbers (n = ${n}, q = ${q}), got ${B.length}`,
    );
  }
  if (out.length !== n * q) {
    throw new ShapeError(
      `${where}: out must hold n·q = ${n * q} numbers (n = ${n}, q = ${q}), got ${out.length}`,
    );
  }
}

function transpose(a: Float64Array, rows: number, columns: number, out: Float64Array): Float64Array {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j]!;
  }
  return out;
}

/** L x = b for each row b of B (q, n): four rows against four rows of L at once. */
function solveRows(L: Float64Array, n: number, B: Float64Array, q: number, out: Float64Array): Float64Array {
  const block = new Float64Array(BLOCK * BLOCK);
  const wholeRows = q - (q % BLOCK);
  const wholeColumns = n - (n % BLOCK);
  for (let i = 0; i < wholeColumns; i += BLOCK) {
    for (let r = 0; r < wholeRows; r += BLOCK) {
      blockDots(out, r, L, i, n, 0, i, block);
      for (let c = 0; c < BLOCK; c++) finishRow(L, n, B, out, r + c, i, block, c * BLOCK);
    }
  }
  for (let r = 0; r < q; r++) {
    for (let i = r < wholeRows ? wholeColumns : 0; i < n; i++) {
      const s = dotRange(out, r * n, L, i * n, 0, i);
      out[r * n + i] = (B[r * n + i] - s) / L[i * n + i];
    }
  }
  return out;
}

/** Entries i0..i0+3 of one solution from the dots over the entries before them. */
function finishRow(
  L: Float64Array,
  n: number,
  B: Float64Array,
  out: Float64Array,
  row: number,
  i0: number,
  block: Float64Array,
  at: number,
): void {
  for (let i = i0; i < i0 + BLOCK; i++) {
    let s = block[at + i - i0];
    for (let k = i0; k < i; k++) s += out[row * n + k] * L[i * n + k];
    out[row * n + i] = (B[row * n + i] - s) / L[i * n + i];
  }
}

/** Entry i of solution `row`, and its share taken from the entries `end` to i - 1. */
function eliminate(L: Float64Array, n: number, X: Float64Array, row: number, i: number, end: number): void {
  const x = row * n;
  const xi = X[x + i] / L[i * n + i];
  X[x + i] = xi;
  for (let k = end; k < i; k++) X[x + k] = X[x + k] - L[i * n + k] * xi;
}

/** Takes the share of entries i..i+3 from all entries before them, in four solutions at once; last entry first. */
function subtractBlock(L: Float64Array, n: number, X: Float64Array, row: number, i: number): void {
  const l0 = i * n;
  const l1 = l0 + n;
  const l2 = l1 + n;
  const l3 = l2 + n;
  for (let pair = 0; pair < BLOCK; pair += 2) {
    const a = (row + pair) * n;
    const b = a + n;
    const a0 = X[a + i];
    const a1 = X[a + i + 1];
    const a2 = X[a + i + 2];
    const a3 = X[a + i + 3];
    const b0 = X[b + i];
    const b1 = X[b + i + 1];
    const b2 = X[b + i + 2];
    const b3 = X[b + i + 3];
    for (let k = 0; k < i; k++) {
      const y0 = L[l0 + k];
      const y1 = L[l1 + k];
      const y2 = L[l2 + k];
      const y3 = L[l3 + k];
      X[a + k] = X[a + k] - y3 * a3 - y2 * a2 - y1 * a1 - y0 * a0;
      X[b + k] = X[b + k] - y3 * b3 - y2 * b2 - y1 * b1 - y0 * b0;
    }
  }
}
