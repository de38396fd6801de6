/**
 * Checks gradients against differences of the logits: of the classifier alone, and of the whole defence.
 *
 * Notation: f(x) = ⟨c, logits(x)⟩ for a fixed c, g the gradient by the tape, v a random vector of signs. ⟨g, v⟩ is held to
 * the central difference (f(x + hv) − f(x − hv)) / 2h. For an error e of g, ⟨e, v⟩ has mean square ‖e‖², so that a few
 * directions tell the relative error of the whole gradient, ‖e‖/‖g‖, at a few dozen passes. A right gradient agrees at
 * some step h: longer ones cross bends of ReLU and max, shorter ones drown in the rounding of float32.
 */
import type { DifferentiableModel } from '../attacks/contract/attack-batch.js';
import { randomStream } from '../../math/random.js';
import { bareClassifier } from '../purification/bare-classifier.js';
import {
  allAlphas,
  type CheckedModel,
  type CheckImages,
  type Finding,
  failed,
  firstImages,
  passed,
  withDefence,
} from './checked-model.js';
import { cotangentFor } from './cotangent.js';
import { small } from './differences.js';

const IMAGES = 2;

const DIRECTIONS = 10;

/** h, of every pixel. */
const STEPS = [2 ** -10, 2 ** -12, 2 ** -13, 2 ** -14, 2 ** -15] as const;

/**
 * Largest relative error that passes. The bundled classifiers and their defences measure 0.002 to 0.01 in float32; a wrong
 * rule of one layer is far above.
 */
const TOLERANCE = 0.03;

/** The classifier alone. */
export async function checkClassifierGradient(model: CheckedModel): Promise<Finding> {
  return compare(bareClassifier(model), insideImages(model));
}

/** Preprocessing, model and classifier, at α = ½ with noise. */
export async function checkDefenceGradient(model: CheckedModel): Promise<Finding> {
  return withDefence(model, allAlphas(model, 0.5), (defence) => compare(defence, insideImages(model)));
}

/** Images well within [0, 1], and no two pixels alike: among equal values a max has no gradient. */
function insideImages(model: CheckedModel): CheckImages {
  const { ids, pixels } = firstImages(model, IMAGES);
  const stream = randomStream('checks', 'gradient', 'pixels');
  return { ids, pixels: pixels.map((value) => 0.1 + 0.7 * value + 0.1 * stream.uniform()) };
}

async function compare(model: Differentiable, { ids, pixels }: CheckImages): Promise<Finding> {
  const cotangent = cotangentFor(ids.length, model.classes);
  const { gradient } = await model.vjp(pixels, { key: 'check', index: 0, imageIds: ids }, cotangent);
  const slopes: number[] = [];
  const differences: number[][] = [];
  for (let d = 0; d < DIRECTIONS; d += 1) {
    const v = signs(pixels.length, d);
    slopes.push(dot(gradient, v));
    differences.push(await differencesAlong(model, { ids, pixels }, v, cotangent));
  }
  if (differences.flat().every((value) => value === 0)) {
    return failed('the logits do not change with the image', 'the model must look at its images');
  }
  const errors = STEPS.map((_, s) =>
    relative(
      slopes,
      differences.map((of) => of[s]),
    ),
  );
  const relativeError = Math.min(...errors);
  const step = STEPS[errors.indexOf(relativeError)];
  const detail = `relative error ${small(relativeError)} against differences along ${DIRECTIONS} directions, step ${small(step)}`;
  if (relativeError <= TOLERANCE) return passed(detail, { relativeError, step });
  return failed(
    `${detail}; expected at most ${TOLERANCE}`,
    "build layers from the library's (createConvLayer, createDenseLayer …): some gradients of TensorFlow.js are wrong",
    { relativeError, step },
  );
}

type Differentiable = Pick<DifferentiableModel, 'classes' | 'logits' | 'vjp'>;

/** Differences of f along v for every step, all in one batch: the same ids, and so the same noise. */
async function differencesAlong(
  model: Differentiable,
  { ids, pixels }: CheckImages,
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
