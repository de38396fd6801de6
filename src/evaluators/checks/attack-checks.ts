/** The checks of an evaluator that can be attacked: its images, draws, batches and gradients. */
import type { DifferentiableModel } from '../../objective/attacks/contract/attack-batch.js';
import type { AttackableModel } from '../../objective/attacks/model/attackable-model.js';
import { cotangentFor } from '../../objective/checks/cotangent.js';
import { apart, largestDifference, small } from '../../objective/checks/differences.js';
import {
  GRADIENT_DIRECTIONS,
  GRADIENT_IMAGES,
  GRADIENT_TOLERANCE,
  gradientAgreement,
  insideImages,
} from '../../objective/checks/gradient-agreement.js';
import { type ImageSet, selectImages } from '../../objective/images/image-set.js';
import type { DeployedSpec } from '../command/model-messages.js';
import { type EvaluatorFinding, type EvaluatorToCheck, failed, passed } from './evaluator-to-check.js';

const HALF = 0.5;

/** Other kernels for other batches add in another order: some roundings of float32 in a deep network. */
const TOLERANCE = 1e-4;

const NOT_ATTACKABLE: EvaluatorFinding = {
  status: 'skipped',
  detail: 'the evaluator does not say that it can be attacked',
};

const NO_GRADIENTS: EvaluatorFinding = { status: 'skipped', detail: 'the evaluator gives no gradients' };

/** The same choice of images, whole and in two requests, and the one that a sample makes. */
export async function checkAttackedImages(subject: EvaluatorToCheck): Promise<EvaluatorFinding> {
  if (subject.description.attackable === undefined) return NOT_ATTACKABLE;
  const { set, images, seed } = subject.spec;
  const asked = { set, images, seed };
  const whole = await subject.images(asked);
  const cut = Math.ceil(images / 2);
  const parts = [await subject.images({ ...asked, to: cut })];
  if (cut < images) parts.push(await subject.images({ ...asked, from: cut }));
  const pixels = parts.flatMap((part) => [...part.pixels]);
  const isSame = pixels.every((value, i) => value === whole.pixels[i]);
  const ids = parts.flatMap((part) => part.ids);
  if (!isSame || ids.some((id, i) => id !== whole.ids[i])) {
    return failed(
      'expected two requests for halves of a choice to give what one gives, got other images',
      'choose images by set, number and seed alone, and cut the choice afterwards',
    );
  }
  const clean = { ...subject.spec, parts: ['clean'], attack: null } as const;
  const sampled = (await subject.open(clean)).ids;
  if (sampled?.some((id, i) => id !== whole.ids[i]) === true) {
    return failed(
      'expected the images that a sample has, got images of other ids',
      'let images choose as sample does',
    );
  }
  const { height, width, channels } = whole.shape;
  return passed(`${images} images of ${height} x ${width} x ${channels}, whole and in two requests`);
}

/** One draw is one answer; another is another one, where anything is drawn. */
export async function checkDraws(subject: EvaluatorToCheck): Promise<EvaluatorFinding> {
  const { attackable } = subject.description;
  if (attackable === undefined) return NOT_ATTACKABLE;
  const { pixels, ids } = await someImages(subject);
  const run = (model: AttackableModel, index: number) =>
    model.logits(pixels, { key: 'check', index, imageIds: ids });
  const noisy = subject.model(deployed(subject, HALF));
  const first = await run(noisy, 0);
  const again = largestDifference(await run(noisy, 0), first);
  if (!(again <= TOLERANCE)) {
    return failed(
      `expected one draw twice to be the same, got ${small(again)} of difference`,
      'noise must follow (key, image id, latent, purification) alone',
    );
  }
  const other = largestDifference(await run(noisy, 1), first);
  if (attackable.draws === other <= again) {
    return failed(
      attackable.draws
        ? 'expected another draw at α = 0.5 to differ, got the same logits'
        : `expected no draws, as the description says, got ${small(other)} of difference`,
      'draw d is purifications d·K to d·K + K − 1 of its key; draws says whether they differ',
    );
  }
  return passed(`one draw twice: ${apart(again)}; another draw: ${apart(other)}`, { again, other });
}

