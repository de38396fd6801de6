/** The paper's cosine schedule. */
import { assertLatentCount } from './alphas.js';

/**
 * α_i = ½ (1 − cos(π (i + 1) / N)) for i = 0..N−1: below linear for the first half of the latents, above it after.
 * @param n - number of latents N, from 1 to 512.
 * @throws BoSearchError `E_ARGUMENT` for any other n.
 */
export function cosineSchedule(n: number): number[] {
  assertLatentCount('cosineSchedule', n);
  return Array.from({ length: n }, (_, i) => 0.5 * (1 - Math.cos((Math.PI * (i + 1)) / n)));
}
