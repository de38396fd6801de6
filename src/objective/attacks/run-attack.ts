/**
 * Runs an attack and checks it: no image is a success before its stored pixels fooled the model under a fresh draw.
 *
 * Order: the clean images are judged; the errors among them are counted and left alone; the others are attacked in
 * batches; every result is checked (finite, in the box, ‖δ‖₂ in float64 within the bound); then all stored images are
 * judged again, as float32 and rounded to 8 bits.
 */
import { BoSearchError, ShapeError } from '../../errors.js';
import type { AttackableModel } from './attackable-model.js';
import { withCheckedGradients, withCheckedLogits } from './checked-model.js';
import type {
  AttackBatch,
  AttackFlags,
  DifferentiableModel,
  FixedBudgetAttack,
  Perturbed,
} from './fixed-budget-attack.js';
import { judge, type ImagesToJudge, type Judgement } from './judge.js';
import { assertInBox, l2Distance, toEightBit } from './l2.js';

/** Images attacked at once where the caller does not say. */
const DEFAULT_BATCH_SIZE = 100;

/** Room for rounding in the norm of a result, relative to the bound. */
const NORM_ROOM = 1e-6;

const NO_FLAGS: AttackFlags = { zeroGradient: false, nonFinite: false };

/** What became of one image. */
export interface AttackedImage {
  readonly id: string;
  /** `clean-error`: wrong before any attack, left as it was. `success`: the stored float32 image is misclassified. */
  readonly outcome: 'clean-error' | 'success' | 'failure';
  /** Whether the stored image is misclassified under a fresh draw, as float32 and after rounding to 8 bits. */
  readonly fooled: { readonly float32: boolean; readonly eightBit: boolean };
  /** ‖δ‖₂ of the stored float32 image, in float64; 0 for clean errors. */
  readonly norm: number;
  readonly flags: AttackFlags;
}

export interface AttackProgress {
  /** Images attacked so far. */
  readonly done: number;
  /** Images to attack: those the model gets right. */
  readonly total: number;
}

export interface AttackRun {
  readonly attack: FixedBudgetAttack;
  /** The model whose gradients are followed. */
  readonly model: AttackableModel;
  /** The model that decides clean errors and success; `model` itself where absent. */
  readonly victim?: AttackableModel;
  /** Clean images (m, H, W, C) flat, values in [0, 1]. */
  readonly images: Float32Array;
  /** True classes (m). */
  readonly labels: Int32Array;
  /** Distinct ids (m). */
  readonly ids: readonly string[];
  readonly seed: number;
  /** Images attacked at once; no result depends on it. Default 100. */
  readonly batchSize?: number;
  readonly onProgress?: (progress: AttackProgress) => void;
  readonly signal?: AbortSignal;
}

export interface AttackRunResult {
  /** Stored images (m, H, W, C) flat; clean errors unchanged. */
  readonly images: Float32Array;
  readonly perImage: readonly AttackedImage[];
}

/**
 * Attacks the images.
 *
 * NaN never makes a success: an image whose logits or gradients are not finite on the way is flagged, and stays clean
 * if the attack's proposal is not finite either.
 *
 * @throws ShapeError if images, labels and ids do not fit the model; BoSearchError `E_ATTACK` if the model gives no
 * gradients, an image is outside [0, 1], or the attack broke its bound or box; `E_NON_FINITE` if the logits of a clean
 * image are not finite. An aborted signal throws its reason.
 */
export async function runAttack(run: AttackRun): Promise<AttackRunResult> {
  const { name } = run.attack.settings;
  const model = withCheckedGradients(run.model, name);
  const victim = withCheckedLogits(run.victim ?? run.model, name);
  assertShapes(run, victim, name);
  assertInBox(run.images, model.pixels, run.ids, name);
  const key = `attack/${name}/${run.seed}`;
  const batchSize = run.batchSize ?? DEFAULT_BATCH_SIZE;
  const clean = await judge(victim, `${key}/clean`, { ...run, batchSize });
  assertFinite(clean, run.ids, name);
  const targets = Int32Array.from(run.ids.keys()).filter((row) => clean[row] === 'right');
  const stored: Stored = { images: run.images.slice(), flags: run.ids.map(() => NO_FLAGS) };
  for (let from = 0; from < targets.length; from += batchSize) {
    run.signal?.throwIfAborted();
    const rows = targets.subarray(from, from + batchSize);
    keep(await run.attack.perturb(batchOf(run, model, rows, key)), rows, run, stored);
    run.onProgress?.({ done: from + rows.length, total: targets.length });
  }
  return { images: stored.images, perImage: await verify({ ...run, batchSize }, victim, key, clean, stored) };
}

