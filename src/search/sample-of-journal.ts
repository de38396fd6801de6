/** Compares the sample of this session with those that the trials of earlier ones were judged on. */
import { BoSearchError } from '../errors.js';
import type { Study, Trial } from '../study/index.js';
import { isMeasurement } from '../trial/index.js';
import type { SearchListener } from './events.js';

/** Samples that trials were judged on, in the order of the trials; a running one counts by its blocks. */
export function samplesOf(trials: readonly Trial[]): string[] {
  return [...new Set(trials.flatMap(sampleOf))];
}

export interface SampleAsked {
  readonly study: Pick<Study, 'place' | 'trials'>;
  /** Name of the sample as it was made now. */
  readonly name: string;
  /** Whether an evaluator made it: one that makes another is not the one the search was begun with. */
  readonly byEvaluator: boolean;
  readonly out: string;
  readonly onEvent?: SearchListener;
}

/**
 * Checks that trials go on on the sample they began on. Where this process makes the samples, another one is told of and
 * the search goes on: the best points are judged again on it.
 * @throws BoSearchError `E_EVALUATOR` where an evaluator made another one; no trial is lost to it.
 */
export function assertSameSample({ study, name, byEvaluator, out, onEvent }: SampleAsked): void {
  const before = study.trials.flatMap(sampleOf).at(-1);
  if (before === undefined || before === name) return;
  const got = `${before}, on which the trials in ${study.place} were judged, got ${name}`;
  if (!byEvaluator) {
    onEvent?.({
      kind: 'warning',
      message: `expected ${got}: the attacked images came out otherwise, the best points are judged again on them`,
    });
    return;
  }
  throw new BoSearchError('E_EVALUATOR', `evaluator: expected it to make ${got}`, {
    hint: `let it make the same images again (an evaluator in Python keeps attacked ones with cache=), or choose another folder than ${out}`,
  });
}

function sampleOf({ outcome, reported }: Trial): string[] {
  if (outcome !== undefined) return isMeasurement(outcome) ? [outcome.sample] : [];
  return reported.length === 0 ? [] : [reported[0].sample];
}
