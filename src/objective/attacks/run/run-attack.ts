/**
 * Runs an attack and checks it: no image is a success before its stored pixels fooled the model under fresh draws.
 *
 * Order: the clean images are judged; the errors among them are counted and left alone; the others are attacked in
 * batches; every result is checked (finite, in the box, within the bound in float64); then all stored images are
 * judged again, as float32 and rounded to 8 bits.
 */
import type { Attack } from '../contract/attack.js';
import type { AttackBatch, AttackFlags } from '../contract/attack-batch.js';
import type { AttackMachine } from '../contract/attack-machine.js';
import type { Candidates } from '../contract/minimum-norm-attack.js';
import { gatherRows } from '../geometry/gather-rows.js';
import { assertInBox, l2Distance } from '../geometry/l2.js';
import type { AttackableModel } from '../model/attackable-model.js';
import { withCheckedGradients, withCheckedLogits } from '../model/checked-model.js';
import { type Tally, tallyOf, withTallies } from '../model/counted-model.js';
import type { AttackSnapshot } from './attack-snapshot.js';
import { assertCleanFinite, assertFits, assertWithinBall } from './attack-checks.js';
import { judge } from './judge.js';
import {
  type FooledShares,
  fooledShares,
  isFooled,
  ONE_DRAW,
  type Verification,
  verifyCandidates,
} from './verification.js';

/** Images attacked at once where the caller does not say. */
export const DEFAULT_BATCH_SIZE = 100;

/** What became of one image. */
export interface AttackedImage {
  readonly id: string;
  /** `clean-error`: wrong before any attack, left as it was. `success`: the stored float32 image is misclassified. */
  readonly outcome: 'clean-error' | 'success' | 'failure';
  /** Whether the stored image is misclassified under fresh draws, as float32 and after rounding to 8 bits. */
  readonly fooled: { readonly float32: boolean; readonly eightBit: boolean };
  /** ‖δ‖₂ of the stored float32 image, in float64; 0 for clean errors. */
  readonly norm: number;
  readonly flags: AttackFlags;
}

/** The same, with what an evaluation reports beside it. */
export interface AttackedImageDetail extends AttackedImage {
  /** Share of the fresh draws that were fooled; of a clean error, those that the clean image fools. */
  readonly shares: FooledShares;
  /** What the attack asked about the image; judging it before and after is not counted. */
  readonly tally: Tally;
}

export interface AttackProgress {
  /** Images attacked so far. */
  readonly done: number;
  /** Images to attack: those the model gets right. */
  readonly total: number;
}

export interface AttackRun {
  readonly attack: Attack;
  /** The model the attack asks, and whose gradients it follows. */
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
  /** How clean errors and successes are decided; default one fresh draw. */
  readonly verification?: Verification;
  /** Where an earlier run with the same options was; from the beginning if absent. */
  readonly from?: AttackSnapshot;
  /**
   * Told after the clean images were judged, after every round of the attack and after every batch (`machine` is null
   * then), before anything else happens. The snapshot shares memory with the run: write it down before you answer.
   */
  readonly onSnapshot?: (snapshot: AttackSnapshot) => Promise<void> | void;
  readonly onProgress?: (progress: AttackProgress) => void;
  readonly signal?: AbortSignal;
}

export interface AttackRunResult {
  /** Stored images (m, H, W, C) flat; clean errors, and minimum-norm failures, unchanged. */
  readonly images: Float32Array;
  readonly perImage: readonly AttackedImageDetail[];
}

/**
 * Attacks the images.
 *
 * NaN never makes a success: an image whose logits or gradients are not finite on the way is flagged, and stays clean
 * if the attack's proposal is not finite either.
 *
 * @throws ShapeError if images, labels and ids do not fit the model; BoSearchError `E_ATTACK` if the attack needs
 * gradients and the model gives none, an image is outside [0, 1], or the attack broke its bound or box; `E_NON_FINITE`
 * if the logits of a clean image are not finite. An aborted signal throws its reason.
 */
export async function runAttack(run: AttackRun): Promise<AttackRunResult> {
  const ready = readyRun(run);
  assertFits(run, ready.victim);
  assertInBox(run.images, ready.victim.pixels, run.ids, ready.name);
  const snapshot = run.from ?? (await cleanSnapshot(ready));
  if (run.from === undefined) await run.onSnapshot?.(snapshot);
  await attackAll(ready, snapshot);
  return verified(ready, snapshot);
}

interface ReadyRun extends AttackRun {
  readonly name: string;
  readonly key: string;
  readonly batchSize: number;
  readonly verification: Verification;
  readonly victim: AttackableModel;
  /** The attacked model and the machine, of which it is known that they go together. */
  readonly pair: { readonly machine: AttackMachine<AttackableModel>; readonly model: AttackableModel };
}

function readyRun(run: AttackRun): ReadyRun {
  const { attack, batchSize = DEFAULT_BATCH_SIZE, verification = ONE_DRAW } = run;
  const { name } = attack.settings;
  const victim = withCheckedLogits(run.victim ?? run.model, name);
  const model =
    attack.needs === 'gradients' ? withCheckedGradients(run.model, name) : withCheckedLogits(run.model, name);
  // the machine's own type asks for gradients exactly where `needs` says so
  const machine = attack.machine as AttackMachine<AttackableModel>;
  const key = `attack/${name}/${run.seed}`;
  return { ...run, name, key, batchSize, verification, victim, pair: { machine, model } };
}

