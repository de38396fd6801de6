/**
 * The rounds of FAB: iterations of all runs, then the final search.
 *
 * Notation: x the clean image, x_i where it stands, c the classes that are looked at, β the backward step.
 */
import { randomStream } from '../../../math/random.js';
import { type AttackBatch, type DifferentiableModel, drawOfRows } from '../contract/attack-batch.js';
import type { AttackMachine } from '../contract/attack-machine.js';
import type { Candidates } from '../contract/minimum-norm-attack.js';
import { gatherRows } from '../geometry/gather-rows.js';
import { l2Distance, l2Norm, moveWithin } from '../geometry/l2.js';
import { beginSearch, type FabSearch, searchStep } from './fab-search.js';
import type { FabL2Settings } from './fab-settings.js';
import { fabStep } from './fab-step.js';
import {
  allWrongClasses,
  isWrongAt,
  type NearestBoundary,
  nearestBoundary,
  strongestWrongClasses,
} from './nearest-boundary.js';
import {
  candidatesOf,
  createNearestPoints,
  nearestNorm,
  type NearestPoints,
  recordNearest,
} from './nearest-points.js';

/** Restarts begin at this share of the norm of the nearest error known. */
const RESTART_SHARE = 0.5;

interface State {
  /** Wrong classes that are looked at (B, c); null before the clean logits are known. */
  classes: Int32Array | null;
  /** Number of the next draw. */
  draw: number;
  /** Runs done: restart after restart of one target after the other. */
  run: number;
  /** Iterations of the run done. */
  iteration: number;
  /** (B, d): where every image stands. */
  readonly current: Float32Array;
  readonly nearest: NearestPoints;
  search: FabSearch | null;
}

type Batch = AttackBatch<DifferentiableModel>;

export function createFabMachine(
  settings: FabL2Settings,
): AttackMachine<DifferentiableModel, State, Candidates> {
  return {
    begin: (batch) => ({
      classes: targetsOf(batch, settings) < batch.model.classes - 1 ? null : allWrongClasses(batch),
      draw: 0,
      run: 0,
      iteration: 0,
      current: batch.images.slice(),
      nearest: createNearestPoints(batch.ids.length),
      search: null,
    }),
    isDone: (batch, state) => state.run === runsOf(batch, settings) && isSearched(settings, state),
    step: (batch, state) => goOn(batch, settings, state),
    result: (_, { nearest }) => candidatesOf(nearest),
  };
}

/** Classes that are looked at. */
function targetsOf({ model }: Batch, { targeted, targets }: FabL2Settings): number {
  return targeted ? Math.min(targets, model.classes - 1) : model.classes - 1;
}

function runsOf(batch: Batch, settings: FabL2Settings): number {
  return settings.restarts * (settings.targeted ? targetsOf(batch, settings) : 1);
}

function isSearched({ searchSteps }: FabL2Settings, { search, nearest }: State): boolean {
  if (searchSteps === 0) return true;
  if (search === null) return nearest.norms.every((norms) => norms.length === 0);
  return search.step === searchSteps || search.open.every((one) => one === 0);
}

async function goOn(batch: Batch, settings: FabL2Settings, state: State): Promise<void> {
  if (state.classes === null) {
    state.classes = await strongestWrongClasses(batch, targetsOf(batch, settings), state.draw);
    state.draw += 1;
  } else if (state.run < runsOf(batch, settings)) {
    await iterate(batch, settings, state, classesOfRun(batch, settings, state.classes, state.run));
  } else if (state.search === null) {
    state.search = await beginSearch(batch, state.nearest, state.draw);
    state.draw += 2;
  } else {
    const by = settings.searchBy;
    await searchStep(batch, state.search, state.nearest, { by, index: state.draw });
    state.draw += 1;
  }
}

/** The classes that a run looks at, (B, 1) flat if targeted, else all. */
function classesOfRun(batch: Batch, settings: FabL2Settings, classes: Int32Array, run: number): Int32Array {
  if (!settings.targeted) return classes;
  const column = Math.floor(run / settings.restarts);
  const columns = targetsOf(batch, settings);
  return Int32Array.from(batch.labels, (_, row) => classes[row * columns + column]);
}

/** One iteration of every image: linearise where it stands, step, judge the point, and step back from an error. */
async function iterate(
  batch: Batch,
  settings: FabL2Settings,
  state: State,
  classes: Int32Array,
): Promise<void> {
  const { model, ids } = batch;
  const d = model.pixels;
  const all = Int32Array.from(ids.keys());
  const asked = { rows: all, points: state.current, classes, index: state.draw };
  const found = await nearestBoundary(batch, asked);
  const rows = all.filter((row) => found.distances[row] < Infinity);
  const moved = movedPoints(batch, settings, state, found);
  const points = gatherRows(moved, rows, d);
  const logits =
    rows.length === 0
      ? new Float32Array(0)
      : await model.logits(points, drawOfRows(batch, rows, state.draw + 1));
  state.draw += 2;
  state.current.set(moved);
  for (const [at, row] of rows.entries()) {
    if (isWrongAt(batch, rows, logits, at)) {
      stepBack(batch, settings, state, { row, point: points.subarray(at * d, (at + 1) * d) });
    }
  }
  state.iteration += 1;
  if (state.iteration === settings.iterations) startRun(batch, settings, state, state.run + 1);
}

/** Every image after its step (B, d); where it stood if no boundary was found. */
function movedPoints(
  { model, images }: Batch,
  settings: FabL2Settings,
  { current }: State,
  found: NearestBoundary,
): Float32Array {
  const d = model.pixels;
  const moved = current.slice();
  for (const [row, distance] of found.distances.entries()) {
    if (distance === Infinity) continue;
    const [from, to] = [row * d, (row + 1) * d];
    const hyperplane = { value: found.values[row], gradient: found.gradients.subarray(from, to) };
    moved.set(fabStep(images.subarray(from, to), current.subarray(from, to), hyperplane, settings), from);
  }
  return moved;
}

/** Keeps an error, and goes on from x + β·(point − x). */
function stepBack(
  { model, images }: Batch,
  { backwardStep }: FabL2Settings,
  { current, nearest }: State,
  { row, point }: { readonly row: number; readonly point: Float32Array },
): void {
  const from = row * model.pixels;
  const clean = images.subarray(from, from + model.pixels);
  recordNearest(nearest, row, point, l2Distance(point, clean, 0, point.length));
  for (const [j, value] of point.entries()) current[from + j] = clean[j] + backwardStep * (value - clean[j]);
}

/** Puts every image at the start of a run: the clean image, or a random point for restarts of a target. */
function startRun(batch: Batch, settings: FabL2Settings, state: State, run: number): void {
  const { model, images, ids, seed } = batch;
  state.run = run;
  state.iteration = 0;
  state.current.set(images);
  if (run % settings.restarts === 0) return;
  for (const [row, id] of ids.entries()) {
    const radius = RESTART_SHARE * Math.min(nearestNorm(state.nearest, row), settings.l2Bound ?? Infinity);
    const direction = new Float64Array(model.pixels);
    randomStream('fab-l2', seed, id, run).fillNormal(direction);
    const scale = radius / l2Norm(direction, 0, model.pixels);
    moveWithin(
      state.current,
      images,
      row * model.pixels,
      direction.map((one) => one * scale),
      radius,
    );
  }
}
