/** The step schedule: keep the first latents, re-sample the others. The strongest simple rival of a learned one. */
import { BoSearchError } from '../errors.js';
import { assertLatentCount } from './alphas.js';
import { showValue } from './show-value.js';

/**
 * α_i = 0 for i < from, 1 for i ≥ from.
 * @param n - number of latents N, from 1 to 512.
 * @param from - first latent that is re-sampled, from 0 (all) to N (none).
 * @throws BoSearchError `E_ARGUMENT` for any other n or from.
 */
export function stepSchedule(n: number, from: number): number[] {
  assertLatentCount('stepSchedule', n);
  if (!Number.isInteger(from) || from < 0 || from > n) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `stepSchedule: expected from to be an integer from 0 to ${n}, got ${showValue(from)}`,
    );
  }
  return Array.from({ length: n }, (_, i) => (i < from ? 0 : 1));
}
