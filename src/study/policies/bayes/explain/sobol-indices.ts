/**
 * Sobol' indices: how much of a function's variance over the unit cube each coordinate explains, alone (first-order) and
 * with all others (total).
 *
 * Notation: N base points, d dimensions; A and B two (N, d) halves of one 2d-dimensional point set, AB_i is A with column i
 * of B; V variance of f.
 * Sources: Saltelli et al. 2010, Computer Physics Communications 181:259-270, table 2: first-order by formula (b),
 * (1/N) Σ f(B) (f(AB_i) − f(A)) / V, whose error shrinks with the index; total by (f), (1/2N) Σ (f(A) − f(AB_i))² / V,
 * which is that of Jansen 1999, Computer Physics Communications 117:35-43.
 */
import type { RandomStream } from '../../../../math/index.js';
import { MAX_SOBOL_DIMENSIONS, sobolPoints } from '../../../../math/index.js';

/** Where the function is to be evaluated. */
export interface IndexDesign {
  /** N. */
  readonly basePoints: number;
  readonly dimension: number;
  /** Rows of A, then of B, then of AB_0, AB_1, …: shape (N·(d + 2), d). */
  readonly points: Float64Array;
}

/** Indices in coordinate order; estimates, so that small ones may be a bit below 0. */
export interface SobolIndices {
  /** V; where it is 0, all indices are 0. */
  readonly variance: number;
  /** Shape (d). */
  readonly first: Float64Array;
  /** Shape (d). */
  readonly total: Float64Array;
}

/**
 * A design of scrambled Sobol points; beyond 64 dimensions, where Sobol numbers end, of uniform ones.
 * @param basePoints - N, best a power of two.
 */
export function indexDesign(basePoints: number, dimension: number, stream: RandomStream): IndexDesign {
  const [N, d] = [basePoints, dimension];
  const pairs =
    2 * d <= MAX_SOBOL_DIMENSIONS ? sobolPoints(N, 2 * d, { scramble: stream }) : uniform(N * 2 * d, stream);
  const points = new Float64Array(N * (d + 2) * d);
  for (let k = 0; k < N; k++) {
    const a = pairs.subarray(2 * k * d, (2 * k + 1) * d);
    const b = pairs.subarray((2 * k + 1) * d, (2 * k + 2) * d);
    points.set(a, k * d);
    points.set(b, (N + k) * d);
    for (let i = 0; i < d; i++) {
      const row = ((2 + i) * N + k) * d;
      points.set(a, row);
      points[row + i] = b[i];
    }
  }
  return { basePoints: N, dimension: d, points };
}

/** The indices of a function from its values at the design's points, shape (N·(d + 2)). */
export function sobolIndices(
  { basePoints: N, dimension: d }: IndexDesign,
  values: Float64Array,
): SobolIndices {
  const first = new Float64Array(d);
  const total = new Float64Array(d);
  let mean = 0;
  for (let k = 0; k < 2 * N; k++) mean += values[k] / (2 * N);
  let variance = 0;
  for (let k = 0; k < 2 * N; k++) variance += (values[k] - mean) ** 2 / (2 * N);
  if (!(variance > 0)) return { variance: 0, first, total };
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < N; k++) {
      const step = values[(2 + i) * N + k] - values[k];
      first[i] += ((values[N + k] - mean) * step) / (N * variance);
      total[i] += (step * step) / (2 * N * variance);
    }
  }
  return { variance, first, total };
}

function uniform(count: number, stream: RandomStream): Float64Array {
  const out = new Float64Array(count);
  stream.fillUniform(out);
  return out;
}
