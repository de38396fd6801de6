/** What a posterior is computed from, and the check of the points it is asked for. */
import { ShapeError } from '../errors.js';
import type { Hyperparameters } from './hyperparameters.js';
import type { Profile } from './kernels/profile.js';
import type { Solver } from './solver.js';

/** A GP after training. */
export interface Conditioned {
  readonly profile: Profile;
  /** Scaled training inputs, shape (n, d). */
  readonly z: Float64Array;
  readonly n: number;
  readonly hyperparameters: Hyperparameters;
  readonly solver: Solver;
  /** Σ⁻¹(y − β), shape (n). */
  readonly alpha: Float64Array;
  readonly beta: number;
}

/** @throws ShapeError if x does not hold q·d numbers. */
export function assertPoints(where: string, x: Float64Array, q: number, d: number): void {
  if (x.length === q * d) return;
  throw new ShapeError(`${where}: x must hold q·d = ${q * d} numbers (q = ${q}, d = ${d}), got ${x.length}`);
}
