/** Errors a user can act on: a stable code, a message that says where, what was expected and what came, and a hint. */

export type ErrorCode =
  | 'E_ARGUMENT'
  | 'E_SHAPE'
  | 'E_ALPHAS'
  | 'E_CONFIG'
  | 'E_CONFIG_CHANGED'
  | 'E_SPACE'
  | 'E_TRIAL_STATE'
  | 'E_OUTCOME'
  | 'E_JOURNAL'
  | 'E_STORAGE'
  | 'E_LOCKED'
  | 'E_MODEL'
  | 'E_WEIGHTS'
  | 'E_IMAGES'
  | 'E_ATTACK'
  | 'E_SCHEDULES'
  | 'E_BACKEND'
  | 'E_EVALUATOR'
  | 'E_NON_FINITE'
  | 'E_NOT_POSITIVE_DEFINITE';

/** A mistake or state the caller can mend. `message` reads `where: expected, got`; `hint` says what to do next. */
export class BoSearchError extends Error {
  override readonly name: string = 'BoSearchError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** An array does not hold the numbers its shape asks for. */
export class ShapeError extends BoSearchError {
  override readonly name = 'ShapeError';

  constructor(message: string, options: { hint?: string } = {}) {
    super('E_SHAPE', message, options);
  }
}

/** A matrix stayed indefinite after the last jitter of the ladder. */
export class NotPositiveDefiniteError extends BoSearchError {
  override readonly name = 'NotPositiveDefiniteError';
  /** Index of the pivot that was not positive. */
  readonly pivot: number;
  /** Last jitter tried, as a share of the mean diagonal. */
  readonly relativeJitter: number;

  constructor(message: string, details: { pivot: number; relativeJitter: number }) {
    super('E_NOT_POSITIVE_DEFINITE', message, {
      hint: 'remove repeated points, or raise the noise variance',
    });
    this.pivot = details.pivot;
    this.relativeJitter = details.relativeJitter;
  }
}

/**
 * What evaluates trials will not answer any more: a finding about the evaluator, not about a trial. A study ends its loop
 * with this error and leaves the trial running, to be handed out again when somebody has mended the evaluator.
 */
export class EvaluatorGoneError extends BoSearchError {
  override readonly name = 'EvaluatorGoneError';

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super('E_EVALUATOR', message, options);
  }
}

/** Says that the library itself is at fault. */
export function internalError(message: string): Error {
  return new Error(`Internal error: ${message}`);
}