/** An image's answers do not depend on the others of its request, nor on their order. */
export async function checkAttackBatch(subject: EvaluatorToCheck): Promise<EvaluatorFinding> {
  if (subject.description.attackable === undefined) return NOT_ATTACKABLE;
  const set = await someImages(subject);
  if (set.ids.length < 2) return { status: 'skipped', detail: 'one image makes no batch of two' };
  const model = subject.model(deployed(subject, HALF));
  const answer = async (rows: readonly number[]): Promise<number[][]> => {
    const { pixels, ids } = selectImages(set, rows, 'check');
    const draw = { key: 'check', index: 0, imageIds: ids };
    const one = cotangentFor(1, model.classes);
    const cotangent = Float32Array.from(rows.flatMap(() => [...one]));
    const { logits, gradient } =
      model.vjp === undefined
        ? { logits: await model.logits(pixels, draw), gradient: new Float32Array() }
        : await model.vjp(pixels, draw, cotangent);
    return rows.map((_, row) => [...rowOf(logits, row, rows), ...rowOf(gradient, row, rows)]);
  };
  const together = await answer([0, 1]);
  const alone = [...(await answer([0])), ...(await answer([1]))];
  const turned = (await answer([1, 0])).reverse();
  const worst = largestDifference(
    [...alone.flat(), ...turned.flat()],
    [...together.flat(), ...together.flat()],
  );
  if (worst <= TOLERANCE) {
    return passed(`two together, each alone, and in the other order: ${apart(worst)}`, { worst });
  }
  return failed(
    `expected two images to be what each is alone and in the other order, got ${small(worst)} of difference`,
    'noise must follow the id of an image; batch norm must be in evaluation mode; rows stay in their order',
  );
}

/** Gradients of the classifier alone against differences of its logits. */
export function checkClassifierGradient(subject: EvaluatorToCheck): Promise<EvaluatorFinding> {
  const { defence } = subject.spec;
  const bare = { alphas: null, purifications: 1, defence: { ...defence, blur: null, noise: null } };
  return checkGradient(subject, bare);
}

/** Gradients of the whole defence at α = ½. */
export function checkDefenceGradient(subject: EvaluatorToCheck): Promise<EvaluatorFinding> {
  return checkGradient(subject, deployed(subject, HALF));
}

async function checkGradient(subject: EvaluatorToCheck, spec: DeployedSpec): Promise<EvaluatorFinding> {
  const { attackable } = subject.description;
  if (attackable === undefined) return NOT_ATTACKABLE;
  const model = subject.model(spec);
  const vjp = model.vjp?.bind(model);
  if (vjp === undefined) return NO_GRADIENTS;
  // Logits of vjp: those of judging may be of half precision, which drowns small differences.
  const logits: DifferentiableModel['logits'] = async (images, draw) =>
    (await vjp(images, draw, new Float32Array(draw.imageIds.length * model.classes))).logits;
  const images = insideImages(await someImages(subject));
  const found = await gradientAgreement({ ...model, logits, vjp }, images);
  if (found === undefined) {
    return failed('the logits do not change with the image', 'the model must look at its images');
  }
  const { relativeError, step } = found;
  const detail = `relative error ${small(relativeError)} against differences along ${GRADIENT_DIRECTIONS} directions, step ${small(step)}`;
  if (relativeError <= GRADIENT_TOLERANCE) return passed(detail, { relativeError, step });
  return failed(
    `${detail}; expected at most ${GRADIENT_TOLERANCE}`,
    'vjp must go through everything, under the noise of its draw, in full precision, with ∂logits and not ∂loss',
  );
}

async function someImages(subject: EvaluatorToCheck): Promise<ImageSet> {
  const { set, images, seed } = subject.spec;
  return subject.images({ set, images, seed, from: 0, to: Math.min(images, GRADIENT_IMAGES) });
}

/** The defence under one value for every α, one purification a draw. */
function deployed({ description, spec: { defence } }: EvaluatorToCheck, value: number): DeployedSpec {
  return { alphas: description.latents.map(() => value), purifications: 1, defence };
}

function rowOf(values: Float32Array, row: number, rows: readonly number[]): Float32Array {
  const size = values.length / rows.length;
  return values.subarray(row * size, (row + 1) * size);
}
