/** Strings of per-image results: '1' classified rightly, '0' wrongly. */
import { BoSearchError } from '../errors.js';
import type { Bits } from './outcome.js';

/**
 * Checks that `bits` is a string of '0' and '1', at least one character long.
 * @param where - names the value in the message.
 * @throws E_OUTCOME
 */
export function assertBits(bits: unknown, where: string): asserts bits is Bits {
  if (typeof bits !== 'string') {
    throw new BoSearchError('E_OUTCOME', `${where}: expected a string of 0 and 1, got ${typeof bits}`);
  }
  if (bits.length === 0) {
    throw new BoSearchError('E_OUTCOME', `${where}: expected at least one image, got an empty string`);
  }
  const odd = bits.search(/[^01]/);
  if (odd >= 0) {
    throw new BoSearchError(
      'E_OUTCOME',
      `${where}: expected a string of 0 and 1, got ${JSON.stringify(bits[odd])} at position ${odd}`,
    );
  }
}

/** Number of images classified rightly. */
export function countOnes(bits: Bits): number {
  let ones = 0;
  for (let i = 0; i < bits.length; i++) if (bits[i] === '1') ones++;
  return ones;
}

/** Bits from booleans or 0/1 numbers, in order. */
export function bitsFrom(results: Iterable<boolean | number>): Bits {
  let bits = '';
  for (const right of results) bits += right ? '1' : '0';
  return bits;
}
