/** The constant schedule: the same share of every latent. */
import { assertAlphas, assertLatentCount } from './alphas.js';

/**
 * α_i = value for all i; 0 is plain reconstruction, 1 a fresh sample of the model.
 * @param n - number of latents N, from 1 to 512.
 * @param value - in [0, 1].
 * @throws BoSearchError `E_ARGUMENT` for any other n, `E_ALPHAS` for any other value.
 */
export function constantSchedule(n: number, value: number): number[] {
  assertLatentCount('constantSchedule', n);
  const alphas = new Array<number>(n).fill(value);
  assertAlphas('constantSchedule', alphas);
  return alphas;
}
