/** The inverse of a factorised matrix, by the block dots of `dots.ts`. */
import { ShapeError } from '../errors.js';
import type { Cholesky } from './cholesky.js';
import { BLOCK, blockDots, dotRange } from './dots.js';

/** Memory of an inversion, to be used again for matrices of the same n: two arrays of shape (n, n). */
export interface InverseMemory {
  readonly n: number;
  /** L⁻ᵀ; its lower part stays zero. */
  readonly U: Float64Array;
  readonly inverse: Float64Array;
}

/** New memory for matrices of shape (n, n). */
export function inverseMemory(n: number): InverseMemory {
  return { n, U: new Float64Array(n * n), inverse: new Float64Array(n * n) };
}

/**
 * (L Lᵀ)⁻¹, both triangles filled, shape (n, n).
 * @param memory - where to compute and write it; the next use of it writes over the answer. Default: new memory.
 * @throws ShapeError if the memory is for another n.
 */
export function choleskyInverse(factor: Cholesky, memory = inverseMemory(factor.n)): Float64Array {
  const { L, n } = factor;
  if (memory.n !== n) {
    throw new ShapeError(`choleskyInverse: memory must be for n = ${n}, got one for n = ${memory.n}`);
  }
  const { U, inverse } = memory;
  fillInverseTransposed(L, U, n);
  const block = new Float64Array(BLOCK * BLOCK);
  const whole = n - (n % BLOCK);
  for (let i = 0; i < whole; i += BLOCK) {
    for (let j = 0; j <= i; j += BLOCK) {
      blockDots(U, i, U, j, n, i, n, block);
      putBlock(inverse, n, i, j, block);
    }
  }
  for (let i = whole; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      inverse[i * n + j] = inverse[j * n + i] = dotRange(U, i * n, U, j * n, i, n);
    }
  }
  return inverse;
}

/** A block and its mirror image; the lower triangle of a block on the diagonal counts for both. */
function putBlock(inverse: Float64Array, n: number, i: number, j: number, block: Float64Array): void {
  for (let r = 0; r < BLOCK; r++) {
    const columns = i === j ? r + 1 : BLOCK;
    for (let c = 0; c < columns; c++) {
      inverse[(i + r) * n + j + c] = inverse[(j + c) * n + i + r] = block[r * BLOCK + c];
    }
  }
}

/** L⁻ᵀ, upper triangular: row j is the solution of L x = e_j. The lower part of U is zero and stays so. */
function fillInverseTransposed(L: Float64Array, U: Float64Array, n: number): void {
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
