/**
 * Functions drawn from a posterior, which can be evaluated at any number of points: a prior function of random features,
 * moved through values drawn jointly at the training points.
 *
 * Notation: n distinct training points X, z = x / l, s output scale, m random features φ, K = k(X, X) without noise.
 * Given values f_X, f(x) = φ(x)ᵀw + k(x, X) K⁻¹ (f_X − φ(X)ᵀw). Here f_X comes from the joint posterior at X, whatever noise
 * and offsets led to it, since outcomes say nothing of f but through its values at X. A draw is mean + deviation; each
 * deviation serves twice, with both signs, so that means of draws are exact where the units are linear.
 * Sources: Rahimi and Recht 2007 (random Fourier features; the spectral density of a Matérn kernel of smoothness ν is a
 * t distribution with 2ν degrees of freedom); Wilson et al. 2020, arXiv:2002.09309, eq. 10 (Matheron's rule).
 */
import type { ExactGp, KernelName } from '../../../../gp/index.js';
import { KERNELS } from '../../../../gp/index.js';
import type { RandomStream } from '../../../../math/index.js';
import { cholesky, choleskySolve, dot } from '../../../../math/index.js';

/** Frequencies of the random features of one draw; each brings a cosine and a sine. */
const FREQUENCIES = 256;

/**
 * Draws take turns with so many sets of frequencies: over all draws the covariance of the prior is off by about
 * 1 / √(256 · 4), at the cost of few features a draw.
 */
const SETS = 4;

/** Added to the diagonal of a posterior covariance, as a share of s: more than rounding, less than any noise floor. */
const ROUNDING = 1e-12;

export interface PosteriorDraws {
  /** Number of draws: twice the deviations. */
  readonly count: number;
  /** The posterior mean at x, shape (q, d), standardised: shape (q). */
  mean(x: Float64Array, q: number): Float64Array;
  /** The draws at x, shape (q, d), standardised, one after another: shape (count, q). */
  at(x: Float64Array, q: number): Float64Array;
}

/**
 * @param pairs - half the number of draws, at least 1.
 * @throws NotPositiveDefiniteError where the covariance of the training points cannot be factorised.
 */
export function posteriorDraws(
  gp: ExactGp,
  kernel: KernelName,
  pairs: number,
  stream: RandomStream,
): PosteriorDraws {
  const { dimension: d, hyperparameters } = gp;
  const x = distinctRows(gp.data.x, d);
  const n = x.length / d;
  const frequencies = Array.from({ length: SETS }, () => spectralDraws(kernel, d, stream));
  const weights = normals(pairs * 2 * FREQUENCIES, stream);
  const { means, moves } = movesTo(gp, kernel, x, n, pairs, frequencies, weights, stream);
  const z = scaled(x, hyperparameters.lengthscales);
  return {
    count: 2 * pairs,
    mean(points, q) {
      const at = scaled(points, hyperparameters.lengthscales);
      const k = new Float64Array(n);
      return Float64Array.from({ length: q }, (_, i) => {
        fillCovariances(gp, kernel, at.subarray(i * d, (i + 1) * d), z, k);
        return gp.constantMean + dot(k, means);
      });
    },
    at(points, q) {
      const out = new Float64Array(2 * pairs * q);
      const at = scaled(points, hyperparameters.lengthscales);
      const k = new Float64Array(n);
      for (let i = 0; i < q; i++) {
        const row = at.subarray(i * d, (i + 1) * d);
        const phi = frequencies.map((set) => features(row, set, hyperparameters.outputScale));
        fillCovariances(gp, kernel, row, z, k);
        const mean = gp.constantMean + dot(k, means);
        for (let p = 0; p < pairs; p++) {
          const deviation =
            dot(phi[p % SETS], weightsOf(weights, p)) + dot(k, moves.subarray(p * n, (p + 1) * n));
          out[2 * p * q + i] = mean + deviation;
          out[(2 * p + 1) * q + i] = mean - deviation;
        }
      }
      return out;
    },
  };
}

/**
 * means: K⁻¹ (m_X − β), with which k(x, X) gives the posterior mean without a solve at x, shape (n); moves: K⁻¹ (δ_X − φ(X)ᵀw)
 * of each pair, δ_X drawn from the joint posterior at X around its mean m_X, shape (pairs, n).
 */
