/**
 * How Carlini and Wagner's attack chooses c, the weight of the error against the distance, from one run to the next.
 *
 * `bisected`: Carlini and Wagner 2017, arXiv:1608.04644, section VI-A, as their code does it: ten times as much until
 * a first success, then bisection between the largest c that failed and the smallest that succeeded.
 * `multiplied`: what the code of the paper behind this library does; no bracket, each run moves c by a factor.
 */

/** No c is larger, in the search by bisection. */
export const LARGEST_CONSTANT = 1e10;

/** Growth of c while no run has succeeded. */
const GROWTH = 10;

/** Factors after a run that failed, found a nearer point, or found a farther one. */
const FACTORS = { failure: 1.2, nearer: 0.8, farther: 0.9, same: 1 } as const;

/** Range of c under these factors. */
const MULTIPLIED_RANGE = { least: 0.1, most: 1000 } as const;

/** Of every image (B). Plain data. */
export interface Constants {
  readonly c: Float64Array;
  /** Largest c that failed; 0 if none has. */
  readonly lower: Float64Array;
  /** Smallest c that succeeded; Infinity if none has. */
  readonly upper: Float64Array;
}

export function createConstants(images: number, initial: number): Constants {
  return {
    c: new Float64Array(images).fill(initial),
    lower: new Float64Array(images),
    upper: new Float64Array(images).fill(Infinity),
  };
}

/** Sets c of image `row` for its next run, and the bracket. */
export function bisected({ c, lower, upper }: Constants, row: number, succeeded: boolean): void {
  if (succeeded) upper[row] = Math.min(upper[row], c[row]);
  else lower[row] = Math.max(lower[row], c[row]);
  c[row] = Number.isFinite(upper[row])
    ? (lower[row] + upper[row]) / 2
    : Math.min(LARGEST_CONSTANT, GROWTH * c[row]);
}

/** Sets c of image `row` to the smallest that succeeded, or to the largest there is. */
export function atUpperBound({ c, upper }: Constants, row: number): void {
  c[row] = Math.min(LARGEST_CONSTANT, upper[row]);
}

/**
 * Sets c of image `row` for its next run.
 * @param found - norm of the run's nearest point; Infinity if it found none.
 * @param before - the same of all earlier runs.
 */
export function multiplied({ c }: Constants, row: number, found: number, before: number): void {
  const outcome =
    found === Infinity ? 'failure' : found < before ? 'nearer' : found > before ? 'farther' : 'same';
  c[row] = Math.min(MULTIPLIED_RANGE.most, Math.max(MULTIPLIED_RANGE.least, c[row] * FACTORS[outcome]));
}
