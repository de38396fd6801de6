/**
 * The rounds of DeepFool.
 *
 * Notation: x the clean image, r the sum of the steps, η the overshoot, n classes looked at, the true one included.
 */
import { type AttackBatch, type DifferentiableModel, drawOfRows } from '../contract/attack-batch.js';
import type { AttackMachine } from '../contract/attack-machine.js';
import type { Candidates } from '../contract/minimum-norm-attack.js';
import { gatherRows } from '../geometry/gather-rows.js';
import { l2Distance } from '../geometry/l2.js';
import type { DeepFoolSettings } from './deepfool-settings.js';
import {
  allWrongClasses,
  isWrongAt,
  type NearestBoundary,
  nearestBoundary,
  type PointsOfRows,
  strongestWrongClasses,
} from './nearest-boundary.js';
import { candidatesOf, createNearestPoints, type NearestPoints, recordNearest } from './nearest-points.js';

/** Lengths of further candidates beyond the point that changed class, relative to it. */
const FARTHER = [1.06, 1.13, 1.25, 1.4];

interface State {
  /** Wrong classes that are looked at (B, c); null before the clean logits are known. */
  kept: Int32Array | null;
  /** Number of the next draw. */
  draw: number;
  /** Steps taken; one more than there are once the last point was judged. */
  step: number;
  /** r of every image (B, d). */
  readonly total: Float64Array;
  /** (B): 1 once the class has changed. */
  readonly changed: Uint8Array;
  readonly nearest: NearestPoints;
}

type Batch = AttackBatch<DifferentiableModel>;

export function createDeepFoolMachine(
  settings: DeepFoolSettings,
): AttackMachine<DifferentiableModel, State, Candidates> {
  const lastStep = settings.form === 'reference' ? settings.steps : settings.steps - 1;
  return {
    begin: (batch) => ({
      kept: settings.candidates >= batch.model.classes ? allWrongClasses(batch) : null,
      draw: 0,
      step: 0,
      total: new Float64Array(batch.images.length),
      changed: new Uint8Array(batch.ids.length),
      nearest: createNearestPoints(batch.ids.length),
    }),
    isDone: (_, state) => state.step > lastStep || state.changed.every((one) => one === 1),
    step: (batch, state) => goOn(batch, settings, state),
    result: (_, { nearest }) => candidatesOf(nearest),
  };
}

async function goOn(batch: Batch, settings: DeepFoolSettings, state: State): Promise<void> {
  if (state.kept === null) {
    state.kept = await strongestWrongClasses(batch, settings.candidates - 1, state.draw);
    state.draw += 1;
    return;
  }
  const rows = Int32Array.from(batch.ids.keys()).filter((row) => state.changed[row] === 0);
  if (settings.form === 'paper') await paperStep(batch, settings, state, { rows, kept: state.kept });
  else await referenceStep(batch, settings, state, { rows, kept: state.kept });
  state.step += 1;
}

interface Active {
  readonly rows: Int32Array;
  readonly kept: Int32Array;
}

/** Judges the overshot points and steps on from there; after the last step, judges only. */
async function referenceStep(
  batch: Batch,
  settings: DeepFoolSettings,
  state: State,
  { rows, kept }: Active,
): Promise<void> {
  const at = {
    rows,
    points: pointsAt(batch, gathered(state.total, rows, batch), rows, 1 + settings.overshoot),
  };
  if (state.step === settings.steps) {
    const logits = await batch.model.logits(at.points, drawOfRows(batch, rows, state.draw));
    state.draw += 1;
    recordChanges(batch, settings, state, { ...at, logits });
    return;
  }
  const hasChanged = (logits: Float32Array, place: number) => isChanged(batch, at, logits, place);
  const classes = gathered(kept, rows, batch);
  const found = await nearestBoundary(batch, { ...at, classes, index: state.draw }, hasChanged);
  state.draw += 1;
  recordChanges(batch, settings, state, { ...at, logits: found.logits });
  setRows(state.total, rows, stepped(batch, settings, state, { rows, found }));
}

