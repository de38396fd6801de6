/**
 * Expectation over transformation: a model whose answers are means over n draws of another.
 *
 * Athalye et al. 2018, arXiv:1707.07397, section 2. Notation: L the loss, z_i the logits of draw i, J_i their Jacobian,
 * z̄ the mean logits. `mean-logits` gives ∇L(z̄) = mean J_iᵀ·∂L(z̄), the gradient of the defence that averages its
 * logits; `mean-gradient` gives mean ∇L(z_i). The two are the same only where L is linear in z: by Jensen's inequality
 * they belong to different losses. L is the loss whose slope the cotangent is: an attack that follows the log-odds of an
 * error o in the place of cross-entropy gets mean ∇o, which for two classes is linear in z, so that both modes are one.
 */
import { BoSearchError } from '../../../errors.js';
import type { DifferentiableModel } from '../contract/attack-batch.js';
import type { AttackableModel, CotangentOf, Draw, VjpResult } from './attackable-model.js';
import { DrawMean } from './draw-means.js';

/** How an attack takes an expectation over draws. */
export interface ExpectationPlan {
  /** n, draws of the deployed defence behind one answer, at least 1. */
  readonly draws: number;
  /** `mean-logits`: gradient of the loss of the mean logits. `mean-gradient`: mean of the gradients of the losses. */
  readonly mode: 'mean-logits' | 'mean-gradient';
}

/**
 * The model with means over n draws: its draw i is draws i·n … i·n + n − 1 of `model`.
 *
 * Logits are the mean logits in both modes. Sums are taken in float64, so that a model without randomness gives the same
 * bits whatever n is. A vector-Jacobian product takes n of the model's; in `mean-logits`, n > 1 and with a cotangent
 * that is a function of the logits, the n logits are asked for first, by the same draws.
 * @throws BoSearchError `E_ATTACK` unless n is an integer of at least 1.
 */
export function withExpectation(
  model: DifferentiableModel,
  expectation: ExpectationPlan,
): DifferentiableModel;
export function withExpectation(model: AttackableModel, expectation: ExpectationPlan): AttackableModel;
export function withExpectation(model: AttackableModel, { draws, mode }: ExpectationPlan): AttackableModel {
  if (!Number.isInteger(draws) || draws < 1) {
    throw new BoSearchError('E_ATTACK', `expectation draws: expected an integer of at least 1, got ${draws}`);
  }
  const { classes, pixels, gradients, runs = 1 } = model;
  const expected = {
    classes,
    pixels,
    ...(gradients === undefined ? {} : { gradients }),
    runs: draws * runs,
    logits: (images: Float32Array, draw: Draw) => meanLogits(model, draws, images, draw),
  };
  const vjp = model.vjp?.bind(model);
  if (vjp === undefined) return expected;
  return {
    ...expected,
    async vjp(images, draw, cotangent) {
      const ask =
        mode === 'mean-logits' ? await atMeanLogits(expected, draws, images, draw, cotangent) : cotangent;
      return meanVjp(vjp, classes, draws, images, draw, ask);
    },
  };
}

/** A cotangent that is the same for every draw; one draw alone can take it from its own logits. */
async function atMeanLogits(
  { logits }: Pick<AttackableModel, 'logits'>,
  draws: number,
  images: Float32Array,
  draw: Draw,
  cotangent: CotangentOf,
): Promise<CotangentOf> {
  if (typeof cotangent !== 'function' || draws === 1) return cotangent;
  return cotangent(await logits(images, draw));
}

async function meanLogits(
  model: AttackableModel,
  draws: number,
  images: Float32Array,
  draw: Draw,
): Promise<Float32Array> {
  const mean = new DrawMean(draw.imageIds.length * model.classes);
  for (let i = 0; i < draws; i += 1) mean.add(await model.logits(images, drawOf(draw, draws, i)));
  return mean.mean();
}

async function meanVjp(
  vjp: DifferentiableModel['vjp'],
  classes: number,
  draws: number,
  images: Float32Array,
  draw: Draw,
  cotangent: CotangentOf,
): Promise<VjpResult> {
  const logits = new DrawMean(draw.imageIds.length * classes);
  const gradient = new DrawMean(images.length);
  for (let i = 0; i < draws; i += 1) {
    const one = await vjp(images, drawOf(draw, draws, i), cotangent);
    logits.add(one.logits);
    gradient.add(one.gradient);
  }
  return { logits: logits.mean(), gradient: gradient.mean() };
}

/** Draw i of n behind one draw. */
function drawOf(draw: Draw, draws: number, i: number): Draw {
  return { ...draw, index: draw.index * draws + i };
}
