/**
 * Projected gradient descent in L2: x ← Π_box(Π_ball(x + a·∇/‖∇‖₂)), ball first, so that ‖δ‖₂ ≤ ε is exact.
 *
 * Madry et al. 2018, arXiv:1706.06083, section 2.1, with L2 steps. Of all points visited, the start included, it keeps
 * the misclassified one of highest loss, and where none is misclassified the one of highest loss.
 *
 * Notation: ε the bound, a the step size, x the clean image, t the step, r the restart.
 */
import { z } from 'zod';
import { checked } from '../../images/json-file.js';
import type { AttackBatch, DifferentiableModel } from '../contract/attack-batch.js';
import type { AttackMachine } from '../contract/attack-machine.js';
import type { FixedBudgetAttack, Perturbed } from '../contract/fixed-budget-attack.js';
import { gatherRows } from '../geometry/gather-rows.js';
import { l2Norm, moveWithin } from '../geometry/l2.js';
import { randomStart } from '../geometry/random-start.js';
import { errorLogOdds, errorLogOddsCotangent, isFiniteRow } from '../losses/cross-entropy.js';
import { type BestPoints, createBestPoints, recordBest } from './best-points.js';
import { countSchema, flagSchema, l2BoundSchema, stepSizeSchema } from './settings.js';

/** a = 2.5·ε/steps: far enough to cross the ball and turn (Madry et al. use it in their L2 challenge). */
const STEP_PER_MEAN_STEP = 2.5;

const schema = z.strictObject(
  {
    name: z.literal('pgd-l2', 'expected "pgd-l2"').default('pgd-l2'),
    l2Bound: l2BoundSchema,
    steps: countSchema.default(10),
    stepSize: stepSizeSchema.optional(),
    randomStart: flagSchema.default(false),
    restarts: countSchema.default(1),
    earlyStop: flagSchema.default(false),
  },
  'expected settings of pgd-l2 only',
);

export interface PgdL2Options {
  readonly name?: 'pgd-l2';
  /** ε, above 0, at most 1e100. */
  readonly l2Bound: number;
  /** Gradient steps a restart, at least 1; default 10. */
  readonly steps?: number;
  /** a, above 0, at most 1e100; default 2.5·ε/steps. */
  readonly stepSize?: number;
  /** Begin at a point drawn uniformly in the ball; default false. Restarts after the first always do. */
  readonly randomStart?: boolean;
  /** Runs in all, at least 1; default 1. */
  readonly restarts?: number;
  /** Leave an image alone once a point of it is misclassified; default false, which goes on to raise the loss. */
  readonly earlyStop?: boolean;
}

export type PgdL2Settings = Required<PgdL2Options>;

/**
 * PGD-L2.
 * @throws BoSearchError `E_ATTACK` for settings out of range.
 */
export function pgdL2(options: PgdL2Options): FixedBudgetAttack<PgdL2Settings> {
  const given = checked(options, schema, 'E_ATTACK', 'pgd-l2');
  const stepSize = given.stepSize ?? (STEP_PER_MEAN_STEP * given.l2Bound) / given.steps;
  const settings = { ...given, stepSize };
  const ball = { norm: 'l2', bound: settings.l2Bound } as const;
  return { kind: 'fixed-budget', settings, ball, needs: 'gradients', machine: createMachine(settings) };
}

interface State {
  restart: number;
  step: number;
  /** (B, d): where every image stands. */
  current: Float32Array;
  readonly best: BestPoints;
}

type Batch = AttackBatch<DifferentiableModel>;

function createMachine(settings: PgdL2Settings): AttackMachine<DifferentiableModel, State, Perturbed> {
  return {
    begin: (batch) => ({
      restart: 0,
      step: 0,
      current: startPoints(batch, settings, 0),
      best: createBestPoints(batch),
    }),
    isDone: (batch, state) =>
      state.restart >= settings.restarts || activeRows(batch, settings, state).length === 0,
    step: (batch, state) => goOn(batch, settings, state),
    result: (_, { best }) => best.points,
  };
}

/** Images that are still of interest. */
function activeRows({ ids }: Batch, { earlyStop }: PgdL2Settings, { best }: State): Int32Array {
  return Int32Array.from(ids.keys()).filter((row) => !(earlyStop && best.adversarial[row] === 1));
}

/** Judges where the images stand, and moves them on; after the last step of a run, to the start of the next one. */
async function goOn(batch: Batch, settings: PgdL2Settings, state: State): Promise<void> {
  const { model, labels, ids, key } = batch;
  const rows = activeRows(batch, settings, state);
  const points = gatherRows(state.current, rows, model.pixels);
  // Every step is a fresh draw of the defence: restart r, step t has number r·(steps + 1) + t.
  const index = state.restart * (settings.steps + 1) + state.step;
  const draw = { key, index, imageIds: Array.from(rows, (row) => ids[row]) };
  const rowLabels = rows.map((row) => labels[row]);
  const judged = (logits: Float32Array) => ({
    rows,
    points,
    logits,
    losses: Array.from(rowLabels, (label, at) => errorLogOdds(logits, model.classes, at, label)),
  });
  if (state.step === settings.steps) {
    recordBest(state.best, batch, judged(await model.logits(points, draw)));
    state.restart += 1;
    state.step = 0;
    state.current = startPoints(batch, settings, state.restart);
    return;
  }
  const { logits, gradient } = await model.vjp(points, draw, (z) =>
    errorLogOddsCotangent(z, model.classes, rowLabels),
  );
  recordBest(state.best, batch, judged(logits));
  for (const [at, row] of rows.entries()) {
    if (isFiniteRow(logits, model.classes, at)) advance(batch, settings, state, { row, gradient, at });
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
function advance(batch: Batch, settings: PgdL2Settings, { current }: State, move: Advance): void {
  const d = batch.model.pixels;
  const norm = l2Norm(move.gradient, move.at * d, d);
  if (!(norm > 0) || !Number.isFinite(norm)) return;
  const from = move.row * d;
  const delta = new Float64Array(d);
  for (let j = 0; j < d; j += 1) {
    const offset = current[from + j] - batch.images[from + j];
    delta[j] = offset + (settings.stepSize * move.gradient[move.at * d + j]) / norm;
  }
  moveWithin(current, batch.images, from, delta, settings.l2Bound);
}

function startPoints(batch: Batch, settings: PgdL2Settings, restart: number): Float32Array {
  const current = batch.images.slice();
  if (restart === 0 && !settings.randomStart) return current;
  const d = batch.model.pixels;
  for (const [row, id] of batch.ids.entries()) {
    const delta = randomStart(d, settings.l2Bound, ['pgd-l2', batch.seed, id, restart]);
    moveWithin(current, batch.images, row * d, delta, settings.l2Bound);
  }
  return current;
}
