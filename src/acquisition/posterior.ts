/**
 * What an acquisition sees of a surrogate: a posterior over the unit cube, by shape.
 *
 * Notation: q query points, r reference points, d dimensions; everything flat and row-major. Any object with these
 * methods will do.
 */

/** Mean and variance of the latent function (no noise) at q points; each of shape (q). */
export interface Prediction {
  readonly mean: Float64Array;
  /** At least 0. */
  readonly variance: Float64Array;
}

/** A prediction with its gradients in x; each of shape (q, d). */
export interface PredictionWithGradients extends Prediction {
  readonly meanGradient: Float64Array;
  readonly varianceGradient: Float64Array;
}

/** The joint posterior with r fixed points. */
export interface Reference {
  /** Posterior means, shape (r). */
  readonly mean: Float64Array;
  /** Posterior covariance, shape (r, r). */
  readonly covariance: Float64Array;
  /** Posterior covariances of x, shape (q, d), with the reference points: shape (q, r). */
  cross(x: Float64Array, q: number): Float64Array;
  /** The same with gradients in x, shape (q, r, d). */
  crossWithGradients(x: Float64Array, q: number): CrossWithGradients;
}

export interface CrossWithGradients {
  readonly cross: Float64Array;
  readonly gradient: Float64Array;
}

export interface Posterior {
  /** d. */
  readonly dimension: number;
  /** Posterior at x, shape (q, d). */
  predict(x: Float64Array, q: number): Prediction;
  predictWithGradients(x: Float64Array, q: number): PredictionWithGradients;
  /** Fixes reference points, shape (r, d). */
  reference(points: Float64Array, r: number): Reference;
}
