/**
 * Projected gradient descent in L2: x ← Π_box(Π_ball(x + a·∇/‖∇‖₂)), ball first, so that ‖δ‖₂ ≤ ε is exact.
 *
 * Madry et al. 2018, arXiv:1706.06083, section 2.1, with L2 steps. Of all points visited, the start included, it keeps
 * the misclassified one of highest loss, and where none is misclassified the one of highest loss.
 *
 * Notation: ε the bound, a the step size, x the clean image, t the step, r the restart.
 */
import { z } from 'zod';
import { checked } from '../images/json-file.js';
import { errorLogOddsCotangent, isFiniteRow } from './cross-entropy.js';
import type { AttackBatch, FixedBudgetAttack, Perturbed } from './fixed-budget-attack.js';
import { l2Norm, moveWithin } from './l2.js';
import { createPgdTrack, type PgdTrack } from './pgd-track.js';
import { randomStart } from './random-start.js';
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
  return { kind: 'fixed-budget', settings, perturb: (batch) => perturb(batch, settings) };
}

async function perturb(batch: AttackBatch, settings: PgdL2Settings): Promise<Perturbed> {
  const track = createPgdTrack(batch);
  for (let restart = 0; restart < settings.restarts; restart += 1) {
    await run(batch, settings, track, restart);
  }
  return track.result();
}

/** One run of all images that are still of interest, from the start point to the last step. */
async function run(
  batch: AttackBatch,
  settings: PgdL2Settings,
  track: PgdTrack,
  restart: number,
): Promise<void> {
  const { model, labels, ids } = batch;
  const current = startPoints(batch, settings, restart);
  const stillOpen = (row: number) => !(settings.earlyStop && track.isAdversarial(row));
  let active = Int32Array.from(ids.keys()).filter(stillOpen);
  for (let step = 0; active.length > 0 && step <= settings.steps; step += 1) {
    batch.signal?.throwIfAborted();
    const points = gather(current, active, model.pixels);
    const imageIds = Array.from(active, (row) => ids[row]);
    // Every step is a fresh draw of the defence: restart r, step t has number r·(steps + 1) + t.
    const draw = { key: batch.key, index: restart * (settings.steps + 1) + step, imageIds };
    if (step === settings.steps) {
      track.record(active, points, await model.logits(points, draw));
      return;
    }
    const activeLabels = active.map((row) => labels[row]);
    const { logits, gradient } = await model.vjp(points, draw, (z) =>
      errorLogOddsCotangent(z, model.classes, activeLabels),
    );
    track.record(active, points, logits);
    for (const [at, row] of active.entries()) {
      if (!isFiniteRow(logits, model.classes, at)) continue;
      advance(batch, settings, track, { current, row, gradient, at });
    }
    active = active.filter(stillOpen);
  }
}

interface Advance {
  readonly current: Float32Array;
  readonly row: number;
  readonly gradient: Float32Array;
  /** Place of the image in `gradient`. */
  readonly at: number;
}

/** One step of one image; none where the gradient is 0 or not finite, which is flagged. */
function advance(batch: AttackBatch, settings: PgdL2Settings, track: PgdTrack, move: Advance): void {
  const d = batch.model.pixels;
  const norm = l2Norm(move.gradient, move.at * d, d);
  if (!(norm > 0) || !Number.isFinite(norm)) {
    track.flag(move.row, norm === 0 ? 'zeroGradient' : 'nonFinite');
    return;
  }
  const from = move.row * d;
  const delta = new Float64Array(d);
  for (let j = 0; j < d; j += 1) {
    const offset = move.current[from + j] - batch.images[from + j];
    delta[j] = offset + (settings.stepSize * move.gradient[move.at * d + j]) / norm;
  }
  moveWithin(move.current, batch.images, from, delta, settings.l2Bound);
}

function startPoints(batch: AttackBatch, settings: PgdL2Settings, restart: number): Float32Array {
  const current = batch.images.slice();
  if (restart === 0 && !settings.randomStart) return current;
  const d = batch.model.pixels;
  for (const [row, id] of batch.ids.entries()) {
    const delta = randomStart(d, settings.l2Bound, ['pgd-l2', batch.seed, id, restart]);
    moveWithin(current, batch.images, row * d, delta, settings.l2Bound);
  }
  return current;
}

function gather(images: Float32Array, rows: Int32Array, d: number): Float32Array {
  const out = new Float32Array(rows.length * d);
  for (const [at, row] of rows.entries()) out.set(images.subarray(row * d, (row + 1) * d), at * d);
  return out;
}
