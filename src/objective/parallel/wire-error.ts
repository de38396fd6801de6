/** Errors between threads: code, message and hint arrive as they were thrown. */
import { BoSearchError, ShapeError } from '../../errors.js';
import type { ErrorCode } from '../../errors.js';

/** What of an error can be cloned. */
export interface WireError {
  /** Absent where it was not a mistake of the user's. */
  readonly code?: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  /** Where it was thrown, for errors without a code. */
  readonly stack?: string;
}

export function toWireError(error: unknown): WireError {
  if (error instanceof BoSearchError) {
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  return { message, ...(stack === undefined ? {} : { stack }) };
}

/** The error to throw on this side; one without a code keeps the other thread's stack. */
export function fromWireError({ code, message, hint, stack }: WireError): Error {
  const options = hint === undefined ? {} : { hint };
  if (code === 'E_SHAPE') return new ShapeError(message, options);
  if (code !== undefined) return new BoSearchError(code, message, options);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
