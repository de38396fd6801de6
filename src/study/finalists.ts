/** The points of a study that are worth a judgement on images which no trial has seen. */
import { policyContext } from './next-point.js';
import { bestPoint, type JudgedPoint, judgedPoints } from './judged-points.js';
import type { Policy, Recommended } from './policies/policy.js';
import type { StudyState } from './state.js';
import { observedInterval } from '../trial/index.js';

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
  const left = new Set(judgedPoints(trials, weights));
  const ranked: JudgedPoint[] = [];
  while (ranked.length < count) {
    const best = bestPoint([...left], direction);
    if (best === undefined) break;
    left.delete(best);
    ranked.push(best);
  }
  return ranked.map(({ trial, measurement }) => {
    const { mean } = measurement;
    return { trial, mean, interval: observedInterval(measurement) ?? [mean, mean] };
  });
}
