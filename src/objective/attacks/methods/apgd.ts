/**
 * Auto-PGD in any norm: projected gradient ascent with momentum that halves its step, and goes back to its best point,
 * where the loss stops rising.
 *
 * Croce and Hein 2020, arXiv:2003.01690, algorithm 1: u = Π(x_t + η·direction), x_{t+1} = Π(x_t + a(u − x_t) +
 * (1 − a)(x_t − x_{t−1})), a = 1 in the first iteration, then 0.75; η begins at 2ε. After w_j iterations η is halved
 * where (1) the loss rose in fewer than ρ of the steps since w_{j−1}, or (2) neither η nor the best loss changed since
 * w_{j−1}. The authors' code has ≤ in (1), counts one step too many in the first window and leaves out (2) there; this
 * follows the paper.
 *
 * Cross-entropy is climbed in its log-odds form (`losses/cross-entropy.ts`): steps are normalised, so that direction and
 * order are the same and only the underflow is gone. Behind a mean of gradients over draws it weighs every draw alike,
 * where cross-entropy weighs a draw by its probability of error.
 *
 * The result is, of all points visited, the misclassified one with the largest margin, else the one with the largest.
 */
import { type AttackBatch, type DifferentiableModel, drawOfRows } from '../contract/attack-batch.js';
import type { AttackMachine } from '../contract/attack-machine.js';
import type { Perturbed } from '../contract/fixed-budget-attack.js';
import { gatherRows } from '../geometry/gather-rows.js';
import { type LogitRows, lossCotangent, lossValues } from '../losses/attack-loss.js';
import { MARGIN } from '../losses/margin.js';
import { topClasses } from '../losses/top-classes.js';
import { type ApgdMethod, type Ascent, beginAscent, climb } from './apgd-ascent.js';
import { apgdCheckpoints } from './apgd-checkpoints.js';
import { APGD_LOSSES, type ApgdSettings, lossInUse } from './apgd-settings.js';
import { type BestPoints, createBestPoints, recordBest } from './best-points.js';

/** Plain data. */
interface ApgdState {
  /** The run under way: restart r of target t has number t·restarts + r. */
  run: number;
  /** Iterations of the run whose point was judged. */
  iteration: number;
  /** (B, T) of the other classes those with the highest clean logits; null before they are known and where none are. */
  targets: Int32Array | null;
  /** (B): 1 where the run goes on. */
  active: Uint8Array;
  ascent: Ascent;
  /** Over all runs. */
  readonly best: BestPoints;
}

type Batch = AttackBatch<DifferentiableModel>;

/** APGD's rounds: one judgement of every image that goes on, after one of the clean images where targets are ranked. */
export function apgdMachine(method: ApgdMethod): AttackMachine<DifferentiableModel, ApgdState, Perturbed> {
  const { settings } = method;
  return {
    begin: (batch) => ({ ...beginRun(batch, method, 0), targets: null, best: createBestPoints(batch) }),
    isDone: ({ model }, { run, active }) => run >= runsOf(settings, model.classes) || !active.includes(1),
    step: (batch, state) =>
      isTargeted(settings) && state.targets === null
        ? rankTargets(batch, settings, state)
        : iterate(batch, method, state),
    result: (_, { best }) => best.points,
  };
}

function isTargeted({ loss }: ApgdSettings): boolean {
  return loss === 'dlr-targeted';
}

/** Targets an image: as many as there are other classes, at most. */
function targetsOf(settings: ApgdSettings, classes: number): number {
  return isTargeted(settings) ? Math.min(settings.targets, classes - 1) : 1;
}

function runsOf(settings: ApgdSettings, classes: number): number {
  return targetsOf(settings, classes) * settings.restarts;
}

