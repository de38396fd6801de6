/** What policies without a model share: the best observed trial as their recommendation. */
import type { Outcome } from '../../trial/index.js';
import { isRaced, leadingPoint, observedInterval, observedValue } from '../../trial/index.js';
import type { PolicyContext, Recommended, TrialSnapshot } from './policy.js';

/**
 * The trial with the best observed value, the first of equals; complete trials go before stopped ones. Where trials are
 * judged on parts of a sample, the best of the points that were judged on the most images.
 * The interval is the outcome's own; where its noise is not known it is the value itself.
 */
export function bestObserved(context: PolicyContext): Recommended | undefined {
  if (isRaced(context.trials)) {
    const best = leadingPoint(context.trials, context.direction, context.weights);
    if (best !== undefined) return recommended(best.trial, best.measurement.mean, best.measurement);
  }
  return bestOf(context, 'complete') ?? bestOf(context, 'stopped');
}

function bestOf(context: PolicyContext, state: TrialSnapshot['state']): Recommended | undefined {
  const sign = context.direction === 'maximize' ? 1 : -1;
  let best: { readonly trial: number; readonly mean: number; readonly outcome: Outcome } | undefined;
  for (const { number, outcome, state: its } of context.trials) {
    if (its !== state || outcome === undefined) continue;
    const mean = observedValue(outcome);
    if (mean === undefined || !Number.isFinite(mean)) continue;
    if (best === undefined || sign * mean > sign * best.mean) best = { trial: number, mean, outcome };
  }
  if (best === undefined) return undefined;
  return recommended(best.trial, best.mean, best.outcome);
}

function recommended(trial: number, mean: number, outcome: Outcome): Recommended {
  return { trial, mean, interval: observedInterval(outcome) ?? [mean, mean] };
}
