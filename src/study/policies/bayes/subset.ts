/**
 * Which observations a model of a long history is made of: the best, the newest, and others far from those. An exact
 * Gaussian process costs n³ and n² numbers; beyond some thousand observations most of them say what others say.
 *
 * A function of the history alone. Between two fits nothing is chosen anew (but when there is no more room), so that the
 * factor can be extended. Measured on histories of 2,000 observations in 16 and 20 dimensions (bench/README.md): 1,000
 * chosen like this predict nearly as well as all, or better; the best 1,000 much worse.
 * Notation: n observations, b of them there at the last fit.
 */
import type { GroupOffsets, NoiseModel } from '../../../gp/index.js';
import { DEFAULT_REFIT_SCHEDULE, refitReason } from '../../../gp/index.js';
import type { Observations } from './observations.js';
import type { BlockRows } from './racing/row-groups.js';

/** Shares of a choice: the greatest y, then the newest; the rest is chosen for distance. */
const BEST_SHARE = 0.25;
const NEWEST_SHARE = 0.25;

/** What a choice depends on. */
export type Choosable = Pick<Observations, 'x' | 'y' | 'dimension'>;

/**
 * Indices, rising, of `count` of the first n observations (of all where there are no more): a quarter of them those of
 * greatest y (the earlier of equals), a quarter the newest of the others, the rest one by one the farthest from all chosen
 * so far, in the unit cube (the earlier of equals).
 * @param count - at least 1.
 */
export function chosenRows({ x, y, dimension: d }: Choosable, n: number, count: number): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  if (n <= count) return all;
  const best = all.toSorted((i, j) => y[j] - y[i] || i - j).slice(0, Math.ceil(BEST_SHARE * count));
  const isChosen = new Uint8Array(n);
  for (const i of best) isChosen[i] = 1;
  const newest = all.filter((i) => isChosen[i] === 0).slice(-Math.max(1, Math.floor(NEWEST_SHARE * count)));
  const chosen = [...best, ...newest].slice(0, count);
  for (const i of chosen) isChosen[i] = 1;
  const distance = new Float64Array(n).fill(Infinity);
  for (const i of chosen) lowerDistances(x, d, i, isChosen, distance);
  while (chosen.length < count) {
    const next = farthest(distance, isChosen);
    isChosen[next] = 1;
    chosen.push(next);
    lowerDistances(x, d, next, isChosen, distance);
  }
  return chosen.sort((i, j) => i - j);
}

/**
 * `count` of n indices, evenly spread; all where there are no more. What hyper-parameters are fitted to: on histories of
 * 500 to 800 observations, 300 spread over them gave lengthscales that predict held-out points as well as those fitted
 * to all, or better; choosing by outcome gave worse ones.
 */
export function spreadRows(n: number, count: number): number[] {
  if (n <= count) return Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * n) / count));
}

/** The observations of these rows, in their order. */
export function rowsOf(observations: Observations, rows: readonly number[]): Observations {
  const { dimension: d, offsets, blocks, x, y } = observations;
  if (rows.length === observations.all.length) return observations;
  const part = new Float64Array(rows.length * d);
  rows.forEach((i, to) => part.set(x.subarray(i * d, (i + 1) * d), to * d));
  return {
    ...observations,
    all: rows.map((i) => observations.all[i]),
    x: part,
    y: Float64Array.from(rows, (i) => y[i]),
    noise: noiseOf(observations.noise, rows),
    ...(offsets === undefined ? {} : { offsets: offsetsOf(offsets, rows) }),
    ...(blocks === undefined ? {} : { blocks: blocksOf(blocks, rows) }),
    total: observations.total ?? observations.all.length,
  };
}

/** Chooses among the observations of growing histories; what it keeps saves work, and changes no choice. */
export function createSubset(
  most: number | null,
): (observations: Observations, fittedAt: number | undefined) => Observations {
  let held: { readonly from: Choosable; readonly n: number; readonly rows: readonly number[] } | undefined;
  return (observations, fittedAt) => {
    const n = observations.all.length;
    if (most === null || n <= most || observations.blocks !== undefined) return observations;
    const { base, count } = plan(n, fittedAt, most);
    if (
      held?.n !== base ||
      held.rows.length !== Math.min(base, count) ||
      !sameFirst(held.from, observations, base)
    ) {
      held = { from: observations, n: base, rows: chosenRows(observations, base, count) };
    }
    const rows = [...held.rows];
    for (let i = base; i < n; i++) rows.push(i);
    return rowsOf(observations, rows);
  };
}

/** How many of the first `base` observations are chosen; all after them are added. */
function plan(n: number, fittedAt: number | undefined, most: number): { base: number; count: number } {
  const due = fittedAt === undefined || n < fittedAt || refitReason({ n, fittedAt }) !== undefined;
  const from = due ? n : fittedAt;
  const room = Math.max(1, Math.min(most >> 1, Math.ceil(DEFAULT_REFIT_SCHEDULE.growth * from)));
  const base = n - ((n - from) % room);
  return { base, count: base > most ? Math.max(1, most - room) : base };
}

function sameFirst(a: Choosable, b: Choosable, n: number): boolean {
  if (a === b) return true;
  for (let i = 0; i < n; i++) if (a.y[i] !== b.y[i]) return false;
  for (let k = 0; k < n * b.dimension; k++) if (a.x[k] !== b.x[k]) return false;
  return a.dimension === b.dimension;
}

function lowerDistances(
  x: Float64Array,
  d: number,
  from: number,
  isChosen: Uint8Array,
  distance: Float64Array,
): void {
  for (let i = 0; i < distance.length; i++) {
    if (isChosen[i] === 1) continue;
    let square = 0;
    for (let k = 0; k < d; k++) square += (x[i * d + k] - x[from * d + k]) ** 2;
    if (square < distance[i]) distance[i] = square;
  }
}

function farthest(distance: Float64Array, isChosen: Uint8Array): number {
  let best = -1;
  for (let i = 0; i < distance.length; i++) {
    if (isChosen[i] === 0 && (best < 0 || distance[i] > distance[best])) best = i;
  }
  return best;
}

function noiseOf(noise: NoiseModel, rows: readonly number[]): NoiseModel {
  if (noise.kind !== 'inferred') {
    return { ...noise, variances: Float64Array.from(rows, (i) => noise.variances[i]) };
  }
  const { relative } = noise;
  return relative === undefined ? noise : { ...noise, relative: Float64Array.from(rows, (i) => relative[i]) };
}

function offsetsOf(offsets: GroupOffsets, rows: readonly number[]): GroupOffsets {
  return { ...offsets, of: Int32Array.from(rows, (i) => offsets.of[i]) };
}

/** A point whose first observation is left out is known by its first that is there. */
function blocksOf(blocks: BlockRows, rows: readonly number[]): BlockRows {
  const first = new Map<number, number>();
  rows.forEach((i, to) => {
    if (!first.has(blocks.point[i])) first.set(blocks.point[i], to);
  });
  return {
    ...blocks,
    of: Int32Array.from(rows, (i) => blocks.of[i]),
    residuals: rows.map((i) => blocks.residuals[i]),
    point: Int32Array.from(rows, (i, to) => first.get(blocks.point[i]) ?? to),
  };
}
