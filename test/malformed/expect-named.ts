/** What every reader owes to whatever it is given: a right value, or a named error with the place, soon. */
import { performance } from 'node:perf_hooks';
import { expect } from '@jest/globals';
import { BoSearchError } from '../../src/errors.js';

/** Longest that one small input may take, in milliseconds, on a busy machine. */
export const SOON = 5000;

/** How many inputs were refused and taken. */
export interface Tally {
  refused: number;
  taken: number;
}

/**
 * Reads, and counts.
 * @param place - what the message must begin with or hold: usually the file's name.
 */
export async function expectNamed(read: () => unknown, place: RegExp, tally?: Tally): Promise<string> {
  const begun = performance.now();
  let message = '';
  try {
    const value: unknown = await read();
    assertFinite(value);
    if (tally !== undefined) tally.taken++;
  } catch (error) {
    if (!(error instanceof BoSearchError)) throw error;
    expect(error.code).toMatch(/^E_[A-Z_]+$/);
    expect(error.message).toMatch(place);
    expect(error.message).not.toMatch(/Internal error|\n {4}at |undefined|\[object /);
    expect(error.message).not.toMatch(/[\0\u001b]/);
    expect(error.message.length).toBeLessThan(3000);
    message = error.message;
    if (tally !== undefined) tally.refused++;
  }
  expect(performance.now() - begun).toBeLessThan(SOON);
  return message;
}

/** No NaN or infinity anywhere in an accepted value. */
function assertFinite(value: unknown): void {
  if (typeof value === 'number') expect(value).not.toBeNaN();
  if (value instanceof Float32Array || value instanceof Float64Array) {
    expect(value.findIndex((entry) => !Number.isFinite(entry))).toBe(-1);
  } else if (value instanceof Map) {
    for (const entry of value.values()) assertFinite(entry);
  } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const entry of Object.values(value)) assertFinite(entry);
  }
}
