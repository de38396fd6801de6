/** When to fit the hyper-parameters anew: a pure function of a few numbers, so that a replay decides the same. */

export interface RefitSchedule {
  /** Below this many points every change is a reason. Default 60. */
  readonly always: number;
  /** Growth of n since the last fit that is a reason, as a share. Default 0.05. */
  readonly growth: number;
  /** Standardised residual of the newest point, in absolute value, that is a reason. Default 3. */
  readonly residual: number;
}

export const DEFAULT_REFIT_SCHEDULE: RefitSchedule = { always: 60, growth: 0.05, residual: 3 };

/** What there is to decide by. */
export interface RefitState {
  /** Points now. */
  readonly n: number;
  /** Points at the last fit; undefined if there was none. */
  readonly fittedAt: number | undefined;
  /** (y − μ) / σ of the newest point under the old hyper-parameters, from the others; undefined if not known. */
  readonly newestResidual?: number;
}

export type RefitReason = 'first' | 'small' | 'growth' | 'surprise';

/** The reason to fit anew, or undefined to keep the hyper-parameters. */
export function refitReason(
  state: RefitState,
  schedule: RefitSchedule = DEFAULT_REFIT_SCHEDULE,
): RefitReason | undefined {
  const { n, fittedAt, newestResidual } = state;
  if (fittedAt === undefined) return 'first';
  if (n === fittedAt) return undefined;
  if (n < schedule.always) return 'small';
  if (n >= fittedAt * (1 + schedule.growth) || n < fittedAt) return 'growth';
  if (newestResidual !== undefined && !(Math.abs(newestResidual) <= schedule.residual)) return 'surprise';
  return undefined;
}
