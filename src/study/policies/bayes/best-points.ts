/** The observed points that the model believes in most. */
import type { ExactGp } from '../../../gp/index.js';

/** The `count` observed points of greatest posterior mean, greatest first, the earlier of equals; shape (≤ count, d). */
export function bestPoints(gp: ExactGp, count: number): Float64Array {
  const { dimension: d, n, data } = gp;
  const mean = gp.predictMean(data.x, n);
  const order = Array.from(mean.keys()).sort((a, b) => mean[b] - mean[a] || a - b);
  return Float64Array.from(order.slice(0, count).flatMap((i) => [...data.x.subarray(i * d, (i + 1) * d)]));
}
