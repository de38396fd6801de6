/** What every α vector must be: N numbers in [0, 1], 0 keeping a latent and 1 re-sampling it. */
import { BoSearchError } from '../errors.js';
import { showValue } from './show-value.js';

/** Most latents a schedule can have. */
export const MAX_LATENTS = 512;

const HINT = 'α holds one number from 0 (keep the latent) to 1 (re-sample it) for each latent';

/**
 * Says whether `alphas` is an α vector.
 * @param where - who asks, for the message.
 * @param alphas - any value; arrays and typed arrays of numbers pass.
 * @param n - number of latents N, where it is known.
 * @throws BoSearchError `E_ALPHAS` naming the first index and value that is wrong.
 */
export function assertAlphas(
  where: string,
  alphas: unknown,
  n?: number,
): asserts alphas is ArrayLike<number> {
  if (!isList(alphas)) throw wrong(`${where}: expected an array of numbers, got ${showValue(alphas)}`);
  if (n !== undefined && alphas.length !== n) {
    throw wrong(`${where}: expected ${n} alphas, one a latent, got ${alphas.length}`);
  }
  if (alphas.length < 1 || alphas.length > MAX_LATENTS) {
    throw wrong(`${where}: expected from 1 to ${MAX_LATENTS} alphas, got ${alphas.length}`);
  }
  for (let i = 0; i < alphas.length; i++) {
    const value = alphas[i];
    if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
      throw wrong(`${where}: expected alphas[${i}] in [0, 1], got ${showValue(value)}`);
    }
  }
}

/** Throws `E_ARGUMENT` unless `n` can be a number of latents. */
export function assertLatentCount(where: string, n: number): void {
  if (!Number.isInteger(n) || n < 1 || n > MAX_LATENTS) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `${where}: expected n to be an integer from 1 to ${MAX_LATENTS}, got ${showValue(n)}`,
    );
  }
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || value instanceof Float64Array || value instanceof Float32Array;
}

function wrong(message: string): BoSearchError {
  return new BoSearchError('E_ALPHAS', message, { hint: HINT });
}
