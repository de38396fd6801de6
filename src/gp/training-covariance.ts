/**
 * The covariance of the noisy targets: process, what groups share, noise.
 *
 * Notation: n points, z scaled inputs (n, d).
 */
import { covarianceMatrix } from './covariance.js';
import type { GpData } from './data.js';
import { withGroup } from './data.js';
import type { Hyperparameters } from './hyperparameters.js';
import type { Profile } from './kernels/profile.js';
import { noiseAt } from './noise.js';

/** K + groups + noise, shape (n, n). */
export function trainingCovariance(
  data: GpData,
  hyper: Hyperparameters,
  profile: Profile,
  z: Float64Array,
): Float64Array {
  const n = data.y.length;
  const K = covarianceMatrix(profile, z, n, data.dimension, hyper.outputScale);
  addNoise(K, data, hyper.noiseVariance);
  return K;
}

/** Adds what groups share and noise to a covariance of the process, in place, shape (n, n). */
export function addNoise(K: Float64Array, data: GpData, noiseVariance: number): void {
  const n = data.y.length;
  if (data.offsets !== undefined) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) K[i * n + j] = withGroup(data.offsets, i, j, K[i * n + j]);
    }
  }
  for (let i = 0; i < n; i++) K[i * n + i] += noiseAt(data.noise, i, noiseVariance);
}
