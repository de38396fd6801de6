/**
 * FAB's final search: the nearest error on the way from the clean image to the nearest error known.
 *
 * Croce and Hein 2020, arXiv:1907.02044, section 3.4. There, three times, the point where the margin between the ends
 * interpolates to 0. Such a point lies on the boundary, and may be judged to be on its right side by a rounding, for
 * ever; here interpolation goes a tenth of the rest beyond, so that the excess falls to a tenth a step.
 */
import { type AttackBatch, type DifferentiableModel, drawOfRows } from '../contract/attack-batch.js';
import { gatherRows } from '../geometry/gather-rows.js';
import { l2Distance } from '../geometry/l2.js';
import { MARGIN } from '../losses/margin.js';
import type { FabL2Settings } from './fab-settings.js';
import { isWrongAt } from './nearest-boundary.js';
import { type NearestPoints, recordNearest } from './nearest-points.js';

/** Share of the rest, from where the margin should be 0 to the error, that interpolation goes beyond. */
const BEYOND = 0.1;

/** Plain data. */
export interface FabSearch {
  /** Steps taken. */
  step: number;
  /** (B, d): the nearest error of every image when the search began; the clean image where there was none. */
  readonly ends: Float32Array;
  /** (B): the largest share of the way known to be right, and its margin. */
  readonly low: Float64Array;
  readonly lowMargin: Float64Array;
  /** (B): the smallest share of the way known to be wrong, and its margin. */
  readonly high: Float64Array;
  readonly highMargin: Float64Array;
  /** (B): 1 where the ends are right and wrong under fresh draws, so that there is something between them. */
  readonly open: Uint8Array;
}

type Batch = AttackBatch<DifferentiableModel>;

/** Judges both ends of the way of every image with an error; asks for draws `index` and `index` + 1. */
export async function beginSearch(batch: Batch, nearest: NearestPoints, index: number): Promise<FabSearch> {
  const { model, images, ids } = batch;
  const d = model.pixels;
  const rows = Int32Array.from(ids.keys()).filter((row) => nearest.points[row].length > 0);
  const ends = images.slice();
  for (const row of rows) ends.set(nearest.points[row][0], row * d);
  const right = await model.logits(gatherRows(images, rows, d), drawOfRows(batch, rows, index));
  const wrong = await model.logits(gatherRows(ends, rows, d), drawOfRows(batch, rows, index + 1));
  const search: FabSearch = {
    step: 0,
    ends,
    low: new Float64Array(ids.length),
    lowMargin: scattered(marginsOf(batch, rows, right), rows, ids.length),
    high: new Float64Array(ids.length).fill(1),
    highMargin: scattered(marginsOf(batch, rows, wrong), rows, ids.length),
    open: new Uint8Array(ids.length),
  };
  for (const row of rows) if (search.lowMargin[row] < 0 && search.highMargin[row] > 0) search.open[row] = 1;
  return search;
}

/** One step of every image that is open, under draw `index`; keeps the errors it finds. */
export async function searchStep(
  batch: Batch,
  search: FabSearch,
  nearest: NearestPoints,
  { by, index }: { readonly by: FabL2Settings['searchBy']; readonly index: number },
): Promise<void> {
  const { model, images, ids } = batch;
  const d = model.pixels;
  const rows = Int32Array.from(ids.keys()).filter((row) => search.open[row] === 1);
  const shares = Float64Array.from(rows, (row) => nextShare(search, row, by));
  const points = new Float32Array(rows.length * d);
  for (const [at, row] of rows.entries()) {
    for (let j = 0; j < d; j += 1) {
      const clean = images[row * d + j];
      points[at * d + j] = clean + shares[at] * (search.ends[row * d + j] - clean);
    }
  }
  const logits = await model.logits(points, drawOfRows(batch, rows, index));
  const margins = marginsOf(batch, rows, logits);
  search.step += 1;
  for (const [at, row] of rows.entries()) {
    if (Number.isNaN(margins[at])) continue;
    const isWrong = isWrongAt(batch, rows, logits, at);
    (isWrong ? search.high : search.low)[row] = shares[at];
    (isWrong ? search.highMargin : search.lowMargin)[row] = margins[at];
    if (!isWrong) continue;
    const point = points.subarray(at * d, (at + 1) * d);
    const clean = images.subarray(row * d, (row + 1) * d);
    recordNearest(nearest, row, point, l2Distance(point, clean, 0, d));
  }
}

/** Where to look next, between `low` and `high`. */
function nextShare(
  { low, lowMargin, high, highMargin }: FabSearch,
  row: number,
  by: FabL2Settings['searchBy'],
): number {
  const rest = high[row] - low[row];
  if (by === 'bisection') return low[row] + rest / 2;
  const rise = highMargin[row] - lowMargin[row];
  // a draw may turn the ends' margins round
  const part = rise > 0 ? Math.min(1, Math.max(0, -lowMargin[row] / rise)) : 0.5;
  return low[row] + rest * (part + BEYOND * (1 - part));
}

/** max_{k≠y} z_k − z_y of rows (b); NaN where a logit is not finite. */
function marginsOf({ model, labels }: Batch, rows: Int32Array, logits: Float32Array): Float64Array {
  return Float64Array.from(rows, (row, at) =>
    MARGIN.value({ logits, classes: model.classes, row: at, label: labels[row], target: labels[row] }),
  );
}

/** Values of rows (b) at their places of B, NaN elsewhere. */
function scattered(values: Float64Array, rows: Int32Array, images: number): Float64Array {
  const out = new Float64Array(images).fill(NaN);
  for (const [at, row] of rows.entries()) out[row] = values[at];
  return out;
}
