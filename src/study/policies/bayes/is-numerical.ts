/** Which errors are bad numerics, where the policy degrades and goes on; all others are bugs and are thrown. */
import { BoSearchError } from '../../../errors.js';

export function isNumerical(error: unknown): error is BoSearchError {
  return (
    error instanceof BoSearchError &&
    (error.code === 'E_NOT_POSITIVE_DEFINITE' || error.code === 'E_NON_FINITE')
  );
}
