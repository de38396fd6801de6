/**
 * Projected gradient descent in any norm: x ← Π_box(Π_ball(x + a·u)), u the unit step of the norm along the gradient.
 *
 * Ball first, then box, so that the bound is exact. Of all points visited, the start included, it keeps the
 * misclassified one of highest loss, and where none is misclassified the one of highest loss.
 *
 * Notation: ε the bound, a the step size, x the clean image, t the step, r the restart.
 */
import { type AttackBatch, type DifferentiableModel, drawOfRows } from '../contract/attack-batch.js';
import type { AttackMachine } from '../contract/attack-machine.js';
import type { Perturbed } from '../contract/fixed-budget-attack.js';
import { gatherRows } from '../geometry/gather-rows.js';
import type { AddStep } from '../geometry/steepest-step.js';
import { errorLogOdds, errorLogOddsCotangent, isFiniteRow } from '../losses/cross-entropy.js';
import { type BestPoints, createBestPoints, recordBest } from './best-points.js';
import type { PgdOptions } from './pgd-settings.js';

/** What PGD needs to know of a norm. */
export interface PgdGeometry {
  /** ε. */
  readonly bound: number;
  readonly addStep: AddStep;
  /** Writes Π_box(Π_ball(x + δ)) into `out`; x and `out` begin at `from`. */
  moveWithin(out: Float32Array, x: Float32Array, from: number, delta: Float64Array, bound: number): void;
  /** δ (d) drawn uniformly in the ball, a function of the key. */
  randomStart(d: number, bound: number, key: readonly (string | number)[]): Float64Array;
}

export type PgdSettings = Required<PgdOptions> & { readonly name: string };

export interface PgdState {
  restart: number;
  step: number;
  /** (B, d): where every image stands. */
  current: Float32Array;
  readonly best: BestPoints;
}

/** PGD as a machine; a round is one step of every image, or the last judgement of a run. */
export function createPgdMachine(
  settings: PgdSettings,
  geometry: PgdGeometry,
): AttackMachine<DifferentiableModel, PgdState, Perturbed> {
  const pgd = { settings, geometry };
  return {
    begin: (batch) => ({
      restart: 0,
      step: 0,
      current: startPoints(batch, pgd, 0),
      best: createBestPoints(batch),
    }),
    isDone: (batch, state) =>
      state.restart >= settings.restarts || activeRows(batch, pgd, state).length === 0,
    step: (batch, state) => goOn(batch, pgd, state),
    result: (_, { best }) => best.points,
  };
}

type Batch = AttackBatch<DifferentiableModel>;

interface Pgd {
  readonly settings: PgdSettings;
  readonly geometry: PgdGeometry;
}

/** Images that are still of interest. */
function activeRows({ ids }: Batch, { settings }: Pgd, { best }: PgdState): Int32Array {
  return Int32Array.from(ids.keys()).filter((row) => !(settings.earlyStop && best.adversarial[row] === 1));
}

/** Judges where the images stand, and moves them on; after the last step of a run, to the start of the next one. */
async function goOn(batch: Batch, pgd: Pgd, state: PgdState): Promise<void> {
  const { model, labels } = batch;
  const { steps } = pgd.settings;
  const rows = activeRows(batch, pgd, state);
  const points = gatherRows(state.current, rows, model.pixels);
  // Every step is a fresh draw of the defence: restart r, step t has number r·(steps + 1) + t.
  const index = state.restart * (steps + 1) + state.step;
  const draw = drawOfRows(batch, rows, index);
  const rowLabels = rows.map((row) => labels[row]);
  const judged = (logits: Float32Array) => ({
    rows,
    points,
    logits,
    losses: Array.from(rowLabels, (label, at) => errorLogOdds(logits, model.classes, at, label)),
  });
  if (state.step === steps) {
    recordBest(state.best, batch, judged(await model.logits(points, draw)));
    state.restart += 1;
    state.step = 0;
    state.current = startPoints(batch, pgd, state.restart);
    return;
  }
  const { logits, gradient } = await model.vjp(points, draw, (z) =>
    errorLogOddsCotangent(z, model.classes, rowLabels),
  );
  recordBest(state.best, batch, judged(logits));
  for (const [at, row] of rows.entries()) {
    if (isFiniteRow(logits, model.classes, at)) advance(batch, pgd, state, { row, gradient, at });
  }
  state.step += 1;
}

interface Advance {
  readonly row: number;
  readonly gradient: Float32Array;
  /** Place of the image in `gradient`. */
  readonly at: number;
}

/** One step of one image; none where the gradient is 0 or not finite. */
function advance(batch: Batch, { settings, geometry }: Pgd, { current }: PgdState, move: Advance): void {
  const d = batch.model.pixels;
  const from = move.row * d;
  const delta = new Float64Array(d);
  for (let j = 0; j < d; j += 1) delta[j] = current[from + j] - batch.images[from + j];
  if (!geometry.addStep(delta, move.gradient, move.at * d, settings.stepSize)) return;
  geometry.moveWithin(current, batch.images, from, delta, geometry.bound);
}

function startPoints(batch: Batch, { settings, geometry }: Pgd, restart: number): Float32Array {
  const current = batch.images.slice();
  if (restart === 0 && !settings.randomStart) return current;
  const d = batch.model.pixels;
  for (const [row, id] of batch.ids.entries()) {
    const delta = geometry.randomStart(d, geometry.bound, [settings.name, batch.seed, id, restart]);
    geometry.moveWithin(current, batch.images, row * d, delta, geometry.bound);
  }
  return current;
}
