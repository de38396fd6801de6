/**
 * Checks gradients against differences of the logits: of the classifier alone, and of the whole defence.
 *
 * Notation: f(x) = ⟨c, logits(x)⟩ for a fixed c, g the gradient by the tape, v a random vector of signs. ⟨g, v⟩ is held to
 * the fourth-order central difference of f along v. For an error e of g, ⟨e, v⟩ has mean square ‖e‖², so that a few
 * directions tell the relative error of the whole gradient, ‖e‖/‖g‖, at a few dozen passes.
 */
import type { DifferentiableModel } from '../attacks/fixed-budget-attack.js';
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

const DIRECTIONS = 12;

/** Step of every pixel: f rounds at 1e-7 of its size, and networks bend over longer ways. */
const STEP = 2 ** -10;

/** f(x + h), f(x − h), f(x + 2h), f(x − 2h) weigh 8, −8, −1 and 1 over 12h. */
const STENCIL = [
  [1, 8],
  [-1, -8],
  [2, -1],
  [-2, 1],
] as const;

/** Largest relative error that passes: kinks and rounding stay below, a wrong rule of a layer is far above. */
const TOLERANCE = 0.03;

/** The classifier alone. */
export async function checkClassifierGradient(model: CheckedModel): Promise<Finding> {
  return compare(bareClassifier(model), insideImages(model));
}

/** Preprocessing, model and classifier, at α = ½ with noise. */
export async function checkDefenceGradient(model: CheckedModel): Promise<Finding> {
  return withDefence(model, allAlphas(model, 0.5), (defence) => compare(defence, insideImages(model)));
}

/** Images shrunk away from 0 and 1, so that no step leaves [0, 1]. */
function insideImages(model: CheckedModel): CheckImages {
  const { ids, pixels } = firstImages(model, IMAGES);
  return { ids, pixels: pixels.map((value) => 0.1 + 0.8 * value) };
}

async function compare(model: Differentiable, { ids, pixels }: CheckImages): Promise<Finding> {
  const draw = { key: 'check', index: 0, imageIds: ids };
  const cotangent = cotangentFor(ids.length, model.classes);
  const { gradient } = await model.vjp(pixels, draw, cotangent);
  let [off, norm] = [0, 0];
  for (let d = 0; d < DIRECTIONS; d += 1) {
    const v = signs(pixels.length, d);
    const numeric = await slopeAlong(model, { ids, pixels }, v, cotangent);
    off += (numeric - dot(gradient, v)) ** 2;
    norm += numeric ** 2;
  }
  if (norm === 0)
    return failed('the logits do not change with the image', 'the model must look at its images');
  const relativeError = Math.sqrt(off / norm);
  const detail = `relative error ${small(relativeError)} against differences along ${DIRECTIONS} directions`;
  if (relativeError <= TOLERANCE) return passed(detail, { relativeError });
  return failed(
    `${detail}; expected at most ${TOLERANCE}`,
    "build layers from the library's (createConvLayer, createDenseLayer …): some gradients of TensorFlow.js are wrong",
    { relativeError },
  );
}

type Differentiable = Pick<DifferentiableModel, 'classes' | 'logits' | 'vjp'>;

/** df/dt of f(x + t·v) at 0: all steps in one batch, each image with its own id and so the same noise. */
async function slopeAlong(
  model: Differentiable,
  { ids, pixels }: CheckImages,
  v: Int8Array,
  cotangent: Float32Array,
): Promise<number> {
  const moved = new Float32Array(STENCIL.length * pixels.length);
  for (const [s, [steps]] of STENCIL.entries()) {
    for (const [i, value] of pixels.entries()) moved[s * pixels.length + i] = value + steps * STEP * v[i];
  }
  const imageIds = STENCIL.flatMap(() => ids);
  const logits = await model.logits(moved, { key: 'check', index: 0, imageIds });
  return STENCIL.reduce((sum, [, weight], s) => {
    const own = logits.subarray(s * cotangent.length, (s + 1) * cotangent.length);
    return sum + (weight * dot(own, cotangent)) / (12 * STEP);
  }, 0);
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
