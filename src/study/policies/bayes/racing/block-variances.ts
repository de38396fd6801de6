/**
 * How far blocks of images shift and bend scores, estimated from the scores of single images by moments.
 *
 * Notation: s_ti score of image i at point t, v its variance over images, k(t, u) correlation of the process;
 *   Cov_i(s_ti, s_ui) = v_a + v_g·k(t, u) for t ≠ u, v = v_a + v_g + v_e:
 *   v_a how hard an image is (the offset), v_g what it likes (the bias), v_e the rest (the nugget).
 * v_e is taken for a fixed share of v (the fit then finds its own), so that one number is left: least squares on the pairs of
 * points far apart, on the same images, gives v_a. Near pairs are left out: a search ends with hundreds of points near its
 * best, and a line through their covariances says nothing of where it meets k = 0. The mean of m images has these variances
 * over m.
 * Source: Pearce, Poloczek, Branke 2019, arXiv:1910.09259, section 3, for the decomposition.
 */
import type { Standardisation } from '../../../../gp/index.js';
import { KERNELS, type KernelName } from '../../../../gp/index.js';
import type { Observations } from '../observations.js';
import { type BlockRows, UNIT_IMAGES } from './row-groups.js';

/** Variances of the mean of `UNIT_IMAGES` images, in units of y. */
export interface BlockVariances {
  readonly offset: number;
  readonly bias: number;
  readonly nugget: number;
}

/** Share of v_a before anything was seen: that of the bundled model, see docs/optimiser.md. */
const PRIOR_OFFSET = 0.7;

/** How many pairs of points at k = 0 the prior is worth. */
const PRIOR_PAIRS = 20;

/** Share of v_e. */
const NUGGET = 0.08;

/** Pairs up to this correlation are far. */
const FAR = 0.5;

/** The scale of the function is at least this share of the spread of the points' means. */
const LEAST_SIGNAL = 0.5;

/** @param lengthscales - of the process, shape (d). */
export function blockVariances(
  { x, dimension: d }: Pick<Observations, 'x' | 'dimension'>,
  rows: BlockRows,
  kernel: KernelName,
  lengthscales: Float64Array,
): BlockVariances {
  const v = withinVariance(rows);
  const profile = KERNELS[kernel];
  const common = (1 - NUGGET) * v;
  let weight = PRIOR_PAIRS;
  let sum = PRIOR_PAIRS * PRIOR_OFFSET * v;
  forEachPair(rows, (i, j) => {
    let square = 0;
    for (let k = 0; k < d; k++) square += ((x[i * d + k] - x[j * d + k]) / lengthscales[k]) ** 2;
    const k = profile.correlation(Math.sqrt(square));
    if (k > FAR) return;
    weight += (1 - k) ** 2;
    sum += (1 - k) * (covariance(rows.residuals[i], rows.residuals[j]) - common * k);
  });
  const offset = Math.min(Math.max(sum / weight, 0), common);
  const bias = common - offset;
  const unit = (variance: number) => variance / UNIT_IMAGES;
  return { offset: unit(offset), bias: unit(bias), nugget: unit(v - offset - bias) };
}

/**
 * Shift and scale of the function itself: the spread of the points' means, each over the blocks it saw with the blocks' own
 * means removed, less what the images alone bring.
 */
export function signalUnits(y: Float64Array, rows: BlockRows, variances: BlockVariances): Standardisation {
  const n = y.length;
  const shift = y.reduce((sum, value) => sum + value / n, 0);
  const centred = withoutGroupMeans(y, rows, shift);
  const points = new Map<number, { sum: number; images: number }>();
  for (let i = 0; i < n; i++) {
    const images = imagesOf(rows, i);
    const point = points.get(rows.point[i]) ?? { sum: 0, images: 0 };
    points.set(rows.point[i], { sum: point.sum + images * centred[i], images: point.images + images });
  }
  let spread = 0;
  let noise = 0;
  for (const { sum, images } of points.values()) {
    spread += (sum / images) ** 2 / points.size;
    noise += ((variances.bias + variances.nugget) * UNIT_IMAGES) / images / points.size;
  }
  const signal = Math.max(spread - noise, LEAST_SIGNAL * spread);
  return { shift, scale: signal > 0 ? Math.sqrt(signal) : 1 };
}

function imagesOf({ of, images }: BlockRows, i: number): number {
  return of[i] < 0 ? UNIT_IMAGES : images[of[i]];
}

/** y − shift, and for groups of several points y minus the group's mean. */
function withoutGroupMeans(y: Float64Array, { of }: BlockRows, shift: number): Float64Array {
  const groups = new Map<number, { sum: number; count: number }>();
  y.forEach((value, i) => {
    const group = groups.get(of[i]) ?? { sum: 0, count: 0 };
    groups.set(of[i], { sum: group.sum + value, count: group.count + 1 });
  });
  return y.map((value, i) => {
    const group = groups.get(of[i]);
    const alone = of[i] < 0 || group === undefined || group.count < 2;
    return value - (alone ? shift : group.sum / group.count);
  });
}

/** v: pooled variance of the scores of single images; that of yes/no images at ½ where nothing is known. */
function withinVariance({ residuals }: BlockRows): number {
  let sum = 0;
  let degrees = 0;
  for (const row of residuals) {
    for (const value of row) sum += value * value;
    degrees += Math.max(0, row.length - 1);
  }
  return degrees > 0 && sum > 0 ? sum / degrees : 0.25;
}

function covariance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum / (a.length - 1);
}

/** Pairs of observations on the same images, at least two of them. */
function forEachPair({ of, images }: BlockRows, visit: (i: number, j: number) => void): void {
  const groups = new Map<number, number[]>();
  of.forEach((group, i) => {
    if (group < 0 || images[group] < 2) return;
    const earlier = groups.get(group) ?? [];
    groups.set(group, earlier);
    for (const j of earlier) visit(i, j);
    earlier.push(i);
  });
}
