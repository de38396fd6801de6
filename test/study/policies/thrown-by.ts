import { BoSearchError } from '../../../src/errors.js';

/** The error that f throws; fails where it throws none of ours. */
export function thrownBy(f: () => unknown): BoSearchError {
  try {
    f();
  } catch (error) {
    if (error instanceof BoSearchError) return error;
    throw error;
  }
  throw new Error('expected an error, got none');
}
