/**
 * Backward pass differentiable approximation: a purifier that cannot be differentiated in front of a classifier.
 *
 * Athalye et al. 2018, arXiv:1802.00420, section 4. Forward is exact; backward, a surrogate s with s(x) ≈ purify(x)
 * stands in for the purifier: gradient = J_s(x)ᵀ·∇_p L(classifier(p)) at p = purify(x).
 *
 * Notation: K purifications a draw, p_k the images of purification k, z̄ the mean logits.
 */
import { ShapeError } from '../../../errors.js';
import type { DifferentiableModel } from '../contract/attack-batch.js';
import type { CotangentOf, Draw, VjpResult } from './attackable-model.js';
import { DrawMean } from './draw-means.js';

/** What stands in for the purifier on the way back. */
export interface PurifierSurrogate {
  readonly name: string;
  /** J_s(x)ᵀ·cotangent; images and cotangent (B, H, W, C) flat, and so is the answer. */
  vjp(images: Float32Array, cotangent: Float32Array): Float32Array | Promise<Float32Array>;
}

export interface BpdaOptions {
  /** The images (B, H, W, C) that one purification hands to the classifier; its number is the draw's index. */
  purify(images: Float32Array, draw: Draw): Promise<Float32Array>;
  readonly classifier: DifferentiableModel;
  /** K, whose logits are averaged, at least 1; draw d is purifications d·K … d·K + K − 1. Default 1. */
  readonly purifications?: number;
  /** Default 'identity': the purified image is taken to move as the image does. */
  readonly surrogate?: 'identity' | PurifierSurrogate;
}

/**
 * The purifier in front of the classifier, with gradients of path 'bpda'. With a `Defence` of one purification as
 * purifier and its classifier, logits are those of the defence with K purifications.
 * @throws ShapeError unless K is an integer of at least 1; calls do, if purified images or gradients have another size.
 */
export function bpdaModel(options: BpdaOptions): DifferentiableModel {
  const { classifier, purifications = 1, surrogate = 'identity' } = options;
  if (!Number.isInteger(purifications) || purifications < 1) {
    throw new ShapeError(`bpda purifications: expected an integer of at least 1, got ${purifications}`);
  }
  const { classes, pixels } = classifier;
  const bpda = { ...options, classifier, purifications, surrogate };
  return {
    classes,
    pixels,
    gradients: { kind: 'bpda', surrogate: surrogate === 'identity' ? 'identity' : surrogate.name },
    logits: async (images, draw) => meanLogits(bpda, await purified(bpda, images, draw)),
    vjp: async (images, draw, cotangent) =>
      vjpOf(bpda, images, await purified(bpda, images, draw), cotangent),
  };
}

type Bpda = Required<BpdaOptions>;

/** p_k with the draw that made it. */
interface Purified {
  readonly images: Float32Array;
  readonly draw: Draw;
}

async function purified(
  { purify, purifications }: Bpda,
  images: Float32Array,
  draw: Draw,
): Promise<Purified[]> {
  const all: Purified[] = [];
  for (let k = 0; k < purifications; k += 1) {
    const own = { ...draw, index: draw.index * purifications + k };
    const result = await purify(images, own);
    assertAlike('purified images', result, images);
    all.push({ images: result, draw: own });
  }
  return all;
}

async function meanLogits(
  { classifier }: Pick<Bpda, 'classifier'>,
  all: readonly Purified[],
): Promise<Float32Array> {
  const mean = new DrawMean((all[0]?.draw.imageIds.length ?? 0) * classifier.classes);
  for (const { images, draw } of all) mean.add(await classifier.logits(images, draw));
  return mean.mean();
}

/** Purifies once; where the cotangent needs z̄ first, only the classifier is asked twice. */
async function vjpOf(
  { classifier, surrogate }: Bpda,
  images: Float32Array,
  all: readonly Purified[],
  cotangent: CotangentOf,
): Promise<VjpResult> {
  const ask =
    typeof cotangent === 'function' && all.length > 1
      ? cotangent(await meanLogits({ classifier }, all))
      : cotangent;
  const logits = new DrawMean((all[0]?.draw.imageIds.length ?? 0) * classifier.classes);
  const atPurified = new DrawMean(images.length);
  for (const { images: p, draw } of all) {
    const one = await classifier.vjp(p, draw, ask);
    logits.add(one.logits);
    atPurified.add(one.gradient);
  }
  // The surrogate's Jacobian is taken at x, the same for every purification.
  const mean = atPurified.mean();
  const gradient = surrogate === 'identity' ? mean : await surrogate.vjp(images, mean);
  assertAlike('the surrogate’s gradient', gradient, images);
  return { logits: logits.mean(), gradient };
}

function assertAlike(what: string, values: Float32Array, images: Float32Array): void {
  if (values.length === images.length) return;
  throw new ShapeError(`bpda: expected ${images.length} numbers in ${what}, got ${values.length}`);
}
