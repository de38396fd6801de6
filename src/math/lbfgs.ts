/**
 * Projected L-BFGS as a solver value: init, step, terminate. It asks for evaluations and never calls the function.
 *
 * Notation: x point, f value, g gradient, p search direction, t step length, s = x⁺ - x, y = g⁺ - g; P clips to the
 * bounds, so that a bound is reached exactly. Free variables are those not held at a bound by an outward -g.
 * Sources: Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.4 (two loops); Bertsekas 1982, "Projected
 * Newton methods for optimization problems with simple constraints" (step along the projection arc, Armijo rule on
 * the displacement made).
 */
import type { StopKind } from './stop-reason.js';

/** Share of the predicted decrease that a step must bring (Armijo). */
const SUFFICIENT_DECREASE = 1e-4;
/** Steps tried along one direction. */
const LINE_SEARCH_TRIES = 25;
/** A step is cut to between these shares of itself. */
const SHRINK_LEAST = 0.1;
const SHRINK_MOST = 0.5;
/** Pairs with less curvature than this, relative to y·y, would make the inverse Hessian indefinite. */
const CURVATURE_FLOOR = Number.EPSILON;

/** What does not change in a run. */
export interface LbfgsSettings {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly gradientTolerance: number;
  readonly functionTolerance: number;
  readonly memory: number;
}

/** One run: the accepted point, the history, and the trial point whose evaluation it waits for. */
export interface LbfgsState {
  readonly settings: LbfgsSettings;
  /** Accepted point, its value and gradient. */
  readonly x: Float64Array;
  readonly g: Float64Array;
  f: number;
  iterations: number;
  /** The point to evaluate next; a view given by the driver. */
  readonly trial: Float64Array;
  /** Newest pairs s and y, as a ring of `memory` rows; `pairs` of them are filled, the newest is at `newest`. */
  readonly S: Float64Array;
  readonly Y: Float64Array;
  pairs: number;
  newest: number;
  readonly p: Float64Array;
  readonly free: Int32Array;
  freeCount: number;
  t: number;
  tries: number;
  /** Decrease that the first step of this line search promised. */
  promised: number;
  /** Length of the next steepest-descent step. */
  reach: number;
  started: boolean;
  /** Two-loop coefficients. */
  readonly a: Float64Array;
}

/** A run that waits for the evaluation of `trial`, which holds the start. */
export function initLbfgs(trial: Float64Array, settings: LbfgsSettings): LbfgsState {
  const d = trial.length;
  return {
    settings,
    x: Float64Array.from(trial),
    g: new Float64Array(d),
    f: Number.NaN,
    iterations: 0,
    trial,
    S: new Float64Array(settings.memory * d),
    Y: new Float64Array(settings.memory * d),
    pairs: 0,
    newest: -1,
    p: new Float64Array(d),
    free: new Int32Array(d),
    freeCount: 0,
    t: 0,
    tries: 0,
    promised: 0,
    reach: 1,
    started: false,
    a: new Float64Array(settings.memory),
  };
}

/**
 * Takes the evaluation of `state.trial` and sets the next trial point.
 * @returns why the run ends, or undefined where it waits for another evaluation.
 */
export function stepLbfgs(state: LbfgsState, f: number, g: Float64Array): StopKind | undefined {
  if (!state.started) return start(state, f, g);
  if (f === Number.NEGATIVE_INFINITY) {
    accept(state, f, g);
    return 'non-finite';
  }
  const slope = displacementSlope(state);
  const finite = Number.isFinite(f) && allFinite(g);
  if (finite && slope < 0 && f <= state.f + SUFFICIENT_DECREASE * slope) {
    const before = state.f;
    learn(state, g);
    accept(state, f, g);
    state.iterations++;
    return terminate(state, before) ?? newDirection(state);
  }
  return shrink(state, finite ? f : Number.POSITIVE_INFINITY, slope);
}

function start(state: LbfgsState, f: number, g: Float64Array): StopKind | undefined {
  state.started = true;
  accept(state, f, g);
  if (!Number.isFinite(f) || !allFinite(g)) return 'non-finite';
  return terminate(state) ?? newDirection(state);
}

function accept(state: LbfgsState, f: number, g: Float64Array): void {
  state.x.set(state.trial);
  state.g.set(g);
  state.f = f;
}

/** Whether the accepted point is good enough; `before` is the value one step earlier, if there was one. */
function terminate(state: LbfgsState, before?: number): StopKind | undefined {
  const { x, g, f, settings } = state;
  let largest = 0;
  for (let j = 0; j < x.length; j++) {
    largest = Math.max(largest, Math.abs(clip(x[j] - g[j], j, settings) - x[j]));
  }
  if (largest <= settings.gradientTolerance) return 'gradient';
  if (before === undefined) return undefined;
  const scale = Math.max(Math.abs(before), Math.abs(f));
  return before - f <= settings.functionTolerance * scale ? 'function' : undefined;
}

/** Keeps the pair (s, y) of the step just made, where its curvature is positive. */
function learn(state: LbfgsState, g: Float64Array): void {
  const { x, trial, S, Y, settings } = state;
  const d = x.length;
  const slot = (state.newest + 1) % settings.memory;
  let sy = 0;
  let yy = 0;
  let ss = 0;
  for (let j = 0; j < d; j++) {
    const s = trial[j] - x[j];
    const y = g[j] - state.g[j];
    sy += s * y;
    yy += y * y;
    ss += s * s;
  }
  if (!(sy > CURVATURE_FLOOR * yy) || yy === 0) {
    state.reach = 2 * Math.sqrt(ss);
    return;
  }
  for (let j = 0; j < d; j++) {
    S[slot * d + j] = trial[j] - x[j];
    Y[slot * d + j] = g[j] - state.g[j];
  }
  state.newest = slot;
  state.pairs = Math.min(state.pairs + 1, settings.memory);
}

