/**
 * The rounds of Carlini and Wagner's attack: one call of the model each.
 *
 * Run r, round t is draw r·R + t, with R rounds a run. An image whose run ended early sits out until the next run, which
 * all begin together; a run ends before its last round only once all images sit out.
 *
 * Notation: x the clean image, x′ a point, w its place in tanh space, c the weight of the error, κ the confidence,
 * l = max_{k≠y} z_k − z_y the lead of the wrong class, so that the loss is ‖x′ − x‖² + c·max(κ − l, 0).
 */
import { randomStream } from '../../../math/random.js';
import type { AttackBatch, DifferentiableModel } from '../contract/attack-batch.js';
import type { AttackMachine } from '../contract/attack-machine.js';
import type { Candidates } from '../contract/minimum-norm-attack.js';
import { l2Distance, l2Norm } from '../geometry/l2.js';
import { fromTanh, tanhSlope, toTanhSpace } from '../geometry/tanh-space.js';
import { errorLogOddsCotangent, predictedClass } from '../losses/cross-entropy.js';
import { MARGIN } from '../losses/margin.js';
import { type AdamMoments, adamStep, createAdamMoments } from './adam.js';
import {
  atUpperBound,
  bisected,
  type Constants,
  createConstants,
  multiplied,
} from './carlini-wagner-constants.js';
import type { CarliniWagnerL2Settings } from './carlini-wagner-settings.js';
import { candidatesOf, createNearestPoints, type NearestPoints, recordNearest } from './nearest-points.js';

/** A run is looked at so many times, whether its loss still falls … */
const CHECKS = 10;

/** … below this share of what it was. */
const STILL_FALLING = 0.9999;

/** From so many runs on, the last one repeats the smallest c that succeeded. */
const REPEAT_FROM = 10;

interface State {
  run: number;
  round: number;
  /** (B, d): where every image stands. */
  w: Float64Array;
  moments: AdamMoments;
  readonly constants: Constants;
  /** (B): 1 once the image's run has ended. */
  readonly resting: Uint8Array;
  /** (B): norm of the nearest point of this run that counts; Infinity before the first. */
  readonly found: Float64Array;
  /** (B): the same of all earlier runs. */
  readonly before: Float64Array;
  /** (B): loss at the last check of this run. */
  readonly checkedLoss: Float64Array;
  /** (B, …): the last losses of this run at points that count. */
  readonly recent: number[][];
  readonly nearest: NearestPoints;
}

type Batch = AttackBatch<DifferentiableModel>;
type Settings = CarliniWagnerL2Settings;

export function createCarliniWagnerMachine(
  settings: Settings,
): AttackMachine<DifferentiableModel, State, Candidates> {
  return {
    begin: (batch) => begin(batch, settings),
    isDone: (_, { run }) => run >= runsOf(settings),
    step: async (batch, state) => {
      const isStart = settings.search === 'multiplicative' && state.round === 0;
      if (isStart) await startOutside(batch, settings, state);
      else await descend(batch, settings, state);
      state.round += 1;
      if (state.round >= roundsOf(settings) || state.resting.every((rests) => rests === 1))
        endRun(batch, settings, state);
    },
    result: (_, { nearest }) => candidatesOf(nearest),
  };
}

function runsOf(settings: Settings): number {
  return settings.search === 'binary' ? settings.searchSteps : settings.restarts;
}

/** Rounds of a run. */
function roundsOf({ search, iterations }: Settings): number {
  return search === 'binary' ? iterations : iterations + 1;
}

function begin({ images, ids, model }: Batch, settings: Settings): State {
  const size = ids.length;
  return {
    run: 0,
    round: 0,
    w: Float64Array.from(images, toTanhSpace),
    moments: createAdamMoments(size, model.pixels),
    constants: createConstants(size, settings.initialConstant),
    resting: new Uint8Array(size),
    found: new Float64Array(size).fill(Infinity),
    before: new Float64Array(size).fill(Infinity),
    checkedLoss: new Float64Array(size).fill(Infinity),
    recent: Array.from({ length: size }, () => []),
    nearest: createNearestPoints(size),
  };
}

