/** What a race cost, and what its finalists came to, in words. */
import type { RaceResults } from '../search/index.js';

/** Purifications by kind, what they saved, and each finalist's score on the images it was chosen by and on fresh ones. */
export function raceLines({ purifications, stopped, again, finalists }: RaceResults): string[] {
  const { first, fresh, total, full, saved } = purifications;
  const all = ({ clean, attacked }: { clean: number; attacked: number }) => clean + attacked;
  const judgedAgain = all(purifications.again);
  return [
    `race: ${total} purifications of the ${full} of a full search, ${(100 * saved).toFixed(0)} % saved ` +
      `(${all(first)} of new points, ${judgedAgain} of known ones, ${all(fresh)} on fresh images); ` +
      `${stopped} trials stopped early, ${again} points judged again`,
    ...finalists.map(({ trial, search, fresh: on }) => {
      const seen = `trial ${trial}: ${search.mean.toFixed(3)} on ${search.images} search images`;
      return `  ${seen}, ${on === undefined ? 'not judged on fresh ones' : `${on.mean.toFixed(3)} on ${on.images} fresh ones`}`;
    }),
  ];
}
