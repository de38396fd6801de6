/**
 * The solver: the only place of the room that factorises. It holds L with L Lᵀ = K + noise (+ jitter) and answers
 * solves; extending it by a point gives the bits of the full factorisation.
 */
import type { Cholesky } from '../math/index.js';
import {
  appendRow,
  cholesky,
  choleskyInverse,
  choleskySolve,
  logDeterminant,
  solveLower,
  solveLowerMany,
  solveUpperMany,
} from '../math/index.js';

/** Solves with one training covariance of n points. */
export interface Solver {
  readonly n: number;
  /** Absolute amount added to the diagonal to make it positive definite; 0 mostly. */
  readonly jitter: number;
  /** The same as a share of the mean diagonal. */
  readonly relativeJitter: number;
  /** Σ⁻¹ b, shape (n). */
  solve(b: Float64Array): Float64Array;
  /** L⁻¹ B for columns B (n, q); `out` may be B. */
  halfSolve(B: Float64Array, q: number, out: Float64Array): Float64Array;
  /** L⁻ᵀ B for columns B (n, q); `out` may be B. */
  otherHalfSolve(B: Float64Array, q: number, out: Float64Array): Float64Array;
  /** Σ⁻¹, shape (n, n). */
  inverse(): Float64Array;
  logDeterminant(): number;
  /**
   * With one more point: its covariances with the n others, then its own variance with noise, length n + 1.
   * undefined where only a full factorisation may answer: a pivot that is not positive, or a jitter in use (the full
   * one would choose its own).
   */
  append(row: Float64Array): Solver | undefined;
}

/**
 * Factorises a training covariance with its noise on the diagonal, shape (n, n).
 * @throws NotPositiveDefiniteError if the last jitter (1e-4 of the mean diagonal) did not help.
 */
export function createSolver(covariance: Float64Array, n: number): Solver {
  return solverOf(cholesky(covariance, n));
}

function solverOf(factor: Cholesky): Solver {
  const { L, n } = factor;
  return {
    n,
    jitter: factor.jitter,
    relativeJitter: factor.relativeJitter,
    solve: (b) => choleskySolve(factor, b),
    halfSolve: (B, q, out) => (q === 1 ? solveLower(L, n, B, out) : solveLowerMany(L, n, B, q, out)),
    otherHalfSolve: (B, q, out) => solveUpperMany(L, n, B, q, out),
    inverse: () => choleskyInverse(factor),
    logDeterminant: () => logDeterminant(factor),
    append(row) {
      if (factor.jitter > 0) return undefined;
      const longer = appendRow(factor, row);
      return longer === undefined ? undefined : solverOf(longer);
    },
  };
}
