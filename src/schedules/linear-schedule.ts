/** The paper's linear schedule. */
import { assertLatentCount } from './alphas.js';

/**
 * α_i = (i + 1) / N for i = 0..N−1: the first latent is kept most, the last re-sampled whole.
 * @param n - number of latents N, from 1 to 512.
 * @throws BoSearchError `E_ARGUMENT` for any other n.
 */
export function linearSchedule(n: number): number[] {
  assertLatentCount('linearSchedule', n);
  return Array.from({ length: n }, (_, i) => (i + 1) / n);
}
