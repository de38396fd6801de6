/** What the schema of results can't say: lengths that follow from each other, means within their intervals. */
import type { BaselineResults } from './baselines-results.js';
import type { ResultRow, SearchResults } from './results.js';

/** Rounding that may carry a mean out of its interval. */
const ROUNDING = 1e-9;

interface MeanWithin {
  readonly mean: number;
  readonly interval: readonly [number, number];
}

/** Lengths that the facts of a file ask for. */
interface Sizes {
  readonly latents: number;
  /** Undefined where the file names no classes. */
  readonly classes: number | undefined;
}

/** The first contradiction, as `place: expected …, got …`; undefined where there is none. */
export function resultsContradiction(results: SearchResults | BaselineResults): string | undefined {
  const { facts, heldOut, search } = results;
  const { classes } = results as { readonly classes?: readonly string[] };
  const sizes = { latents: facts.model.latents.length, classes: classes?.length };
  const { alphas, scores, from } = search.bestStep as Partial<SearchResults['search']['bestStep']>;
  const steps = sizes.latents + 1;
  return first(
    ...heldOut.rows.map((row, i) => () => rowProblem(row, `heldOut.rows[${i}]`, sizes)),
    () => wrongLength('search.bestStep.alphas', alphas, sizes.latents, 'one a latent'),
    () => wrongLength('search.bestStep.scores', scores, steps, 'one a step'),
    () => tooLarge('search.bestStep.from', from, sizes.latents),
    () => ('recommended' in search ? recommendedProblem(search.recommended, sizes) : undefined),
    ...(['heldOut', 'search'] as const).map(
      (split) => () => attackProblem(results[split].attack, `${split}.attack`),
    ),
  );
}

type Find = () => string | undefined;

function first(...finds: readonly Find[]): string | undefined {
  for (const find of finds) {
    const problem = find();
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function rowProblem(row: ResultRow, place: string, { latents, classes }: Sizes): string | undefined {
  const { alphas, from } = row;
  const { clean, robust } = (row as Partial<ResultRow>).perClass ?? {};
  return first(
    () => wrongLength(`${place}.alphas`, alphas, latents, 'one a latent'),
    () => tooLarge(`${place}.from`, from, latents),
    ...(['clean', 'robust', 'objective', 'difference'] as const).map(
      (name) => () => outside(`${place}.${name}`, row[name]),
    ),
    () => wrongLength(`${place}.perClass.clean`, clean, classes, 'one a class'),
    () => wrongLength(`${place}.perClass.robust`, robust, classes, 'one a class'),
  );
}

function recommendedProblem(
  recommended: SearchResults['search']['recommended'],
  { latents }: Sizes,
): string | undefined {
  const place = 'search.recommended';
  return first(
    () => wrongLength(`${place}.alphas`, recommended.alphas, latents, 'one a latent'),
    () => outside(place, recommended),
  );
}

function attackProblem(attack: SearchResults['heldOut']['attack'], place: string): string | undefined {
  if (attack === undefined) return undefined;
  const { images, cleanErrors, attacked, successes } = attack;
  return first(
    () =>
      attacked === images - cleanErrors
        ? undefined
        : `${place}.attacked: expected images − cleanErrors = ${images - cleanErrors}, got ${attacked}`,
    () => tooLarge(`${place}.successes`, successes, attacked),
    () => outside(`${place}.successRate`, attack.successRate),
    () => outside(`${place}.robustAccuracy`, attack.robustAccuracy),
  );
}

function wrongLength(
  place: string,
  values: readonly unknown[] | undefined,
  length: number | undefined,
  what: string,
): string | undefined {
  if (values === undefined || length === undefined || values.length === length) return undefined;
  return `${place}: expected ${length} values, ${what}, got ${values.length}`;
}

function tooLarge(place: string, value: number | undefined, most: number): string | undefined {
  if (value === undefined || value <= most) return undefined;
  return `${place}: expected an integer from 0 to ${most}, got ${value}`;
}

function outside(place: string, of: MeanWithin | undefined): string | undefined {
  if (of === undefined) return undefined;
  const { mean, interval } = of;
  const [low, high] = interval;
  if (low > high) return `${place}.interval: expected the lower end first, got ${interval.join(', ')}`;
  if (mean >= low - ROUNDING && mean <= high + ROUNDING) return undefined;
  return `${place}.interval: expected an interval with the mean ${mean} in it, got ${interval.join(', ')}`;
}
