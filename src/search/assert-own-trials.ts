/** Says whether the trials in a run's folder are the run's own. */
import { BoSearchError } from '../errors.js';
import type { Study, Trial } from '../study/index.js';
import { isCount, isFailed, isMeasurement, type Outcome } from '../trial/index.js';

/**
 * Checks that nobody else asked or told trials of a search: what it compares are measurements on its images, by itself.
 * A measurement on an earlier sample of the search is right: the study scores the best points again on the new one.
 * @throws BoSearchError `E_JOURNAL` naming journal and trial.
 */
export function assertOwnTrials({ place, trials }: Pick<Study, 'place' | 'trials'>): void {
  for (const trial of trials) {
    const got = foreign(trial);
    if (got === undefined) continue;
    throw new BoSearchError(
      'E_JOURNAL',
      `${place}: expected trials that this search measured itself, got trial ${trial.number} ${got}`,
      { hint: 'the search was continued by another program: begin it again in another folder' },
    );
  }
}

function foreign({ owner, outcome }: Trial): string | undefined {
  if (owner === 'detached') return 'that was asked from outside';
  if (outcome === undefined || isFailed(outcome) || isMeasurement(outcome)) return undefined;
  return `with ${worded(outcome)}`;
}

function worded(outcome: Exclude<Outcome, { failed: string }>): string {
  if (isCount(outcome)) return `${outcome.successes} successes of ${outcome.trials}`;
  return isMeasurement(outcome) ? `the mean ${outcome.mean}` : `the plain value ${outcome.value}`;
}
