/**
 * How far a gradient is from differences of the logits.
 *
 * Notation: f(x) = ⟨c, logits(x)⟩ for a fixed c, g the gradient that is checked, v a random vector of signs. ⟨g, v⟩ is
 * held to the central difference (f(x + hv) − f(x − hv)) / 2h. For an error e of g, ⟨e, v⟩ has mean square ‖e‖², so that
 * a few directions tell the relative error of the whole gradient, ‖e‖/‖g‖, at a few dozen passes. A right gradient agrees
 * at some step h: longer ones cross bends of ReLU and max, shorter ones drown in the rounding of float32.
 */
import { randomStream } from '../../math/random.js';
import type { DifferentiableModel } from '../attacks/contract/attack-batch.js';
import { cotangentFor } from './cotangent.js';

/** Images that are enough. */
export const GRADIENT_IMAGES = 2;

/** Directions v. */
export const GRADIENT_DIRECTIONS = 10;

/** h, of every pixel. */
const STEPS = [2 ** -10, 2 ** -12, 2 ** -13, 2 ** -14, 2 ** -15] as const;

/**
 * Largest relative error that passes. The bundled classifiers and their defences measure 0.002 to 0.01 in float32; a wrong
 * rule of one layer is far above.
 */
export const GRADIENT_TOLERANCE = 0.03;

/** Images of a check, (B, H, W, C) flat. */
interface Images {
  readonly ids: readonly string[];
  readonly pixels: Float32Array;
}

/** What is checked. */
type Differentiable = Pick<DifferentiableModel, 'classes' | 'logits' | 'vjp'>;

export interface GradientAgreement {
  /** ‖e‖/‖g‖ at the best step. */
  readonly relativeError: number;
  readonly step: number;
}

/** Images well within [0, 1], and no two pixels alike: among equal values a max has no gradient. */
export function insideImages({ ids, pixels }: Images): Images {
  const stream = randomStream('checks', 'gradient', 'pixels');
  return { ids, pixels: pixels.map((value) => 0.1 + 0.7 * value + 0.1 * stream.uniform()) };
}

/**
 * Compares the gradient of a fixed sum of the logits with differences, all under one draw.
 * @returns undefined where the logits do not change with the image.
 */
export async function gradientAgreement(
  model: Differentiable,
  { ids, pixels }: Images,
): Promise<GradientAgreement | undefined> {
  const cotangent = cotangentFor(ids.length, model.classes);
  const { gradient } = await model.vjp(pixels, { key: 'check', index: 0, imageIds: ids }, cotangent);
  const slopes: number[] = [];
  const differences: number[][] = [];
  for (let d = 0; d < GRADIENT_DIRECTIONS; d += 1) {
    const v = signs(pixels.length, d);
    slopes.push(dot(gradient, v));
    differences.push(await differencesAlong(model, { ids, pixels }, v, cotangent));
  }
  if (differences.flat().every((value) => value === 0)) return undefined;
  const errors = STEPS.map((_, s) =>
    relative(
      slopes,
      differences.map((of) => of[s]),
    ),
  );
  const relativeError = Math.min(...errors);
  return { relativeError, step: STEPS[errors.indexOf(relativeError)] };
}

/** Differences of f along v for every step, all in one batch: the same ids, and so the same noise. */
async function differencesAlong(
  model: Differentiable,
  { ids, pixels }: Images,
  v: Int8Array,
  cotangent: Float32Array,
): Promise<number[]> {
  const ways = STEPS.flatMap((step) => [step, -step]);
  const moved = new Float32Array(ways.length * pixels.length);
  for (const [w, way] of ways.entries()) {
    for (const [i, value] of pixels.entries()) moved[w * pixels.length + i] = value + way * v[i];
  }
  const imageIds = ways.flatMap(() => ids);
  const logits = await model.logits(moved, { key: 'check', index: 0, imageIds });
  const f = (w: number) => dot(logits.subarray(w * cotangent.length, (w + 1) * cotangent.length), cotangent);
  return STEPS.map((step, s) => (f(2 * s) - f(2 * s + 1)) / (2 * step));
}

/** ‖a − b‖ / ‖b‖. */
function relative(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...b.map((value, i) => a[i] - value)) / Math.hypot(...b);
}

function signs(length: number, direction: number): Int8Array {
  const stream = randomStream('checks', 'gradient', direction);
  return Int8Array.from({ length }, () => (stream.uniform() < 0.5 ? -1 : 1));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < b.length; i += 1) sum += a[i] * b[i];
  return sum;
}
