/**
 * The posterior of a conditioned GP: mean, variance and covariances of the latent function, with gradients in x.
 *
 * Notation: n training points, q query points, r reference points, d dimensions; k_x covariances of x with the training
 * points, w_x = Σ⁻¹ k_x, s output scale: mean = β + k_xᵀα, variance = s − k_xᵀw_x, cov(x, p) = s·k(x, p) − k_xᵀw_p.
 */
import type { Conditioned } from './conditioned.js';
import { assertPoints } from './conditioned.js';
import type { CrossChunk } from './cross-covariance.js';
import { CrossCovariance } from './cross-covariance.js';
import { addCrossGradients } from './cross-gradients.js';
import type { Reference } from './reference.js';
import { createReference } from './reference.js';

/** Mean and variance of the latent function (no noise) at q points; each of shape (q). */
export interface Prediction {
  readonly mean: Float64Array;
  /** At least 0: what rounding takes below 0 is 0. */
  readonly variance: Float64Array;
}

/** A prediction with its gradients in x, each of shape (q, d). */
export interface PredictionWithGradients extends Prediction {
  readonly meanGradient: Float64Array;
  readonly varianceGradient: Float64Array;
}

export interface Posterior {
  /** d. */
  readonly dimension: number;
  /**
   * @param x - points, row-major, shape (q, d).
   * @throws ShapeError if x.length is not q·d.
   */
  predict(x: Float64Array, q: number): Prediction;
  /** The means of `predict`, bit for bit, without the solves that variances take; shape (q). */
  predictMean(x: Float64Array, q: number): Float64Array;
  predictWithGradients(x: Float64Array, q: number): PredictionWithGradients;
  /** Joint posterior with fixed points, shape (r, d): what noise-corrected acquisitions and fantasies need. */
  reference(points: Float64Array, r: number): Reference;
}

export function createPosterior(gp: Conditioned): Posterior {
  const d = gp.hyperparameters.lengthscales.length;
  const cross = new CrossCovariance(gp);
  return {
    dimension: d,
    predict(x, q) {
      assertPoints('predict', x, q, d);
      return predict(gp, cross, x, q);
    },
    predictMean(x, q) {
      assertPoints('predictMean', x, q, d);
      return predictMean(gp, x, q);
    },
    predictWithGradients(x, q) {
      assertPoints('predictWithGradients', x, q, d);
      return predictWithGradients(gp, cross, x, q);
    },
    reference(points, r) {
      assertPoints('reference', points, r, d);
      return createReference(gp, cross, points, r);
    },
  };
}

function predict(gp: Conditioned, cross: CrossCovariance, x: Float64Array, q: number): Prediction {
  const out = { mean: new Float64Array(q), variance: new Float64Array(q) };
  for (const chunk of cross.load(x, q, false)) {
    const half = gp.solver.halfSolve(chunk.values, chunk.width, new Float64Array(gp.n * chunk.width));
    fillMoments(gp, chunk, half, out);
  }
  return out;
}

function predictMean(gp: Conditioned, x: Float64Array, q: number): Float64Array {
  const mean = new Float64Array(q).fill(gp.beta);
  // Covariances of its own: those held for the acquisition stay, and of these only one chunk is held at a time.
  new CrossCovariance(gp).each(x, q, ({ first, width, values }) => {
    for (let i = 0, at = 0; i < gp.n; i++) {
      const a = gp.alpha[i];
      for (let c = first; c < first + width; c++, at++) mean[c] += values[at] * a;
    }
  });
  return mean;
}

function predictWithGradients(
  gp: Conditioned,
  cross: CrossCovariance,
  x: Float64Array,
  q: number,
): PredictionWithGradients {
  const d = gp.hyperparameters.lengthscales.length;
  const out = {
    mean: new Float64Array(q),
    variance: new Float64Array(q),
    meanGradient: new Float64Array(q * d),
    varianceGradient: new Float64Array(q * d),
  };
  for (const chunk of cross.load(x, q, true)) {
    const { width } = chunk;
    const half = gp.solver.halfSolve(chunk.values, width, new Float64Array(gp.n * width));
    fillMoments(gp, chunk, half, out);
    const w = gp.solver.otherHalfSolve(half, width, half);
    const rows = { first: chunk.first, stride: d };
    addCrossGradients(
      gp,
      cross,
      chunk,
      { values: gp.alpha, row: 1, column: 0, at: 0 },
      1,
      out.meanGradient,
      rows,
    );
    addCrossGradients(
      gp,
      cross,
      chunk,
      { values: w, row: width, column: 1, at: 0 },
      -2,
      out.varianceGradient,
      rows,
    );
  }
  return out;
}

/** mean = β + k_xᵀα and variance = s − |L⁻¹k_x|² of the chunk's columns. */
function fillMoments(gp: Conditioned, chunk: CrossChunk, half: Float64Array, out: Prediction): void {
  const { first, width, values } = chunk;
  const mean = out.mean.subarray(first, first + width).fill(gp.beta);
  const variance = out.variance.subarray(first, first + width).fill(gp.hyperparameters.outputScale);
  for (let i = 0, at = 0; i < gp.n; i++) {
    const a = gp.alpha[i];
    for (let c = 0; c < width; c++, at++) {
      mean[c] += values[at] * a;
      variance[c] -= half[at] * half[at];
    }
  }
  for (let c = 0; c < width; c++) if (variance[c] < 0) variance[c] = 0;
}