/** Steps on from the points before overshooting, and judges them overshot. */
async function paperStep(
  batch: Batch,
  settings: DeepFoolSettings,
  state: State,
  { rows, kept }: Active,
): Promise<void> {
  const points = pointsAt(batch, gathered(state.total, rows, batch), rows, 1);
  const classes = gathered(kept, rows, batch);
  const found = await nearestBoundary(batch, { rows, points, classes, index: state.draw });
  const moved = stepped(batch, settings, state, { rows, found });
  const overshot = pointsAt(batch, moved, rows, 1 + settings.overshoot);
  const logits = await batch.model.logits(overshot, drawOfRows(batch, rows, state.draw + 1));
  state.draw += 2;
  setRows(state.total, rows, moved);
  recordChanges(batch, settings, state, { rows, points: overshot, logits });
}

/** Rows of a flat matrix with B rows, whatever its width. */
function gathered<T extends Float64Array | Int32Array>(values: T, rows: Int32Array, { ids }: Batch): T {
  return gatherRows(values, rows, values.length / ids.length);
}

function setRows(values: Float64Array, rows: Int32Array, some: Float64Array): void {
  const width = some.length / rows.length;
  for (const [at, row] of rows.entries())
    values.set(some.subarray(at * width, (at + 1) * width), row * width);
}

/** clip(x + scale·r) of rows, (b, d) flat. @param r - (b, d) flat. */
function pointsAt({ model, images }: Batch, r: Float64Array, rows: Int32Array, scale: number): Float32Array {
  const d = model.pixels;
  const points = new Float32Array(r.length);
  for (const [at, row] of rows.entries()) {
    for (let j = 0; j < d; j += 1) {
      points[at * d + j] = Math.min(1, Math.max(0, images[row * d + j] + scale * r[at * d + j]));
    }
  }
  return points;
}

/** r of rows after one more step, (b, d) flat; as it was where there is no boundary to step to. */
function stepped(
  batch: Batch,
  { addedStep }: DeepFoolSettings,
  { total }: State,
  { rows, found }: { readonly rows: Int32Array; readonly found: NearestBoundary },
): Float64Array {
  const d = batch.model.pixels;
  const r = gathered(total, rows, batch);
  for (const at of rows.keys()) {
    if (found.distances[at] === Infinity) continue;
    const length = (found.distances[at] + addedStep) / found.norms[at];
    for (let j = at * d; j < (at + 1) * d; j += 1) r[j] += length * found.gradients[j];
  }
  return r;
}

/** True where a point other than the clean image is misclassified. */
function isChanged(batch: Batch, { rows, points }: PointsOfRows, logits: Float32Array, at: number): boolean {
  return isWrongAt(batch, rows, logits, at) && distanceOf(batch, points, rows, at) > 0;
}

/** Ends the images whose points have changed class, and keeps those points. */
function recordChanges(
  batch: Batch,
  settings: DeepFoolSettings,
  { changed, nearest }: State,
  { logits, ...judged }: PointsOfRows & { readonly logits: Float32Array },
): void {
  const { rows, points } = judged;
  const d = batch.model.pixels;
  for (const [at, row] of rows.entries()) {
    if (!isChanged(batch, judged, logits, at)) continue;
    changed[row] = 1;
    const point = points.subarray(at * d, (at + 1) * d);
    recordNearest(nearest, row, point, distanceOf(batch, points, rows, at));
    if (!settings.farther) continue;
    const clean = batch.images.subarray(row * d, (row + 1) * d);
    const delta = Float64Array.from(point, (value, j) => value - clean[j]);
    for (const scale of FARTHER) {
      const beyond = pointsAt(batch, delta, Int32Array.of(row), scale);
      recordNearest(nearest, row, beyond, l2Distance(beyond, clean, 0, d));
    }
  }
}

function distanceOf({ model, images }: Batch, points: Float32Array, rows: Int32Array, at: number): number {
  const d = model.pixels;
  return l2Distance(
    points.subarray(at * d, (at + 1) * d),
    images.subarray(rows[at] * d, (rows[at] + 1) * d),
    0,
    d,
  );
}
