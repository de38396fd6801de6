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
  if (out !== B) out.set(B);
  for (let i = n - 1; i >= 0; i--) {
    const pivot = L[i * n + i];
    for (let c = 0; c < q; c++) out[i * q + c] = out[i * q + c] / pivot;
    if (q === 1) subtractRow(L, i * n, i, out[i], out);
    else subtractOuter(L, i * n, i, out, q);
  }
  return out;
}

/** x with (L Lᵀ) x = b, shape (n). */
export function choleskySolve(factor: Cholesky, b: Float64Array, out?: Float64Array): Float64Array {
  const y = solveLower(factor.L, factor.n, b, out);
  return solveUpper(factor.L, factor.n, y, y);
}

/** (L Lᵀ)⁻¹, both triangles filled, shape (n, n). */
export function choleskyInverse(factor: Cholesky): Float64Array {
  const { L, n } = factor;
  const U = inverseTransposed(L, n);
  const inverse = new Float64Array(n * n);
  const block = new Float64Array(BLOCK * BLOCK);
  const whole = n - (n % BLOCK);
  for (let i = 0; i < whole; i += BLOCK) {
    for (let j = 0; j <= i; j += BLOCK) {
      blockDots(U, i, U, j, n, i, n, block);
      for (let r = 0; r < BLOCK; r++) {
        for (let c = 0; c < BLOCK; c++) inverse[(i + r) * n + j + c] = block[r * BLOCK + c]!;
      }
    }
  }
  for (let i = whole; i < n; i++) {
    for (let j = 0; j <= i; j++) inverse[i * n + j] = dotRange(U, i * n, U, j * n, i, n);
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) inverse[j * n + i] = inverse[i * n + j]!;
  return inverse;
}

/** L⁻ᵀ, upper triangular: row j is the solution of L x = e_j. */
function inverseTransposed(L: Float64Array, n: number): Float64Array {
  const U = new Float64Array(n * n);
  const block = new Float64Array(BLOCK * BLOCK);
  const whole = n - (n % BLOCK);
  for (let j0 = 0; j0 < whole; j0 += BLOCK) {
    let i0 = j0;
    for (; i0 + BLOCK <= n; i0 += BLOCK) {
      blockDots(U, j0, L, i0, n, j0, i0, block);
      finishInverseBlock(L, U, n, i0, j0, block);
    }
    for (let j = j0; j < j0 + BLOCK; j++) finishInverseRow(L, U, n, j, i0);
  }
  for (let j = whole; j < n; j++) finishInverseRow(L, U, n, j, j);
  return U;
}

function finishInverseBlock(
  L: Float64Array,
  U: Float64Array,
  n: number,
  i0: number,
  j0: number,
  block: Float64Array,
): void {
  for (let r = 0; r < BLOCK; r++) {
    const j = j0 + r;
    for (let i = Math.max(i0, j); i < i0 + BLOCK; i++) {
      let s = block[r * BLOCK + i - i0];
      for (let k = i0; k < i; k++) s += U[j * n + k] * L[i * n + k];
      U[j * n + i] = ((i === j ? 1 : 0) - s) / L[i * n + i];
    }
  }
}

function finishInverseRow(L: Float64Array, U: Float64Array, n: number, j: number, from: number): void {
  for (let i = from; i < n; i++) {
    const s = dotRange(U, j * n, L, i * n, j, i);
    U[j * n + i] = ((i === j ? 1 : 0) - s) / L[i * n + i];
  }
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

/** x[k] -= L[row + k]·xi for k < i. */
function subtractRow(L: Float64Array, row: number, i: number, xi: number, x: Float64Array): void {
  for (let k = 0; k < i; k++) x[k] = x[k] - L[row + k] * xi;
}

/** X[k, c] -= L[row + k]·X[i, c] for k < i. */
function subtractOuter(L: Float64Array, row: number, i: number, X: Float64Array, q: number): void {
  for (let k = 0; k < i; k++) {
    const l = L[row + k];
    for (let c = 0; c < q; c++) X[k * q + c] = X[k * q + c] - l * X[i * q + c];
  }
}
