/** What a search recommends, in words. */
import type { SearchResults } from '../search/index.js';

/** What is recommended, and why it need not be the trial that scored best. */
export function learnedLines({
  evaluations,
  recommended,
}: Pick<SearchResults['search'], 'evaluations' | 'recommended'>): string[] {
  const { mean, interval, trial, observed } = recommended;
  const [low, high] = interval.map(fixed);
  const counted = `trial ${trial}, counted from 0`;
  return [
    `learned after ${evaluations} evaluations (${counted}): ${fixed(mean)} [${low}, ${high}] on the search images`,
    ...(observed.trial === trial
      ? []
      : [`chosen by posterior mean; best observed: trial ${observed.trial} with ${fixed(observed.value)}`]),
  ];
}

function fixed(value: number): string {
  return value.toFixed(3);
}