/** Sets p and the first trial point along it. */
function newDirection(state: LbfgsState): StopKind | undefined {
  findFree(state);
  if (state.freeCount === 0) return 'step';
  const quasiNewton = state.pairs > 0 && twoLoops(state) && pointsDown(state);
  if (!quasiNewton) steepest(state);
  state.tries = 0;
  if (!setTrial(state)) return 'step';
  state.promised = -displacementSlope(state);
  return undefined;
}

function findFree(state: LbfgsState): void {
  const { x, g, free, settings } = state;
  let count = 0;
  for (let j = 0; j < x.length; j++) {
    const held = (x[j] === settings.lower[j] && g[j] >= 0) || (x[j] === settings.upper[j] && g[j] <= 0);
    if (!held) free[count++] = j;
  }
  state.freeCount = count;
}

/** p = -H g on the free variables; false where no pair has curvature there. */
function twoLoops(state: LbfgsState): boolean {
  const { p, g, S, Y, a, settings, free, freeCount } = state;
  const d = p.length;
  p.fill(0);
  for (let c = 0; c < freeCount; c++) p[free[c]] = -g[free[c]];
  let gamma = 0;
  for (let k = 0; k < state.pairs; k++) {
    const row = ((state.newest - k + settings.memory) % settings.memory) * d;
    const sy = freeDot(state, S, row, Y, row);
    const yy = freeDot(state, Y, row, Y, row);
    a[k] = 0;
    if (!(sy > CURVATURE_FLOOR * yy) || yy === 0) continue;
    if (gamma === 0) gamma = sy / yy;
    a[k] = freeDot(state, S, row, p, 0) / sy;
    addFree(state, -a[k], Y, row);
  }
  if (gamma === 0) return false;
  for (let c = 0; c < freeCount; c++) p[free[c]] = gamma * p[free[c]];
  for (let k = state.pairs - 1; k >= 0; k--) {
    const row = ((state.newest - k + settings.memory) % settings.memory) * d;
    const sy = freeDot(state, S, row, Y, row);
    if (!(sy > CURVATURE_FLOOR * freeDot(state, Y, row, Y, row))) continue;
    addFree(state, a[k] - freeDot(state, Y, row, p, 0) / sy, S, row);
  }
  state.t = 1;
  return true;
}

/** Zeroes what would leave the box at once; whether the rest still descends. */
function pointsDown(state: LbfgsState): boolean {
  const { x, g, p, settings } = state;
  let slope = 0;
  for (let j = 0; j < x.length; j++) {
    if ((x[j] === settings.lower[j] && p[j] < 0) || (x[j] === settings.upper[j] && p[j] > 0)) p[j] = 0;
    slope += g[j] * p[j];
  }
  return slope < 0 && Number.isFinite(slope);
}

/** p = -g on the free variables, with a first step of length `reach`; forgets the history. */
function steepest(state: LbfgsState): void {
  const { p, g, free, freeCount } = state;
  state.pairs = 0;
  p.fill(0);
  let largest = 0;
  for (let c = 0; c < freeCount; c++) largest = Math.max(largest, Math.abs(g[free[c]]));
  let norm = 0;
  for (let c = 0; c < freeCount; c++) {
    p[free[c]] = -g[free[c]] / largest;
    norm += p[free[c]] ** 2;
  }
  state.t = state.reach / Math.sqrt(norm);
}

/** trial = P(x + t p); false where that is x again. */
function setTrial(state: LbfgsState): boolean {
  const { x, p, t, trial, settings } = state;
  let moved = false;
  for (let j = 0; j < x.length; j++) {
    const next = p[j] === 0 ? x[j] : clip(x[j] + t * p[j], j, settings);
    trial[j] = next;
    if (next !== x[j]) moved = true;
  }
  return moved;
}

/** Cuts the step after a trial that was not good enough. */
function shrink(state: LbfgsState, f: number, slope: number): StopKind | undefined {
  state.tries++;
  const excess = f - state.f - slope;
  const best = excess > 0 && slope < 0 ? -slope / (2 * excess) : SHRINK_MOST;
  state.t *= Math.min(SHRINK_MOST, Math.max(SHRINK_LEAST, best));
  if (state.tries < LINE_SEARCH_TRIES && setTrial(state)) return undefined;
  if (state.promised <= state.settings.functionTolerance * Math.abs(state.f)) return 'function';
  if (state.pairs === 0) return 'line-search';
  state.pairs = 0;
  state.reach = 1;
  return newDirection(state);
}

/** g·(trial - x). */
function displacementSlope(state: LbfgsState): number {
  const { x, g, trial } = state;
  let s = 0;
  for (let j = 0; j < x.length; j++) s += g[j] * (trial[j] - x[j]);
  return s;
}

function clip(value: number, j: number, settings: LbfgsSettings): number {
  return Math.min(settings.upper[j], Math.max(settings.lower[j], value));
}

function freeDot(state: LbfgsState, u: Float64Array, i: number, v: Float64Array, j: number): number {
  const { free, freeCount } = state;
  let s = 0;
  for (let c = 0; c < freeCount; c++) s += u[i + free[c]] * v[j + free[c]];
  return s;
}

/** p += factor·u on the free variables. */
function addFree(state: LbfgsState, factor: number, u: Float64Array, i: number): void {
  const { p, free, freeCount } = state;
  for (let c = 0; c < freeCount; c++) p[free[c]] = p[free[c]] + factor * u[i + free[c]];
}

function allFinite(values: Float64Array): boolean {
  for (const value of values) if (!Number.isFinite(value)) return false;
  return true;
}
