/**
 * Bounded minimisation: one driver that owns limits, the non-finite check and the reasons to stop, for one start or
 * for many in lock-step.
 *
 * The method is local (projected L-BFGS, `lbfgs.ts`): it finds a stationary point of a smooth function in a box, and
 * a variable whose best value is a bound ends exactly there. Notation: q starts, d variables.
 */
import { BoSearchError, ShapeError } from '../errors.js';
import type { LbfgsSettings, LbfgsState } from './lbfgs.js';
import type { StopKind, StopReason } from './stop-reason.js';
import { initLbfgs, stepLbfgs } from './lbfgs.js';
import { stopReason } from './stop-reason.js';

/** Defaults of `MinimizeOptions`. */
export const MINIMIZE_DEFAULTS = {
  maxIterations: 200,
  maxEvaluations: 1000,
  gradientTolerance: 1e-5,
  functionTolerance: 1e-10,
  memory: 10,
} as const;

export interface MinimizeOptions {
  /** Least value of each variable, length d; -Infinity for none. */
  readonly lower: Float64Array;
  /** Greatest value of each variable, length d; Infinity for none. */
  readonly upper: Float64Array;
  /** Accepted steps of a start, at least 0. Default 200. */
  readonly maxIterations?: number;
  /** Evaluations of a start, at least 1. Default 1000. */
  readonly maxEvaluations?: number;
  /** Stop where |P(x - g) - x| is at most this in every variable. Default 1e-5. */
  readonly gradientTolerance?: number;
  /** Stop where a step lowers the value by at most this share of it. Default 1e-10. */
  readonly functionTolerance?: number;
  /** Pairs kept for the inverse Hessian, at least 1. Default 10. */
  readonly memory?: number;
}

/** Where a start ended. */
export interface MinimizeResult {
  /** The best point, shape (d), inside the bounds. */
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly iterations: number;
  readonly evaluations: number;
  readonly stop: StopReason;
}

/** Writes the gradient at x (both of length d, not to be kept) and returns the value. */
export type ValueAndGradient = (x: Float64Array, gradient: Float64Array) => number;

/**
 * Evaluates the rows named in `active`: reads x (q, d), writes `gradient` (q, d) and `value` (q) of those rows. The
 * arrays are not to be kept.
 */
export type BatchValueAndGradient = (
  x: Float64Array,
  active: Int32Array,
  gradient: Float64Array,
  value: Float64Array,
) => void;

/**
 * A local minimum of f in the box, from x0.
 * A non-finite value or gradient on the way makes the step shorter; at x0 it ends the run with `non-finite`.
 * @param x0 - start, length d, within the bounds.
 * @throws ShapeError if x0, lower and upper differ in length; BoSearchError E_ARGUMENT if x0 is outside the bounds or
 *   a limit is out of its range.
 */
export function minimizeBounded(
  f: ValueAndGradient,
  x0: Float64Array,
  options: MinimizeOptions,
): MinimizeResult {
  const evaluate: BatchValueAndGradient = (x, _active, gradient, value) => {
    value[0] = f(x, gradient);
  };
  return minimizeBoundedBatch(evaluate, x0, 1, options)[0];
}

/**
 * Local minima from q starts in lock-step: one call of f evaluates all starts that still run. Each start goes the way
 * it would go alone.
 * @param x0 - starts, shape (q, d).
 * @returns one result a start, in their order.
 * @throws as `minimizeBounded`.
 */
export function minimizeBoundedBatch(
  f: BatchValueAndGradient,
  x0: Float64Array,
  q: number,
  options: MinimizeOptions,
): MinimizeResult[] {
  const d = options.lower.length;
  const { settings, limits } = checked(x0, q, d, options);
  const x = Float64Array.from(x0);
  const gradient = new Float64Array(q * d);
  const value = new Float64Array(q);
  const rows = Array.from({ length: q }, (_, r) => r);
  const states = rows.map((r) => initLbfgs(x.subarray(r * d, (r + 1) * d), settings));
  const gradients = rows.map((r) => gradient.subarray(r * d, (r + 1) * d));
  const results = new Array<MinimizeResult>(q);
  const active = Int32Array.from(rows);
  let running = q;
  for (let evaluations = 1; running > 0; evaluations++) {
    f(x, active.subarray(0, running), gradient, value);
    let kept = 0;
    for (let k = 0; k < running; k++) {
      const r = active[k];
      const state = states[r];
      const kind = stepLbfgs(state, value[r], gradients[r]) ?? limitReached(state, evaluations, limits);
      if (kind === undefined) active[kept++] = r;
      else results[r] = result(state, evaluations, kind);
    }
    running = kept;
  }
  return results;
}

interface Limits {
  readonly maxIterations: number;
  readonly maxEvaluations: number;
}

function limitReached(state: LbfgsState, evaluations: number, limits: Limits): StopKind | undefined {
  if (state.iterations >= limits.maxIterations) return 'iterations';
  return evaluations >= limits.maxEvaluations ? 'evaluations' : undefined;
}

function result(state: LbfgsState, evaluations: number, kind: StopKind): MinimizeResult {
  const { x, f: value, g: gradient, iterations } = state;
  return { x, value, gradient, iterations, evaluations, stop: stopReason(kind) };
}

function checked(
  x0: Float64Array,
  q: number,
  d: number,
  options: MinimizeOptions,
): { settings: LbfgsSettings; limits: Limits } {
  const { lower, upper } = options;
  if (upper.length !== d || x0.length !== q * d) {
    throw new ShapeError(
      `minimize: lower, upper and each start must have the same length, got ` +
        `${d}, ${upper.length} and ${x0.length} / ${q}`,
    );
  }
  for (let i = 0; i < x0.length; i++) assertInside(x0[i], i % d, lower[i % d], upper[i % d]);
  const { maxIterations, maxEvaluations, gradientTolerance, functionTolerance, memory } = {
    ...MINIMIZE_DEFAULTS,
    ...options,
  };
  assertAtLeast('maxIterations', maxIterations, 0);
  assertAtLeast('maxEvaluations', maxEvaluations, 1);
  assertAtLeast('gradientTolerance', gradientTolerance, 0);
  assertAtLeast('functionTolerance', functionTolerance, 0);
  assertAtLeast('memory', memory, 1);
  return {
    settings: { lower, upper, gradientTolerance, functionTolerance, memory },
    limits: { maxIterations, maxEvaluations },
  };
}

function assertInside(value: number, j: number, lower: number, upper: number): void {
  if (Number.isFinite(value) && value >= lower && value <= upper) return;
  throw new BoSearchError(
    'E_ARGUMENT',
    `minimize: x0[${j}] must be finite and within [${lower}, ${upper}], got ${value}`,
  );
}

function assertAtLeast(name: string, value: number, least: number): void {
  if (value >= least) return;
  throw new BoSearchError('E_ARGUMENT', `minimize: ${name} must be at least ${least}, got ${value}`);
}
