/** The contract of an acquisition function: what a maximiser evaluates. */

/** Values and gradients of an acquisition. */
export interface ValuesWithGradients {
  /** Shape (q). */
  readonly values: Float64Array;
  /** Gradients in x, shape (q, d). */
  readonly gradients: Float64Array;
}

/** A function on the unit cube that is greater where an evaluation is worth more. */
export interface Acquisition {
  readonly name: string;
  /** d. */
  readonly dimension: number;
  /** `log` where the value is the logarithm of a worth: starts are then chosen in proportion to the worth. */
  readonly scale: 'log' | 'linear';
  /**
   * Values at x, shape (q, d). -Infinity says that the point is worth nothing.
   * @returns shape (q).
   */
  values(x: Float64Array, q: number): Float64Array;
  /** Values and gradients at x, shape (q, d). Where a value is -Infinity, its gradient is 0. */
  valuesWithGradients(x: Float64Array, q: number): ValuesWithGradients;
}
