/** Points in flat arrays: how many, which, and which is best. Notation: (count, d), row-major. */
import { BoSearchError, ShapeError } from '../errors.js';

/** Whole points in a flat array. */
export function countPoints(where: string, points: Float64Array, d: number): number {
  const count = points.length / d;
  if (!Number.isInteger(count)) {
    throw new ShapeError(`${where} must hold whole points of d = ${d} numbers, got ${points.length} numbers`);
  }
  if (count === 0) throw new BoSearchError('E_ARGUMENT', `${where} must hold at least one point, got none`);
  return count;
}

/** The first index of the greatest value; NaN is never the greatest, 0 if all are NaN. */
export function indexOfGreatest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    const replaces = Number.isNaN(values[best]) && !Number.isNaN(values[i]);
    if (values[i] > values[best] || replaces) best = i;
  }
  return best;
}

/** Indices of the `count` greatest values that are numbers, greatest first; equal values in their order. */
export function indicesOfGreatest(values: Float64Array, count: number): number[] {
  const order = Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]));
  return order.sort((a, b) => values[b] - values[a] || a - b).slice(0, count);
}

/** The named points, in that order, in a new array. */
export function pickPoints(points: Float64Array, rows: readonly number[], d: number): Float64Array {
  return concatenate(...rows.map((i) => points.subarray(i * d, (i + 1) * d)));
}

/** All numbers of the parts, in order, in a new array. */
export function concatenate(...parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
