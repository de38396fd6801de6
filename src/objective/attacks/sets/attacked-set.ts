/**
 * Attacked images with all that is needed to know them again: what was attacked, how, and what became of each image.
 */
import { BoSearchError } from '../../../errors.js';
import { canonicalJson, contentHash } from '../../images/content-hash.js';
import { selectImages, type ImageSet } from '../../images/image-set.js';
import type { AttackableModel } from '../model/attackable-model.js';
import type { FixedBudgetAttack, FixedBudgetSettings } from '../contract/fixed-budget-attack.js';
import {
  runAttack,
  type AttackedImage,
  type AttackedImageDetail,
  type AttackProgress,
} from '../run/run-attack.js';

/** A model and its identity. */
export interface NamedModel {
  /** For people, for example `bare classifier` or `defence, α = 0`. */
  readonly name: string;
  /** `sha256:…` of all that decides its answers: weights and settings. */
  readonly hash: string;
  readonly model: AttackableModel;
}

/** What decides an attacked set; two sets with equal requests hold the same images. */
export interface AttackRequest {
  readonly attack: FixedBudgetSettings;
  readonly seed: number;
  readonly model: { readonly name: string; readonly hash: string };
  readonly victim: { readonly name: string; readonly hash: string };
  readonly images: { readonly name: string; readonly hash: string; readonly count: number };
  readonly keepOnlySuccessful: boolean;
}

/** What ran; recorded, but not compared when a stored set is used again. */
export interface MadeBy {
  /** The tensor backend. */
  readonly backend: string;
  readonly versions: { readonly boSearch: string; readonly node: string };
}

export interface AttackedSet {
  /** The attacked images, in the order of the clean ones; their hash names this attack in samples. */
  readonly images: ImageSet;
  /** One entry an image of `images`. */
  readonly perImage: readonly AttackedImage[];
  /** Images left out by `keepOnlySuccessful`. */
  readonly dropped: readonly AttackedImage[];
  readonly request: AttackRequest;
  readonly madeBy: MadeBy;
}

export interface AttackedSetOptions {
  readonly attack: FixedBudgetAttack;
  /** Whose gradients are followed. */
  readonly model: NamedModel;
  /** Who decides clean errors and success; default `model`. */
  readonly victim?: NamedModel;
  readonly images: ImageSet;
  readonly seed: number;
  /** Leave out images on which the attack failed; clean errors stay, as in the paper's code. Default false. */
  readonly keepOnlySuccessful?: boolean;
  readonly madeBy: MadeBy;
  readonly batchSize?: number;
  readonly onProgress?: (progress: AttackProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Attacks an image set.
 * @throws BoSearchError `E_ATTACK` if the class lists differ or no image is left to keep, and as `runAttack` does.
 */
export async function buildAttackedSet(options: AttackedSetOptions): Promise<AttackedSet> {
  const { images } = options;
  const request = attackRequest(options);
  assertClasses(options);
  const victim = options.victim === undefined ? {} : { victim: options.victim.model };
  const run = await runAttack({
    ...options,
    model: options.model.model,
    ...victim,
    images: images.pixels,
    labels: images.labels,
    ids: images.ids,
  } as Parameters<typeof runAttack>[0]);
  const attackedImages = selectImages(
    { ...images, pixels: run.images },
    images.ids.map((_, row) => row).filter((row) => isKept(run.perImage[row], request)),
    `${images.name} under ${request.attack.name}`,
  );
  assertSomeKept(attackedImages, request);
  return {
    images: attackedImages,
    perImage: run.perImage.filter((image) => isKept(image, request)).map(withoutDetail),
    dropped: run.perImage.filter((image) => !isKept(image, request)).map(withoutDetail),
    request,
    madeBy: options.madeBy,
  };
}

/** The request that options make; with it a stored set can be compared before anything is attacked. */
export function attackRequest(options: AttackedSetOptions): AttackRequest {
  const identity = ({ name, hash }: NamedModel) => ({ name, hash });
  return {
    attack: options.attack.settings,
    seed: options.seed,
    model: identity(options.model),
    victim: identity(options.victim ?? options.model),
    images: { name: options.images.name, hash: options.images.hash, count: options.images.ids.length },
    keepOnlySuccessful: options.keepOnlySuccessful ?? false,
  };
}

/** `sha256:…` of a request. */
export function requestHash(request: AttackRequest): string {
  return contentHash(canonicalJson(request));
}

function withoutDetail({ id, outcome, fooled, norm, flags }: AttackedImageDetail): AttackedImage {
  return { id, outcome, fooled, norm, flags };
}

function isKept(image: AttackedImage, request: AttackRequest): boolean {
  return !request.keepOnlySuccessful || image.outcome !== 'failure';
}

function assertClasses({ model, victim, images }: AttackedSetOptions): void {
  for (const named of [model, victim ?? model]) {
    if (named.model.classes !== images.classes.length) {
      throw new BoSearchError(
        'E_ATTACK',
        `${named.name}: expected ${images.classes.length} classes (${images.classes.join(', ')}), got ${named.model.classes}`,
        { hint: 'choose the images with the task of this classifier' },
      );
    }
  }
}

function assertSomeKept(attackedImages: ImageSet, { attack }: AttackRequest): void {
  if (attackedImages.ids.length > 0) return;
  throw new BoSearchError(
    'E_ATTACK',
    `${attack.name}: expected at least one successful image to keep, got none at ${boundOf(attack)}`,
    { hint: 'raise the bound, or keep all images' },
  );
}

function boundOf({ l2Bound, linfBound }: FixedBudgetSettings): string {
  return l2Bound === undefined ? `linfBound ${linfBound}` : `l2Bound ${l2Bound}`;
}
