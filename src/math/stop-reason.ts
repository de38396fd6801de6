/** Why a minimiser stopped: every reason carries a message and advice. */

export type StopKind =
  'gradient' | 'function' | 'step' | 'iterations' | 'evaluations' | 'line-search' | 'non-finite';

/** The end of a run. */
export interface StopReason {
  readonly kind: StopKind;
  readonly message: string;
  /** What to do next, also where nothing is wrong. */
  readonly advice: string;
  /** Whether the point may be taken for a local minimum, or as good as the limits allowed. */
  readonly good: boolean;
}

const REASONS: Readonly<Record<StopKind, Omit<StopReason, 'kind'>>> = {
  gradient: {
    message: 'the projected gradient is within its tolerance',
    advice: 'nothing to do: this is a local minimum',
    good: true,
  },
  function: {
    message: 'the last step changed the value by less than its tolerance',
    advice: 'nothing to do; lower functionTolerance for more digits',
    good: true,
  },
  step: {
    message: 'no step changes the point: every free direction ends at a bound or below rounding',
    advice: 'nothing to do; if the value is poor, check that the variables have similar scales',
    good: true,
  },
  iterations: {
    message: 'the limit of iterations is reached',
    advice: 'raise maxIterations, or go on from the point returned',
    good: false,
  },
  evaluations: {
    message: 'the limit of evaluations is reached',
    advice: 'raise maxEvaluations, or go on from the point returned',
    good: false,
  },
  'line-search': {
    message: 'no step along the steepest descent direction lowers the value enough',
    advice: 'compare the gradient with finite differences; noise in the function has the same effect',
    good: false,
  },
  'non-finite': {
    message: 'the value or the gradient at the starting point is not finite, or the value fell to -Infinity',
    advice: 'start from a point where the function is finite, or tighten the bounds',
    good: false,
  },
};

/** The reason with its words. */
export function stopReason(kind: StopKind): StopReason {
  return { kind, ...REASONS[kind] };
}
