/** The points of a study that are worth a judgement on images which no trial has seen. */
import { judgedPoints, observedInterval } from '../trial/index.js';
import { policyContext } from './next-point.js';
import type { Policy, Recommended } from './policies/policy.js';
import type { StudyState } from './state.js';

/** A point by one of its ended trials, with what is thought of it, in the study's own direction and units. */
export interface Finalist<Name extends string = string> extends Recommended {
  readonly params: Readonly<Record<Name, number>>;
  readonly alphas: readonly number[];
}

/**
 * At most `count` different points, best first: by the policy's own ranking, or, where it has none, by the means of all
 * images that each was judged on.
 */
export function finalistsOf(state: StudyState, policy: Policy, count: number): readonly Finalist[] {
  const context = policyContext(state);
  const ranked = policy.finalists?.(context, count) ?? byMeans(state, count);
  return ranked.slice(0, count).map((one) => {
    const { params, alphas } = state.trials[one.trial];
    return { ...one, params, alphas };
  });
}

function byMeans({ trials, header: { weights, direction } }: StudyState, count: number): Recommended[] {
  const sign = direction === 'maximize' ? -1 : 1;
  return judgedPoints(trials, weights)
    .map(({ trial, measurement }) => ({
      trial,
      mean: measurement.mean,
      interval: observedInterval(measurement) ?? ([measurement.mean, measurement.mean] as const),
    }))
    .toSorted((a, b) => sign * (a.mean - b.mean) || a.trial - b.trial)
    .slice(0, count);
}