interface Stored {
  readonly images: Float32Array;
  readonly flags: AttackFlags[];
}

function assertShapes(
  { model, images, labels, ids }: AttackRun,
  victim: AttackableModel,
  name: string,
): void {
  if (victim.pixels !== model.pixels || victim.classes !== model.classes) {
    throw new ShapeError(
      `${name}: expected model and victim alike in pixels and classes, got ${model.pixels} and ${victim.pixels} pixels, ${model.classes} and ${victim.classes} classes`,
    );
  }
  if (labels.length !== ids.length || images.length !== ids.length * model.pixels) {
    throw new ShapeError(
      `${name}: expected m labels and m·${model.pixels} values for m = ${ids.length} ids, got ${labels.length} labels and ${images.length} values`,
    );
  }
}

function assertFinite(clean: readonly Judgement[], ids: readonly string[], name: string): void {
  const broken = clean.indexOf('non-finite');
  if (broken < 0) return;
  throw new BoSearchError(
    'E_NON_FINITE',
    `${name}: clean image "${ids[broken]}": expected finite logits, got NaN or Infinity`,
    { hint: 'the model itself is broken: check its weights and its input range' },
  );
}

function batchOf(run: AttackRun, model: DifferentiableModel, rows: Int32Array, key: string): AttackBatch {
  const d = model.pixels;
  const images = new Float32Array(rows.length * d);
  for (const [at, row] of rows.entries()) images.set(run.images.subarray(row * d, (row + 1) * d), at * d);
  const ids = Array.from(rows, (row) => run.ids[row]);
  const labels = rows.map((row) => run.labels[row]);
  const signal = run.signal === undefined ? {} : { signal: run.signal };
  return { model, images, ids, labels, key, seed: run.seed, ...signal };
}

/** Checks a batch's proposals and stores them; one that is not finite is flagged and not stored. */
function keep(proposal: Perturbed, rows: Int32Array, run: AttackRun, { images, flags }: Stored): void {
  const d = run.model.pixels;
  const { name, l2Bound } = run.attack.settings;
  for (const [at, row] of rows.entries()) {
    const image = proposal.images.subarray(at * d, (at + 1) * d);
    const id = run.ids[row];
    flags[row] = proposal.flags[at];
    if (!image.every(Number.isFinite)) {
      flags[row] = { ...flags[row], nonFinite: true };
      continue;
    }
    assertInBox(image, d, [id], name);
    images.set(image, row * d);
    const norm = l2Distance(images, run.images, row * d, d);
    if (norm > l2Bound * (1 + NORM_ROOM)) {
      throw new BoSearchError(
        'E_ATTACK',
        `${name}: image "${id}": expected a perturbation of norm at most ${l2Bound}, got ${norm}`,
      );
    }
  }
}

async function verify(
  run: AttackRun & ImagesToJudge,
  victim: AttackableModel,
  key: string,
  clean: readonly Judgement[],
  { images, flags }: Stored,
): Promise<AttackedImage[]> {
  const float32 = await judge(victim, `${key}/verify`, { ...run, images });
  const eightBit = await judge(victim, `${key}/verify`, { ...run, images: toEightBit(images) });
  return run.ids.map((id, row) => {
    const fooled = { float32: float32[row] === 'wrong', eightBit: eightBit[row] === 'wrong' };
    const unjudged = float32[row] === 'non-finite' || eightBit[row] === 'non-finite';
    return {
      id,
      outcome: clean[row] === 'wrong' ? 'clean-error' : fooled.float32 ? 'success' : 'failure',
      fooled,
      norm: l2Distance(images, run.images, row * victim.pixels, victim.pixels),
      flags: { ...flags[row], nonFinite: flags[row].nonFinite || unjudged },
    };
  });
}
