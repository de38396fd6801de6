/**
 * The solver: the only place of the room that factorises. It holds L with L Lᵀ = K + noise (+ jitter) and answers
 * solves; extending it by a point gives the bits of the full factorisation.
 */
import type { Cholesky, InverseMemory } from '../math/index.js';
import {
  appendRow,
  cholesky,
  choleskyInverse,
  choleskySolve,
  inverseMemory,
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

/** Memory of solvers of n points of which only the newest is used: a fit makes one after the other. */
export interface SolverMemory {
  readonly L: Float64Array;
  readonly inverse: InverseMemory;
}

/** New memory for solvers of n points. */
export function solverMemory(n: number): SolverMemory {
  return { L: new Float64Array(n * n), inverse: inverseMemory(n) };
}

/**
 * Factorises a training covariance with its noise on the diagonal, shape (n, n).
 * @param memory - where to compute; the next solver with it ends this one. Default: memory of its own.
 * @throws NotPositiveDefiniteError if the last jitter (1e-4 of the mean diagonal) did not help.
 */
export function createSolver(covariance: Float64Array, n: number, memory?: SolverMemory): Solver {
  return solverOf(cholesky(covariance, n, memory?.L), memory?.inverse);
}

function solverOf(factor: Cholesky, memory?: InverseMemory): Solver {
  const { L, n } = factor;
  return {
    n,
    jitter: factor.jitter,
    relativeJitter: factor.relativeJitter,
    solve: (b) => choleskySolve(factor, b),
    halfSolve: (B, q, out) => (q === 1 ? solveLower(L, n, B, out) : solveLowerMany(L, n, B, q, out)),
    otherHalfSolve: (B, q, out) => solveUpperMany(L, n, B, q, out),
    inverse: () => choleskyInverse(factor, memory),
    logDeterminant: () => logDeterminant(factor),
    append(row) {
      if (factor.jitter > 0) return undefined;
      const longer = appendRow(factor, row);
      return longer === undefined ? undefined : solverOf(longer);
    },
  };
}
