/** What a study recommends: the posterior-mean best with its interval, and the best observed beside it. */
import { BoSearchError } from '../errors.js';
import { isRaced, type JudgedPoint, leadingPoint, observedInterval, observedValue } from '../trial/index.js';
import { policyContext } from './next-point.js';
import type { Policy } from './policies/policy.js';
import type { StudyState } from './state.js';
import type { Trial } from './trial.js';

/** The trial with the best observed value, lucky or not. */
export interface ObservedBest<Name extends string = string> {
  readonly trial: number;
  readonly params: Readonly<Record<Name, number>>;
  readonly alphas: readonly number[];
  readonly value: number;
  /** 95 % interval of what this one outcome estimates; absent where its noise is not known. */
  readonly interval?: readonly [number, number];
  /** Images behind the value, of all trials of the point; there where trials are judged on parts of a sample. */
  readonly images?: number;
}

/** The trial to use, in the study's own direction and units of the objective. */
export interface Recommendation<Name extends string = string> {
  readonly trial: number;
  readonly params: Readonly<Record<Name, number>>;
  readonly alphas: readonly number[];
  /** Posterior mean at the point (the observed value, for policies without a model). */
  readonly mean: number;
  /** 95 % interval of that mean. */
  readonly interval: readonly [number, number];
  readonly observed: ObservedBest<Name>;
}

/**
 * The recommendation of a study as it stands.
 * @throws E_TRIAL_STATE if no trial has a value yet.
 */
export function recommendation(state: StudyState, policy: Policy): Recommendation {
  const observed = observedBest(state);
  const recommended = policy.recommend(policyContext(state));
  if (observed === undefined || recommended === undefined) {
    const { length } = state.endings;
    throw new BoSearchError(
      'E_TRIAL_STATE',
      `recommend: expected a trial with a value, got ${length === 0 ? 'no ended trial' : `${length} without`}`,
      { hint: 'tell some outcomes first' },
    );
  }
  const { params, alphas } = state.trials[recommended.trial];
  return { ...recommended, params, alphas, observed };
}

/**
 * The best value among complete trials, or, where there are none, among stopped ones; the first of equals. Where trials
 * are judged on parts of a sample, of the points that were judged on the most images.
 */
function observedBest({ trials, header }: Pick<StudyState, 'trials' | 'header'>): ObservedBest | undefined {
  const sign = header.direction === 'maximize' ? 1 : -1;
  if (isRaced(trials)) {
    const best = leadingPoint(trials, header.direction, header.weights);
    if (best !== undefined) return ofPoint(best, trials[best.trial]);
  }
  return bestOf(trials, 'complete', sign) ?? bestOf(trials, 'stopped', sign);
}

function ofPoint({ trial, measurement }: JudgedPoint, { params, alphas }: Trial): ObservedBest {
  const interval = observedInterval(measurement);
  const { mean: value, images } = measurement;
  return { trial, params, alphas, value, ...(interval === undefined ? {} : { interval }), images };
}

function bestOf(trials: readonly Trial[], state: Trial['state'], sign: 1 | -1): ObservedBest | undefined {
  let best: ObservedBest | undefined;
  for (const trial of trials) {
    if (trial.state !== state || trial.outcome === undefined) continue;
    const value = observedValue(trial.outcome);
    if (value === undefined || (best !== undefined && sign * value <= sign * best.value)) continue;
    const interval = observedInterval(trial.outcome);
    const { number, params, alphas } = trial;
    best = { trial: number, params, alphas, value, ...(interval === undefined ? {} : { interval }) };
  }
  return best;
}
