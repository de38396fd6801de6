/** Random subsets of equal size: what a choice of latents is compared with. */
import { BoSearchError } from '../../errors.js';
import { randomStream } from '../../math/random.js';

/** Subsets and how many there are in all. */
export interface Subsets {
  /** Each in increasing order. */
  readonly subsets: readonly (readonly number[])[];
  /** Number of subsets they were drawn from, at most 2^53 − 1. */
  readonly outOf: number;
}

export interface SubsetsOptions {
  /** What is drawn from: distinct numbers. */
  readonly from: readonly number[];
  /** Size of each, at least 1. */
  readonly size: number;
  /** A subset that is not to be drawn, in increasing order. */
  readonly but: readonly number[];
  readonly count: number;
  readonly seed: number;
}

/**
 * `count` different subsets other than `but`, uniformly drawn; all of them, in lexical order, where there are no more.
 * @throws BoSearchError `E_ARGUMENT` for a size or count below 1.
 */
export function randomSubsets({ from, size, but, count, seed }: SubsetsOptions): Subsets {
  for (const [name, value] of Object.entries({ size, count })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new BoSearchError(
      'E_ARGUMENT',
      `randomSubsets ${name}: expected an integer of at least 1, got ${value}`,
    );
  }
  const sorted = from.toSorted((one, other) => one - other);
  const isDrawn = but.length === size && but.every((one) => sorted.includes(one));
  const outOf = Math.max(0, choose(sorted.length, size) - (isDrawn ? 1 : 0));
  const excluded = but.join();
  if (outOf <= count) {
    const subsets = allSubsets(sorted, size).filter((one) => one.join() !== excluded);
    return { subsets, outOf };
  }
  const stream = randomStream('random-subsets', seed, sorted.length, size);
  const drawn = new Map<string, readonly number[]>();
  while (drawn.size < count) {
    const places = stream.permutation(sorted.length).subarray(0, size).toSorted();
    const subset = Array.from(places, (at) => sorted[at]);
    if (subset.join() !== excluded) drawn.set(subset.join(), subset);
  }
  return { subsets: [...drawn.values()], outOf };
}

/** n over k, and 2^53 − 1 where it is more than that. */
function choose(n: number, k: number): number {
  if (k > n) return 0;
  let product = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) product = Math.round((product * (n - i + 1)) / i);
  return Math.min(product, Number.MAX_SAFE_INTEGER);
}

function allSubsets(from: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return from.flatMap((first, at) =>
    allSubsets(from.slice(at + 1), size - 1).map((rest) => [first, ...rest]),
  );
}