/** The snapshot before any attack: the clean images are judged, and no other. */
async function cleanSnapshot(run: ReadyRun): Promise<AttackSnapshot> {
  const { key, verification, victim } = run;
  const clean = await judge(victim, { key: `${key}/clean`, count: verification.draws }, run);
  assertCleanFinite(clean, run.ids, run.name);
  return {
    clean: Float64Array.from(clean, ({ wrong }) => wrong),
    attacked: 0,
    machine: null,
    proposals: run.ids.map(() => []),
    tallies: {},
  };
}

/** Attacks batch after batch of the images that are right, from where the snapshot is. */
async function attackAll(run: ReadyRun, snapshot: AttackSnapshot): Promise<void> {
  const targets = Int32Array.from(run.ids.keys()).filter(
    (row) => !isFooled(snapshot.clean[row], run.verification),
  );
  const { machine } = run.pair;
  const model = withTallies(run.pair.model, snapshot.tallies);
  while (snapshot.attacked < targets.length) {
    const rows = targets.subarray(snapshot.attacked, snapshot.attacked + run.batchSize);
    const batch = batchOf(run, model, rows);
    const state = (snapshot.machine ??= machine.begin(batch));
    while (!machine.isDone(batch, state)) {
      run.signal?.throwIfAborted();
      await machine.step(batch, state);
      await run.onSnapshot?.(snapshot);
    }
    keep(run, rows, proposalsOf(run, machine.result(batch, state), rows.length), snapshot);
    snapshot.attacked += rows.length;
    snapshot.machine = null;
    await run.onSnapshot?.(snapshot);
    run.onProgress?.({ done: snapshot.attacked, total: targets.length });
  }
}

function batchOf(run: ReadyRun, model: AttackableModel, rows: Int32Array): AttackBatch {
  const images = gatherRows(run.images, rows, model.pixels);
  const ids = Array.from(rows, (row) => run.ids[row]);
  const labels = rows.map((row) => run.labels[row]);
  const signal = run.signal === undefined ? {} : { signal: run.signal };
  return { model, images, ids, labels, key: run.key, seed: run.seed, ...signal };
}

/** A fixed budget has one proposal an image, whether it was misclassified or not. */
function proposalsOf({ attack, victim }: ReadyRun, result: unknown, images: number): Candidates {
  if (attack.kind === 'minimum-norm') return result as Candidates;
  const d = victim.pixels;
  const moved = result as Float32Array;
  return Array.from({ length: images }, (_, at) => [moved.slice(at * d, (at + 1) * d)]);
}

/** Checks a batch's proposals and keeps them; one that is not finite is flagged and not kept. */
function keep(run: ReadyRun, rows: Int32Array, proposals: Candidates, snapshot: AttackSnapshot): void {
  const d = run.victim.pixels;
  for (const [at, row] of rows.entries()) {
    const id = run.ids[row];
    const finite = proposals[at].filter((image) => image.every(Number.isFinite));
    if (finite.length < proposals[at].length) {
      const tally = tallyOf(snapshot.tallies, id);
      snapshot.tallies[id] = { ...tally, nonFinite: tally.nonFinite + 1 };
    }
    for (const image of finite) {
      assertInBox(image, d, [id], run.name);
      if (run.attack.kind === 'fixed-budget') {
        assertWithinBall(run.name, run.attack.ball, id, image, run.images.subarray(row * d, (row + 1) * d));
      }
    }
    snapshot.proposals[row] = finite;
  }
}

async function verified(
  run: ReadyRun,
  { clean, proposals, tallies }: AttackSnapshot,
): Promise<AttackRunResult> {
  const { victim, verification, key } = run;
  const d = victim.pixels;
  const images = run.images.slice();
  const asked = { ...run, key: `${key}/verify` };
  const isCleanError = (row: number) => isFooled(clean[row], verification);
  // a clean error is judged as it is, beside the others
  const stored = proposals.map((known, row) =>
    isCleanError(row) ? [run.images.subarray(row * d, (row + 1) * d)] : known,
  );
  const chosen = await chosenImages(run, asked, stored);
  for (const [row, { candidate }] of chosen.entries()) {
    if (candidate !== undefined) images.set(stored[row][candidate], row * d);
  }
  const perImage = run.ids.map((id, row): AttackedImageDetail => {
    const { shares, nonFinite } = chosen[row];
    const tally = tallyOf(tallies, id);
    const fooled = {
      float32: isFooled(shares.float32, verification),
      eightBit: isFooled(shares.eightBit, verification),
    };
    return {
      id,
      outcome: isCleanError(row) ? 'clean-error' : fooled.float32 ? 'success' : 'failure',
      fooled,
      shares,
      norm: l2Distance(images, run.images, row * d, d),
      flags: { zeroGradient: tally.zeroGradients > 0, nonFinite: nonFinite || tally.nonFinite > 0 },
      tally,
    };
  });
  return { images, perImage };
}

/** Of every image what is stored and how it fares: of a fixed budget the one proposal, else the nearest that holds. */
async function chosenImages(
  run: ReadyRun,
  asked: Parameters<typeof verifyCandidates>[0],
  proposals: Candidates,
): Promise<Awaited<ReturnType<typeof verifyCandidates>>> {
  if (run.attack.kind === 'minimum-norm') return verifyCandidates(asked, proposals);
  const d = run.victim.pixels;
  const images = run.images.slice();
  for (const [row, [image]] of proposals.entries()) if (image !== undefined) images.set(image, row * d);
  const judged = await fooledShares(asked, images);
  return judged.map(({ nonFinite, ...shares }, row) => ({
    ...(proposals[row].length === 0 ? {} : { candidate: 0 }),
    shares,
    nonFinite,
  }));
}