function movesTo(
  gp: ExactGp,
  kernel: KernelName,
  x: Float64Array,
  n: number,
  pairs: number,
  frequencies: readonly Float64Array[],
  weights: Float64Array,
  stream: RandomStream,
): { readonly means: Float64Array; readonly moves: Float64Array } {
  const { dimension: d, hyperparameters } = gp;
  const { outputScale, lengthscales } = hyperparameters;
  const z = scaled(x, lengthscales);
  const row = (i: number) => z.subarray(i * d, (i + 1) * d);
  const prior = new Float64Array(n * n);
  for (let i = 0; i < n; i++) fillCovariances(gp, kernel, row(i), z, prior.subarray(i * n, (i + 1) * n));
  const factor = cholesky(prior, n);
  const { mean, covariance } = gp.reference(x, n);
  for (let i = 0; i < n; i++) covariance[i * n + i] += ROUNDING * outputScale;
  const { L } = cholesky(covariance, n);
  const phi = frequencies.map((set) =>
    Array.from({ length: n }, (_, i) => features(row(i), set, outputScale)),
  );
  const moves = new Float64Array(pairs * n);
  for (let p = 0; p < pairs; p++) {
    const normal = normals(n, stream);
    const w = weightsOf(weights, p);
    const target = Float64Array.from(
      { length: n },
      (_, i) => dot(L.subarray(i * n, (i + 1) * n), normal) - dot(phi[p % SETS][i], w),
    );
    moves.set(choleskySolve(factor, target), p * n);
  }
  const centred = mean.map((value) => value - gp.constantMean);
  return { means: choleskySolve(factor, centred), moves };
}

/** w of one pair, shape (m). */
function weightsOf(weights: Float64Array, pair: number): Float64Array {
  return weights.subarray(pair * 2 * FREQUENCIES, (pair + 1) * 2 * FREQUENCIES);
}

/** Rows of x that are not rows before, in their order. */
function distinctRows(x: Float64Array, d: number): Float64Array {
  const seen = new Set<string>();
  const kept: number[] = [];
  for (let at = 0; at < x.length; at += d) {
    const row = x.subarray(at, at + d);
    const key = row.join();
    if (seen.has(key)) continue;
    seen.add(key);
    for (const value of row) kept.push(value);
  }
  return Float64Array.from(kept);
}

/** Frequencies of a kernel with lengthscale 1, shape (m / 2, d). */
function spectralDraws(kernel: KernelName, d: number, stream: RandomStream): Float64Array {
  const degrees = { matern52: 5, matern32: 3, rbf: undefined }[kernel];
  const out = normals(FREQUENCIES * d, stream);
  if (degrees === undefined) return out;
  for (let f = 0; f < FREQUENCIES; f++) {
    let chiSquare = 0;
    for (const normal of normals(degrees, stream)) chiSquare += normal * normal;
    const factor = Math.sqrt(degrees / chiSquare);
    for (let j = f * d; j < (f + 1) * d; j++) out[j] *= factor;
  }
  return out;
}

/** φ at one scaled point: φᵀφ' has the mean k over the frequencies. */
function features(z: Float64Array, frequencies: Float64Array, outputScale: number): Float64Array {
  const d = z.length;
  const out = new Float64Array(2 * FREQUENCIES);
  const amplitude = Math.sqrt(outputScale / FREQUENCIES);
  for (let f = 0; f < FREQUENCIES; f++) {
    let phase = 0;
    for (let j = 0, k = f * d; j < d; j++, k++) phase += frequencies[k] * z[j];
    out[2 * f] = amplitude * Math.cos(phase);
    out[2 * f + 1] = amplitude * Math.sin(phase);
  }
  return out;
}

/** s·k of one scaled point with the rows of z, into `out` (n). */
function fillCovariances(
  gp: ExactGp,
  kernel: KernelName,
  row: Float64Array,
  z: Float64Array,
  out: Float64Array,
): void {
  const profile = KERNELS[kernel];
  const d = row.length;
  for (let i = 0; i < out.length; i++) {
    let squared = 0;
    for (let j = 0, k = i * d; j < d; j++, k++) squared += (row[j] - z[k]) ** 2;
    out[i] = gp.hyperparameters.outputScale * profile.correlation(Math.sqrt(squared));
  }
}

function scaled(x: Float64Array, lengthscales: Float64Array): Float64Array {
  return x.map((value, at) => value / lengthscales[at % lengthscales.length]);
}

function normals(count: number, stream: RandomStream): Float64Array {
  const out = new Float64Array(count);
  stream.fillNormal(out);
  return out;
}
