/** The inverse of a factorised matrix, by the block dots of `dots.ts`. */
import type { Cholesky } from './cholesky.js';
import { BLOCK, blockDots, dotRange } from './dots.js';

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
