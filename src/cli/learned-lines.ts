/** What a search recommends, in words. */
import type { ResultRow, SearchResults } from '../search/index.js';

/** What is recommended, and why it need not be the trial that scored best. */
export function learnedLines({
  evaluations,
  recommended,
  race,
}: Pick<SearchResults['search'], 'evaluations' | 'recommended' | 'race'>): string[] {
  const { mean, interval, trial, observed } = recommended;
  const [low, high] = interval.map(fixed);
  const counted = `trial ${trial}, counted from 0`;
  return [
    `learned after ${evaluations} ${race === undefined ? 'evaluations' : 'trials'} (${counted}): ${fixed(mean)} [${low}, ${high}] on the ${race === undefined ? 'search images' : 'images of the race'}`,
    ...(observed.trial === trial
      ? []
      : [
          `chosen by posterior mean; best observed: trial ${observed.trial} with ${fixed(observed.value)}${onImages(observed)}`,
        ]),
  ];
}

/** Which simple rivals what was learned does not beat on the held-out images; nothing where it beats them all. */
export function verdictLines(rows: readonly Pick<ResultRow, 'name' | 'difference'>[]): string[] {
  const compared = rows.flatMap(({ name, difference }) =>
    difference === undefined ? [] : [{ name, difference }],
  );
  const worse = compared.filter(({ difference: { interval } }) => interval[1] < 0);
  const level = compared.filter(({ difference: { interval } }) => interval[0] <= 0 && interval[1] >= 0);
  const names = (some: readonly { readonly name: string }[]) => some.map(({ name }) => name).join(', ');
  return [
    ...(worse.length === 0 ? [] : [`what was learned is worse than: ${names(worse)}`]),
    ...(level.length === 0 ? [] : [`these images do not tell what was learned from: ${names(level)}`]),
  ];
}

function onImages({ images }: { readonly images?: number }): string {
  return images === undefined ? '' : ` on ${images} images`;
}

function fixed(value: number): string {
  return value.toFixed(3);
}
