/** Code and message of what a function throws, for exact comparison; throws itself if nothing was thrown. */
import { BoSearchError } from '../../src/errors.js';

export function thrown(f: () => unknown): [string, string] {
  try {
    f();
  } catch (error) {
    return codeAndMessage(error);
  }
  throw new Error('nothing was thrown');
}

/** `thrown` for promises. */
export async function rejected(promise: Promise<unknown>): Promise<[string, string]> {
  try {
    await promise;
  } catch (error) {
    return codeAndMessage(error);
  }
  throw new Error('nothing was thrown');
}

function codeAndMessage(error: unknown): [string, string] {
  if (error instanceof BoSearchError) return [error.code, error.message];
  throw error;
}
