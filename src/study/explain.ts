/** What a study can say of itself: its trials, and all that its policy's model knows, in the names and units of its space. */
import { BoSearchError } from '../errors.js';
import type { Space } from '../space/index.js';
import { observedValue, type TrialState } from '../trial/index.js';
import { policyContext } from './next-point.js';
import type { PolicyExplanation } from './policies/explanation.js';
import type { Policy } from './policies/policy.js';
import { type Recommendation, recommendation } from './recommend.js';
import type { StudyState } from './state.js';
import type { Trial } from './trial.js';

export interface ExplainOptions {
  /** How many of the trials to list that the model predicts worst; an integer from 0. Default 5. */
  readonly worst?: number;
}

/** A parameter, and over what distance the model lets the objective change. */
export interface ExplainedParameter {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Whether equal ratios, not equal differences, count the same. */
  readonly log: boolean;
  /** The lengthscale in user units: a difference, or with `log` a ratio; absent without a model. */
  readonly lengthscale?: number;
}

/** How many trials came by one rule, and the best value among them. */
export interface OriginCount {
  readonly by: string;
  readonly trials: number;
  /** The trial with the best value; absent where none has one. */
  readonly best?: { readonly trial: number; readonly value: number };
}

export interface StudyExplanation {
  /** Where the journal is. */
  readonly study: string;
  readonly direction: 'maximize' | 'minimize';
  readonly policy: string;
  readonly spaceKind: Space['kind'];
  readonly states: Readonly<Record<TrialState, number>>;
  /** In the order of their first trials. */
  readonly origins: readonly OriginCount[];
  readonly parameters: readonly ExplainedParameter[];
  readonly recommended: Recommendation;
  /** Absent where the policy has no model. */
  readonly explanation?: PolicyExplanation;
  /** Why there is no `explanation`. */
  readonly noModel?: string;
}

/** Fewer trials with a value than this are not explained by a model. */
const LEAST_VALUES = 3;

const DEFAULT_WORST = 5;

/**
 * Everything a study can say of itself as it stands. Writes nothing; the same journal gives the same numbers.
 * @throws E_TRIAL_STATE if no trial has a value, or, where the policy has a model, fewer than 3 have; E_ARGUMENT for a bad
 *   option.
 */
export function explainStudy(
  state: StudyState,
  policy: Policy,
  place: string,
  { worst = DEFAULT_WORST }: ExplainOptions = {},
): StudyExplanation {
  if (!Number.isSafeInteger(worst) || worst < 0) {
    throw new BoSearchError('E_ARGUMENT', `explain worst: expected an integer from 0, got ${worst}`);
  }
  assertValues(state, policy);
  const { header, space, trials } = state;
  const explanation = policy.explain?.(policyContext(state), worst);
  return {
    study: place,
    direction: header.direction,
    policy: policy.name,
    spaceKind: space.kind,
    states: statesOf(trials),
    origins: originsOf(trials, header.direction),
    parameters: parametersOf(space, explanation),
    recommended: recommendation(state, policy),
    ...(explanation === undefined ? { noModel: whyNone(policy) } : { explanation }),
  };
}

function assertValues({ trials, endings }: StudyState, policy: Policy): void {
  const values = trials.filter((trial) => valueOf(trial) !== undefined).length;
  const least = policy.explain === undefined ? 1 : LEAST_VALUES;
  if (values >= least) return;
  const expected = least === 1 ? 'a trial with a value' : `at least ${least} trials with a value`;
  const got = endings.length === 0 ? 'no ended trial' : `${values} of ${endings.length} ended trials`;
  throw new BoSearchError('E_TRIAL_STATE', `explain: expected ${expected}, got ${got}`, {
    hint: 'explain it after more trials; a single trial can be explained at any time',
  });
}

function whyNone(policy: Policy): string {
  if (policy.explain === undefined) return `the policy ${policy.name} chooses points without a model`;
  return 'the covariance of the observations cannot be factorised';
}

function statesOf(trials: readonly Trial[]): StudyExplanation['states'] {
  const count = (state: TrialState): number => trials.filter((trial) => trial.state === state).length;
  return {
    running: count('running'),
    complete: count('complete'),
    stopped: count('stopped'),
    failed: count('failed'),
  };
}

function originsOf(trials: readonly Trial[], direction: 'maximize' | 'minimize'): OriginCount[] {
  const sign = direction === 'maximize' ? 1 : -1;
  return [...new Set(trials.map(({ origin }) => origin.by))].map((by) => {
    const own = trials.filter(({ origin }) => origin.by === by);
    let best: OriginCount['best'];
    for (const trial of own) {
      const value = trial.state === 'complete' ? valueOf(trial) : undefined;
      if (value === undefined || (best !== undefined && sign * value <= sign * best.value)) continue;
      best = { trial: trial.number, value };
    }
    return { by, trials: own.length, ...(best === undefined ? {} : { best }) };
  });
}

/** A lengthscale spans so many sides of the cube; on a logarithmic side that is a ratio. */
function parametersOf(space: Space, explanation: PolicyExplanation | undefined): ExplainedParameter[] {
  return space.parameters.map((parameter, j): ExplainedParameter => {
    const { low, high } = parameter;
    const log = parameter.kind === 'real' && parameter.log === true;
    const unit = explanation?.model.lengthscales[j].value;
    const lengthscale =
      unit === undefined ? undefined : log ? Math.exp(unit * Math.log(high / low)) : unit * (high - low);
    return { name: space.names[j], low, high, log, ...(lengthscale === undefined ? {} : { lengthscale }) };
  });
}

/** The value of an ended trial, where it has one. */
export function valueOf({ outcome }: Trial): number | undefined {
  const value = outcome === undefined ? undefined : observedValue(outcome);
  return value === undefined || !Number.isFinite(value) ? undefined : value;
}