/** Of every image of `rows` the place to go on from: a sign step up the cross-entropy of the clean image, and noise. */
async function startOutside(batch: Batch, settings: Settings, state: State): Promise<void> {
  if (settings.search === 'binary') return;
  const { model, images, labels, ids } = batch;
  const d = model.pixels;
  const { gradient } = await model.vjp(images, drawOf(batch, settings, state, ids), (z) =>
    errorLogOddsCotangent(z, model.classes, labels),
  );
  for (const [row, id] of ids.entries()) {
    const noise = new Float64Array(d);
    randomStream('cw-l2', batch.seed, id, state.run).fillNormal(noise);
    const perNoise = settings.noiseNorm / l2Norm(noise, 0, d);
    const own = gradient.subarray(row * d, (row + 1) * d);
    const signs = own.every(Number.isFinite) ? Float64Array.from(own, Math.sign) : new Float64Array(d);
    const perSign = settings.startNorm / Math.max(1, l2Norm(signs, 0, d));
    for (let j = 0; j < d; j += 1) {
      const stepped = inBox(images[row * d + j] + perSign * signs[j]);
      state.w[row * d + j] = toTanhSpace(inBox(stepped + perNoise * noise[j]));
    }
  }
}

function inBox(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function drawOf({ key }: Batch, settings: Settings, { run, round }: State, imageIds: readonly string[]) {
  return { key, index: run * roundsOf(settings) + round, imageIds };
}

/** Where the images of a round stand, b of them, and what the model said. */
interface Seen {
  /** Their rows in the batch (b). */
  readonly rows: Int32Array;
  /** tanh(w), (b, d). */
  readonly tanh: Float64Array;
  /** (b, d). */
  readonly points: Float32Array;
  /** (b, K). */
  readonly logits: Float32Array;
  /** ∂l/∂x′, (b, d); of no meaning where l > κ. */
  readonly gradient: Float32Array;
}

/** Asks about the points where the images stand, keeps those that count, and moves on down the loss. */
async function descend(batch: Batch, settings: Settings, state: State): Promise<void> {
  const { model, labels, ids } = batch;
  const d = model.pixels;
  const rows = Int32Array.from(ids.keys()).filter((row) => state.resting[row] === 0);
  const tanh = new Float64Array(rows.length * d);
  const points = new Float32Array(rows.length * d);
  for (const [at, row] of rows.entries()) {
    for (let j = 0; j < d; j += 1) {
      const t = Math.tanh(state.w[row * d + j]);
      tanh[at * d + j] = t;
      points[at * d + j] = fromTanh(t);
    }
  }
  const imageIds = Array.from(rows, (row) => ids[row]);
  const rowLabels = rows.map((row) => labels[row]);
  const answer = await model.vjp(points, drawOf(batch, settings, state, imageIds), (z) =>
    leadCotangent(z, model.classes, rowLabels, settings.confidence),
  );
  for (const at of rows.keys()) visit(batch, settings, state, { rows, tanh, points, ...answer }, at);
}

/** ∂l/∂z of the rows with l < κ, where the error has weight; 0 elsewhere. */
function leadCotangent(
  logits: Float32Array,
  classes: number,
  labels: Int32Array,
  confidence: number,
): Float32Array {
  const cotangent = new Float32Array(logits.length);
  for (const [row, label] of labels.entries()) {
    const one = { logits, classes, row, label, target: label };
    if (MARGIN.value(one) < confidence) MARGIN.addCotangent(cotangent, one);
  }
  return cotangent;
}

/** What becomes of the image at place `at`; nothing where the model's answer is not finite. */
function visit(batch: Batch, settings: Settings, state: State, seen: Seen, at: number): void {
  const { model, labels, images } = batch;
  const d = model.pixels;
  const row = seen.rows[at];
  const label = labels[row];
  const clean = images.subarray(row * d, (row + 1) * d);
  const point = seen.points.subarray(at * d, (at + 1) * d);
  const norm = l2Distance(point, clean, 0, d);
  const lead = MARGIN.value({ logits: seen.logits, classes: model.classes, row: at, label, target: label });
  const loss = norm * norm + state.constants.c[row] * Math.max(settings.confidence - lead, 0);
  const needed = settings.search === 'binary' ? settings.confidence : 0;
  const isWrong = predictedClass(seen.logits, model.classes, at) !== label && lead >= needed;
  // The clean image itself is known to be right: where it is wrong here, that is the luck of one draw.
  const counts = isWrong && norm > 0;
  if (counts) {
    recordNearest(state.nearest, row, point, norm);
    state.found[row] = Math.min(state.found[row], norm);
  }
  if (isOver(settings, state, row, loss, counts)) state.resting[row] = 1;
  else if (Number.isFinite(loss)) moveOn(batch, settings, state, seen, at, lead < settings.confidence);
}

/** True if the image's run ends here. */
function isOver(settings: Settings, state: State, row: number, loss: number, counts: boolean): boolean {
  if (settings.search === 'multiplicative') {
    if (!counts) return false;
    const recent = state.recent[row];
    const isFull = recent.length === settings.earlyStopWindow;
    const mean = recent.reduce((sum, one) => sum + one, 0) / recent.length;
    state.recent[row] = [...recent, loss].slice(-settings.earlyStopWindow);
    return isFull && loss > mean;
  }
  if (!settings.abortEarly || state.round % Math.ceil(settings.iterations / CHECKS) !== 0) return false;
  const isFalling = loss <= STILL_FALLING * state.checkedLoss[row];
  state.checkedLoss[row] = loss;
  return !isFalling;
}

/** One step of Adam; none where the gradient is not finite. */
function moveOn(
  { model, images }: Batch,
  settings: Settings,
  state: State,
  { rows, tanh, gradient }: Seen,
  at: number,
  isWeighted: boolean,
): void {
  const d = model.pixels;
  const row = rows[at];
  const weight = isWeighted ? state.constants.c[row] : 0;
  const total = new Float64Array(d);
  for (let j = 0; j < d; j += 1) {
    const t = tanh[at * d + j];
    const pull = 2 * (fromTanh(t) - images[row * d + j]);
    const push = isWeighted ? weight * gradient[at * d + j] : 0;
    total[j] = (pull - push) * tanhSlope(t);
  }
  const norm = l2Norm(total, 0, d);
  if (!Number.isFinite(norm)) return;
  if (settings.search === 'multiplicative' && norm > 1) {
    for (let j = 0; j < d; j += 1) total[j] /= norm;
  }
  adamStep(state.w, row, total, state.moments, settings.learningRate);
}

/** Chooses every image's next c, and puts all back to where runs begin. */
function endRun({ images, ids, model }: Batch, settings: Settings, state: State): void {
  const { constants, found, before } = state;
  state.run += 1;
  state.round = 0;
  for (const row of ids.keys()) {
    if (settings.search === 'multiplicative') multiplied(constants, row, found[row], before[row]);
    else bisected(constants, row, found[row] < Infinity);
    const repeats = state.run === runsOf(settings) - 1 && state.run + 1 >= REPEAT_FROM;
    if (settings.search === 'binary' && repeats) atUpperBound(constants, row);
    before[row] = Math.min(before[row], found[row]);
    state.recent[row] = [];
  }
  found.fill(Infinity);
  state.checkedLoss.fill(Infinity);
  state.resting.fill(0);
  state.w = Float64Array.from(images, toTanhSpace);
  state.moments = createAdamMoments(ids.length, model.pixels);
}
