/**
 * Where the decision boundary is nearest, as the model's linearisation has it: what DeepFool and FAB step towards.
 *
 * Notation: z logits, y the true class, f_k = z_k − z_y (below 0 while class k does not win), w_k = ∇f_k; the
 * boundary to class k is |f_k|/‖w_k‖₂ away. One gradient a class is all the Jacobian that this needs.
 */
import { type AttackBatch, type DifferentiableModel, drawOfRows } from '../contract/attack-batch.js';
import { gatherRows } from '../geometry/gather-rows.js';
import { l2Norm } from '../geometry/l2.js';
import { isFiniteRow, predictedClass } from '../losses/cross-entropy.js';
import { topClasses } from '../losses/top-classes.js';

type Batch = AttackBatch<DifferentiableModel>;

/** Points of images `rows` (b) of a batch. */
export interface PointsOfRows {
  /** Rows of the batch (b). */
  readonly rows: Int32Array;
  /** (b, d) flat. */
  readonly points: Float32Array;
}

export interface NearestBoundary {
  /** (b, K) flat. */
  readonly logits: Float32Array;
  /** |f_k|/‖w_k‖₂ of the nearest boundary (b); Infinity where no class has a finite f_k and a finite w_k ≠ 0. */
  readonly distances: Float64Array;
  /** Its f_k (b). */
  readonly values: Float64Array;
  /** Its ‖w_k‖₂ (b). */
  readonly norms: Float64Array;
  /** Its w_k (b, d) flat; 0 where the distance is Infinity. */
  readonly gradients: Float32Array;
}

/** All wrong classes of every image, (B, K − 1) flat, in order. */
export function allWrongClasses({ model, labels }: Batch): Int32Array {
  const all = Array.from(labels, (label) =>
    Array.from({ length: model.classes }, (_, k) => k).filter((k) => k !== label),
  );
  return Int32Array.from(all.flat());
}

/**
 * The wrong classes of largest clean logit, (B, count) flat, largest first; in order where a logit is not finite.
 * @param count - at least 1, less than K.
 */
export async function strongestWrongClasses(batch: Batch, count: number, index: number): Promise<Int32Array> {
  const { model, images, labels } = batch;
  const logits = await model.logits(
    images,
    drawOfRows(
      batch,
      labels.map((_, row) => row),
      index,
    ),
  );
  const strongest = Array.from(labels, (label, row) =>
    topClasses({ logits, classes: model.classes, row }, count, label),
  );
  return Int32Array.from(strongest.flat());
}

/** True if the logits at place `at` (of b) are finite and another class than the true one wins. */
export function isWrongAt({ model, labels }: Batch, rows: Int32Array, logits: Float32Array, at: number) {
  const predicted = predictedClass(logits, model.classes, at);
  return predicted !== undefined && predicted !== labels[rows[at]];
}

/**
 * Of every point the nearest boundary among some classes, under one draw, one vector-Jacobian product a class.
 * @param asked.classes - wrong classes to look at, (b, c) flat, c ≥ 1.
 * @param isEnough - of the logits of a point, by place: true where it needs no further class than the first.
 */
export async function nearestBoundary(
  batch: Batch,
  asked: PointsOfRows & { readonly classes: Int32Array; readonly index: number },
  isEnough: (logits: Float32Array, at: number) => boolean = () => false,
): Promise<NearestBoundary> {
  const all = asked.rows.map((_, at) => at);
  const first = await difference(batch, asked, all, 0);
  const found = emptyBoundary(first.logits, asked);
  const open = all.filter(
    (at) => isFiniteRow(first.logits, batch.model.classes, at) && !isEnough(first.logits, at),
  );
  for (const at of open) keepNearer(found, at, first, at);
  const columns = asked.classes.length / asked.rows.length;
  for (let column = 1; column < columns && open.length > 0; column += 1) {
    const next = await difference(batch, asked, open, column);
    for (const [place, at] of open.entries()) keepNearer(found, at, next, place);
  }
  return found;
}

/** f_k and w_k of one class of every point. */
interface Difference {
  readonly logits: Float32Array;
  readonly values: Float64Array;
  readonly gradient: Float32Array;
}

async function difference(
  batch: Batch,
  asked: PointsOfRows & { readonly classes: Int32Array; readonly index: number },
  places: Int32Array,
  column: number,
): Promise<Difference> {
  const { model, labels } = batch;
  const K = model.classes;
  const columns = asked.classes.length / asked.rows.length;
  const rows = places.map((at) => asked.rows[at]);
  const wrong = places.map((at) => asked.classes[at * columns + column]);
  const cotangent = new Float32Array(places.length * K);
  for (const [place, row] of rows.entries()) {
    cotangent[place * K + wrong[place]] = 1;
    cotangent[place * K + labels[row]] = -1;
  }
  const points =
    places.length === asked.rows.length ? asked.points : gatherRows(asked.points, places, model.pixels);
  const { logits, gradient } = await model.vjp(points, drawOfRows(batch, rows, asked.index), cotangent);
  const values = Float64Array.from(
    rows,
    (row, place) => logits[place * K + wrong[place]] - logits[place * K + labels[row]],
  );
  return { logits, values, gradient };
}

function emptyBoundary(logits: Float32Array, { rows, points }: PointsOfRows): NearestBoundary {
  return {
    logits,
    distances: new Float64Array(rows.length).fill(Infinity),
    values: new Float64Array(rows.length),
    norms: new Float64Array(rows.length),
    gradients: new Float32Array(points.length),
  };
}

/** Takes the boundary of place `place` of `from` for point `at`, if it is nearer than the one known; NaN is not. */
function keepNearer(found: NearestBoundary, at: number, from: Difference, place: number): void {
  const d = found.gradients.length / found.distances.length;
  const norm = l2Norm(from.gradient, place * d, d);
  const distance = Math.abs(from.values[place]) / norm;
  if (!Number.isFinite(norm) || !(distance < found.distances[at])) return;
  found.distances[at] = distance;
  found.values[at] = from.values[place];
  found.norms[at] = norm;
  found.gradients.set(from.gradient.subarray(place * d, (place + 1) * d), at * d);
}
