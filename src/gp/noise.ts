/** Noise models: what is added to the diagonal of the training covariance, and how it moves with the inferred variance. */

/** One variance for all points, inferred; `relative` (n), each above 0, multiplies it point by point. */
export interface InferredNoise {
  readonly kind: 'inferred';
  readonly relative?: Float64Array;
}

/** Known variances of the points (n), each at least 0, nothing inferred. */
export interface FixedNoise {
  readonly kind: 'fixed';
  readonly variances: Float64Array;
}

/** Known variances (n) plus one inferred nugget for all. */
export interface FixedPlusInferredNoise {
  readonly kind: 'fixed-plus-inferred';
  readonly variances: Float64Array;
}

export type NoiseModel = InferredNoise | FixedNoise | FixedPlusInferredNoise;

/** Whether the model has a variance to infer. */
export function infersNoise(noise: NoiseModel): boolean {
  return noise.kind !== 'fixed';
}

/** Noise variance of point i, given the inferred variance (ignored by the fixed model). */
export function noiseAt(noise: NoiseModel, i: number, inferred: number): number {
  switch (noise.kind) {
    case 'inferred':
      return noise.relative === undefined ? inferred : inferred * noise.relative[i];
    case 'fixed':
      return noise.variances[i];
    case 'fixed-plus-inferred':
      return noise.variances[i] + inferred;
  }
}

/** d noiseAt / d inferred at point i. */
export function noiseSlope(noise: NoiseModel, i: number): number {
  switch (noise.kind) {
    case 'inferred':
      return noise.relative === undefined ? 1 : noise.relative[i];
    case 'fixed':
      return 0;
    case 'fixed-plus-inferred':
      return 1;
  }
}
