/** The observed points that the model believes in most. */
import type { ExactGp } from '../../../gp/index.js';

/** The `count` observed points of greatest posterior mean, greatest first, the earlier of equals; shape (≤ count, d). */
export function bestPoints(gp: ExactGp, count: number): Float64Array {
  const { dimension: d, n, data } = gp;
  const mean = gp.predictMean(data.x, n);
  const order = Array.from(mean.keys()).sort((a, b) => mean[b] - mean[a] || a - b);
  const points = data.offsets?.shares === undefined ? order : order.filter(firstOfPoint(data.x, d));
  return Float64Array.from(points.slice(0, count).flatMap((i) => [...data.x.subarray(i * d, (i + 1) * d)]));
}

/** Keeps the first row of each point: where trials race a point has a row for every pattern of blocks it saw. */
function firstOfPoint(x: Float64Array, d: number): (row: number) => boolean {
  const seen = new Set<string>();
  return (i) => {
    const point = x.subarray(i * d, (i + 1) * d).join();
    return !seen.has(point) && seen.add(point) !== undefined;
  };
}