/** Where run `run` begins; images that were misclassified in an earlier one sit out. */
function beginRun(
  { images, ids, seed, model }: Batch,
  { name, settings, ball, geometry }: ApgdMethod,
  run: number,
  best?: BestPoints,
): Pick<ApgdState, 'run' | 'iteration' | 'active' | 'ascent'> {
  const d = model.pixels;
  const start = images.slice();
  if (run > 0 || settings.start === 'random') {
    for (const [row, id] of ids.entries()) {
      const [from, to] = [row * d, (row + 1) * d];
      const delta = geometry.randomStart(d, ball.bound, [name, settings.loss, seed, id, run]);
      geometry.moveWithin(start.subarray(from, to), images.subarray(from, to), delta, ball.bound);
    }
  }
  const active = Uint8Array.from(ids, (_, row) => (best?.adversarial[row] === 1 ? 0 : 1));
  return { run, iteration: 0, active, ascent: beginAscent(start, ids.length, ball) };
}

/** Asks for the clean logits, by draw 0. */
async function rankTargets(batch: Batch, settings: ApgdSettings, state: ApgdState): Promise<void> {
  const { model, images, labels, ids, key } = batch;
  const { classes } = model;
  const logits = await model.logits(images, { key, index: 0, imageIds: ids });
  const count = targetsOf(settings, classes);
  const ranked = Array.from(labels, (label, row) => topClasses({ logits, classes, row }, count, label));
  state.targets = Int32Array.from(ranked.flat());
}

/** Judges x_t of every image that goes on, and moves on to x_{t+1}; after the last, to the next run. */
async function iterate(batch: Batch, method: ApgdMethod, state: ApgdState): Promise<void> {
  const { model, ids } = batch;
  const { settings } = method;
  const rows = Int32Array.from(ids.keys()).filter((row) => state.active[row] === 1);
  const points = gatherRows(state.ascent.current, rows, model.pixels);
  // Every judgement is a fresh draw: after the one of the targets, N + 1 a run.
  const index = (isTargeted(settings) ? 1 : 0) + state.run * (settings.iterations + 1) + state.iteration;
  const draw = drawOfRows(batch, rows, index);
  const asked = askedOf(batch, settings, state, rows);
  if (state.iteration === settings.iterations) {
    const logits = await model.logits(points, draw);
    recordMargins(batch, state, { rows, points, ...asked, logits });
    Object.assign(state, beginRun(batch, method, state.run + 1, state.best));
    return;
  }
  const loss = APGD_LOSSES[lossInUse(settings, model.classes)];
  const answer = await model.vjp(points, draw, (logits) => lossCotangent(loss, { ...asked, logits }));
  const judged = { rows, points, ...asked, ...answer };
  recordMargins(batch, state, judged);
  climbAll(batch, method, state, { ...judged, losses: lossValues(loss, judged) });
  state.iteration += 1;
}

/** What is asked of the logits of images `rows`. */
function askedOf(
  { model, labels }: Batch,
  settings: ApgdSettings,
  { targets, run }: ApgdState,
  rows: Int32Array,
): Omit<LogitRows, 'logits'> {
  const count = targetsOf(settings, model.classes);
  const chosen = Math.floor(run / settings.restarts);
  return {
    classes: model.classes,
    labels: rows.map((row) => labels[row]),
    targets: rows.map((row) => targets?.[row * count + chosen] ?? 0),
  };
}

/** What was said of points of images `rows` (b): points (b, d), logits (b, K). */
interface JudgedRows extends LogitRows {
  readonly rows: Int32Array;
  readonly points: Float32Array;
}

function recordMargins(batch: Batch, { best }: ApgdState, judged: JudgedRows): void {
  recordBest(best, batch, { ...judged, losses: lossValues(MARGIN, judged) });
}

function climbAll(
  { model, images }: Batch,
  method: ApgdMethod,
  { ascent, best, active, iteration }: ApgdState,
  { rows, losses, gradient }: { rows: Int32Array; losses: Float64Array; gradient: Float32Array },
): void {
  const d = model.pixels;
  const { iterations, checkpoints: form, earlyStop } = method.settings;
  const checkpoints = apgdCheckpoints(iterations, form);
  for (const [at, row] of rows.entries()) {
    if (earlyStop && best.adversarial[row] === 1) {
      active[row] = 0;
      continue;
    }
    climb(method, ascent, {
      iteration,
      checkpoints,
      row,
      x: images.subarray(row * d, (row + 1) * d),
      loss: losses[at],
      gradient: gradient.subarray(at * d, (at + 1) * d),
    });
  }
}
