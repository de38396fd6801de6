/** The defence of a command evaluator as attacks see a model: logits and gradients from the process. */
import { BoSearchError, ShapeError } from '../../errors.js';
import type {
  AttackableModel,
  CotangentOf,
  Draw,
  VjpResult,
} from '../../objective/attacks/model/attackable-model.js';
import { askAgain } from './ask-again.js';
import type { EvaluatorRequestOptions } from './command-evaluator.js';
import { checkedFloats, floatsToText } from './float-tensor.js';
import {
  type AttackableSpec,
  type DeployedSpec,
  type LogitsRequest,
  MOST_VALUES,
  type VjpRequest,
} from './model-messages.js';
import type { Exclusively } from './open-command-sample.js';
import type { Session } from './session.js';

/** Bytes of a line for each number in it: more than base64 takes. */
const LINE_BYTES = 8;

/** What every call of a model needs. */
interface Deployed {
  readonly session: Session;
  readonly exclusively: Exclusively;
  readonly spec: DeployedSpec;
  readonly options: EvaluatorRequestOptions;
  readonly classes: number;
  readonly pixels: number;
  /** Most images a request. */
  readonly batch: number;
}

/**
 * The deployed defence.
 * @throws BoSearchError `E_ATTACK` for an evaluator that cannot be attacked, `E_ALPHAS` for α of another number.
 */
export function commandModel(
  session: Session,
  exclusively: Exclusively,
  spec: DeployedSpec,
  options: EvaluatorRequestOptions,
): AttackableModel {
  const attackable = attackableOf(session);
  const { classes, latents } = session.description;
  if (spec.alphas !== null && spec.alphas.length !== latents.length) {
    throw new BoSearchError(
      'E_ALPHAS',
      `${session.name}: expected ${latents.length} alphas, got ${spec.alphas.length}`,
    );
  }
  const pixels = valuesOf(attackable);
  const batch = mostImages(session);
  const deployed = { session, exclusively, spec, options, classes: classes.length, pixels, batch };
  const model: AttackableModel = {
    classes: deployed.classes,
    pixels,
    gradients: attackable.gradients ? { kind: 'exact' } : { kind: 'none' },
    logits: (images, draw) => logitsOf(deployed, images, draw),
  };
  if (!attackable.gradients) return model;
  return { ...model, vjp: (images, draw, cotangent) => vjpOf(deployed, images, draw, cotangent) };
}

/**
 * What the evaluator says of attacks.
 * @throws BoSearchError `E_ATTACK` if it says nothing.
 */
export function attackableOf({ description, name }: Session): AttackableSpec {
  if (description.attackable !== undefined) return description.attackable;
  throw new BoSearchError(
    'E_ATTACK',
    `${name}: expected an evaluator that can be attacked, got one whose description has no attackable`,
    {
      hint: 'docs/evaluator-protocol.md says how to answer images, logits and vjp; evaluators made with the bo_search of this release do',
    },
  );
}

/** Images that fit into one request and its answer, at least 1. */
export function mostImages(session: Session): number {
  const { batch = Infinity, ...attackable } = attackableOf(session);
  const values = Math.min(MOST_VALUES, Math.floor(session.settings.maxLineBytes / LINE_BYTES));
  return Math.max(1, Math.min(batch, Math.floor(values / valuesOf(attackable))));
}

export function valuesOf({ shape: [height, width, channels] }: Pick<AttackableSpec, 'shape'>): number {
  return height * width * channels;
}

/** Images [from, to) of a call. */
interface Part {
  readonly from: number;
  readonly to: number;
}

async function logitsOf(deployed: Deployed, images: Float32Array, draw: Draw): Promise<Float32Array> {
  const { session, classes } = deployed;
  const logits = new Float32Array(draw.imageIds.length * classes);
  for (const part of partsOf(deployed, images, draw)) {
    const body = { kind: 'logits', ...onImages(deployed, images, draw, part) } as const;
    const reply = await deployed.exclusively(deployed.options, (request) =>
      askAgain<LogitsRequest>(session, `logits of draw ${draw.index} of ${draw.key}`, body, request),
    );
    logits.set(checkedFloats(reply.logits, (part.to - part.from) * classes), part.from * classes);
  }
  return logits;
}

/** A cotangent that is a function of the logits takes a round trip for them first, under the same draw. */
async function vjpOf(
  deployed: Deployed,
  images: Float32Array,
  draw: Draw,
  cotangent: CotangentOf,
): Promise<VjpResult> {
  const { session, classes, pixels } = deployed;
  const fixed =
    typeof cotangent === 'function' ? cotangent(await logitsOf(deployed, images, draw)) : cotangent;
  const logits = new Float32Array(draw.imageIds.length * classes);
  if (fixed.length !== logits.length) {
    throw new ShapeError(
      `${session.name}: cotangent must hold B·K = ${logits.length} numbers, got ${fixed.length}`,
    );
  }
  const gradient = new Float32Array(images.length);
  for (const part of partsOf(deployed, images, draw)) {
    const { from, to } = part;
    const body = {
      kind: 'vjp',
      ...onImages(deployed, images, draw, part),
      cotangent: floatsToText(fixed.subarray(from * classes, to * classes)),
    } as const;
    const reply = await deployed.exclusively(deployed.options, (request) =>
      askAgain<VjpRequest>(session, `vjp of draw ${draw.index} of ${draw.key}`, body, request),
    );
    logits.set(checkedFloats(reply.logits, (to - from) * classes), from * classes);
    gradient.set(checkedFloats(reply.gradient, (to - from) * pixels), from * pixels);
  }
  return { logits, gradient };
}

function partsOf(
  { session, pixels, batch }: Deployed,
  images: Float32Array,
  { imageIds: { length: count } }: Draw,
): Part[] {
  if (images.length !== count * pixels) {
    throw new ShapeError(
      `${session.name}: images must hold B·H·W·C = ${count * pixels} numbers (B = ${count}), got ${images.length}`,
    );
  }
  return Array.from({ length: Math.ceil(count / batch) }, (_, i) => ({
    from: i * batch,
    to: Math.min(count, (i + 1) * batch),
  }));
}

function onImages(
  { spec, pixels }: Deployed,
  images: Float32Array,
  { key, index, imageIds }: Draw,
  { from, to }: Part,
): Omit<LogitsRequest, 'id' | 'kind'> {
  return {
    model: spec,
    draw: { key, index },
    ids: imageIds.slice(from, to),
    images: floatsToText(images.subarray(from * pixels, to * pixels)),
  };
}
