/**
 * The ascent of APGD on one image: steps with momentum, halved where the loss stops rising (`apgd.ts` says by which rule).
 *
 * Notation: x the clean image, x_t the iterate, η the step, a the share of the gradient step, w_j the checkpoints.
 */
import type { Ball } from '../geometry/ball.js';
import type { AddStep } from '../geometry/steepest-step.js';
import type { ApgdSettings } from './apgd-settings.js';

/** η in the first iterations, in bounds. */
const FIRST_STEP = 2;

/** a from the second iteration on; 1 in the first. */
const GRADIENT_SHARE = 0.75;

/** What differs between norms. */
export interface ApgdGeometry {
  readonly addStep: AddStep;
  /** Writes Π(x + δ) to `out`, both (d), so that ball and box hold for what is stored. */
  moveWithin(out: Float32Array, x: Float32Array, delta: Float64Array, bound: number): void;
  /** A random δ of norm `bound` (d); the same key gives the same δ. */
  randomStart(d: number, bound: number, key: readonly (string | number)[]): Float64Array;
}

/** APGD in one norm. */
export interface ApgdMethod {
  /** Name of the attack; begins its random keys. */
  readonly name: string;
  readonly settings: ApgdSettings;
  readonly ball: Ball;
  readonly geometry: ApgdGeometry;
}

/** Where the run of every image of a batch is. Plain data. */
export interface Ascent {
  /** (B, d): x_t and x_{t−1}. */
  readonly current: Float32Array;
  readonly previous: Float32Array;
  /** (B, d): the point of highest loss, and the gradient there. */
  readonly highestPoint: Float32Array;
  readonly highestGradient: Float32Array;
  /** (B): the loss there, the loss at x_t, the highest loss at the last checkpoint. −∞ before any. */
  readonly highest: Float64Array;
  readonly latest: Float64Array;
  readonly highestBefore: Float64Array;
  /** (B): η, steps since the last checkpoint that raised the loss, and whether η was halved there. */
  readonly stepSize: Float64Array;
  readonly rises: Int32Array;
  readonly halved: Uint8Array;
}

/** The ascent before its first judgement. @param start - x_0 of every image (B, d), kept and changed. */
export function beginAscent(start: Float32Array, images: number, { bound }: Ball): Ascent {
  const losses = () => new Float64Array(images).fill(-Infinity);
  return {
    current: start,
    previous: start.slice(),
    highestPoint: start.slice(),
    highestGradient: new Float32Array(start.length),
    highest: losses(),
    latest: losses(),
    highestBefore: losses(),
    stepSize: new Float64Array(images).fill(FIRST_STEP * bound),
    rises: new Int32Array(images),
    halved: new Uint8Array(images),
  };
}

/** The judgement of x_t of one image. */
export interface Judged {
  /** t. */
  readonly iteration: number;
  /** w_1, w_2, …: after which iterations APGD looks back. */
  readonly checkpoints: readonly number[];
  /** Place of the image in its batch. */
  readonly row: number;
  /** The clean image x (d). */
  readonly x: Float32Array;
  /** NaN if a logit was not finite. */
  readonly loss: number;
  /** (d) */
  readonly gradient: Float32Array;
}

/** Takes in what was said of x_t, looks back where it is time to, and moves to x_{t+1}. */
export function climb({ settings, ball, geometry }: ApgdMethod, ascent: Ascent, judged: Judged): void {
  const { row, x, iteration } = judged;
  const [from, to] = [row * x.length, (row + 1) * x.length];
  takeIn(ascent, judged);
  const current = ascent.current.subarray(from, to);
  const goesBack = lookBack(settings.rho, ascent, judged);
  if (goesBack) {
    current.set(ascent.highestPoint.subarray(from, to));
    ascent.latest[row] = ascent.highest[row];
  }
  const ownGradient = Number.isNaN(judged.loss) ? undefined : judged.gradient;
  const gradient = goesBack ? ascent.highestGradient.subarray(from, to) : ownGradient;
  const share = iteration === 0 ? 1 : GRADIENT_SHARE;
  const previous = ascent.previous.subarray(from, to);
  advance(geometry, { current, previous, x, bound: ball.bound, step: ascent.stepSize[row], share }, gradient);
}

function takeIn(ascent: Ascent, { row, x, loss, gradient, iteration }: Judged): void {
  if (loss > ascent.highest[row]) {
    const from = row * x.length;
    ascent.highest[row] = loss;
    ascent.highestPoint.set(ascent.current.subarray(from, from + x.length), from);
    ascent.highestGradient.set(gradient, from);
  }
  if (iteration === 0) ascent.highestBefore[row] = ascent.highest[row];
  else if (loss > ascent.latest[row]) ascent.rises[row] += 1;
  if (!Number.isNaN(loss)) ascent.latest[row] = loss;
}

/** At a checkpoint: halves η where conditions (1) or (2) hold. True if the image is to go back to its best point. */
function lookBack(rho: number, ascent: Ascent, { row, iteration, checkpoints }: Judged): boolean {
  const j = checkpoints.indexOf(iteration);
  if (j < 0) return false;
  const window = checkpoints[j] - (checkpoints[j - 1] ?? 0);
  const risesTooRarely = ascent.rises[row] < rho * window;
  const isStuck = ascent.halved[row] === 0 && !(ascent.highest[row] > ascent.highestBefore[row]);
  const isHalved = risesTooRarely || isStuck;
  ascent.rises[row] = 0;
  ascent.halved[row] = isHalved ? 1 : 0;
  ascent.highestBefore[row] = ascent.highest[row];
  if (isHalved) ascent.stepSize[row] /= 2;
  return isHalved && ascent.highest[row] > -Infinity;
}

/** One image (d), and how far it is to go. */
interface Move {
  readonly current: Float32Array;
  readonly previous: Float32Array;
  readonly x: Float32Array;
  readonly bound: number;
  readonly step: number;
  readonly share: number;
}

/** x_{t−1} ← x_t ← x_{t+1}; where there is no direction to go, the image stays where it is. */
function advance(geometry: ApgdGeometry, move: Move, gradient: Float32Array | undefined): void {
  const { current, previous, x, bound, step, share } = move;
  const delta = new Float64Array(x.length);
  for (let j = 0; j < x.length; j += 1) delta[j] = current[j] - x[j];
  const isMoved = gradient !== undefined && geometry.addStep(delta, gradient, 0, step);
  if (isMoved) {
    const u = new Float32Array(x.length);
    geometry.moveWithin(u, x, delta, bound);
    for (let j = 0; j < x.length; j += 1) {
      const value = current[j];
      delta[j] = value + share * (u[j] - value) + (1 - share) * (value - previous[j]) - x[j];
    }
  }
  previous.set(current);
  if (isMoved) geometry.moveWithin(current, x, delta, bound);
}
