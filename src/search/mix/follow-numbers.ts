/**
 * Counts whose class a classifier answers with when codes of two images are mixed.
 *
 * Notation: P pairs (A, B) of different classes; S subsets of latents.
 */
import type { CodeMixer, Mixture } from '../../objective/mixing/code-mixer.js';
import type { ImagePair } from '../../objective/mixing/image-pairs.js';
import { pairDifference, pairShare } from '../../objective/mixing/pair-shares.js';
import { randomSubsets } from '../../objective/mixing/random-subsets.js';
import type { FollowedShares, MixResults, RandomLatents } from './mix-results.js';

export interface CountingOptions {
  readonly mixer: CodeMixer;
  /** Class of each image of the mixer. */
  readonly labels: ArrayLike<number>;
  readonly pairs: readonly ImagePair[];
  /** Whether a latent holds a class code (N). */
  readonly isClass: readonly boolean[];
  /** Whether it carries anything (N). */
  readonly isLive: readonly boolean[];
  /** Most subsets of each kind. */
  readonly subsets: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly of: number }) => void;
}

/** Of each pair 1 where the answer is A's class, and where it is B's; or shares of that. */
interface Followed {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

type Numbers = Pick<MixResults, 'classCodes' | 'reEncoded' | 'random'>;

/** All numbers of a results file. @throws the signal's reason; BoSearchError `E_NON_FINITE`. */
export async function followNumbers(options: CountingOptions): Promise<Numbers> {
  const { isClass, pairs } = options;
  const drawn = drawnSubsets(options);
  const of = 2 + drawn.reduce((sum, { subsets }) => sum + subsets.length, 0);
  let done = 0;
  const follow = async (mixture: Mixture): Promise<Followed> => {
    const followed = await followedWith(options, mixture);
    done += 1;
    options.onProgress?.({ done, of });
    return followed;
  };
  const classCodes = await follow({ fromA: isClass, form: 'residuals' });
  const reEncoded = await follow({ fromA: isClass, form: 're-encoded' });
  const random: RandomLatents[] = [];
  for (const each of drawn) {
    const followed: Followed[] = [];
    for (const subset of each.subsets) {
      const fromA = isClass.map((_, i) => subset.includes(i));
      followed.push(await follow({ fromA, form: 'residuals' }));
    }
    random.push(comparedWith(classCodes, followed, each, pairs));
  }
  return { classCodes: sharesOf(classCodes, pairs), reEncoded: sharesOf(reEncoded, pairs), random };
}

type Drawn = Pick<RandomLatents, 'from' | 'size' | 'outOf'> & {
  readonly subsets: readonly (readonly number[])[];
};

/** Subsets among all latents, and where some carry nothing, among those that do. */
function drawnSubsets({ isClass, isLive, subsets: count, seed }: CountingOptions): Drawn[] {
  const places = [...isClass.keys()];
  const kinds = [
    { from: 'all', among: places },
    { from: 'live', among: places.filter((i) => isLive[i]) },
  ] as const;
  return kinds.flatMap(({ from, among }): Drawn[] => {
    const but = among.filter((i) => isClass[i]);
    const size = but.length;
    if (size === 0 || (from === 'live' && among.length === places.length)) return [];
    const { subsets, outOf } = randomSubsets({ from: among, size, but, count, seed });
    return subsets.length === 0 ? [] : [{ from, size, outOf, subsets }];
  });
}

async function followedWith(
  { mixer, labels, pairs, signal }: CountingOptions,
  mixture: Mixture,
): Promise<Followed> {
  const answers = await mixer.classify(pairs, mixture, signal);
  return {
    a: Float64Array.from(pairs, ({ a }, p) => (answers[p] === labels[a] ? 1 : 0)),
    b: Float64Array.from(pairs, ({ b }, p) => (answers[p] === labels[b] ? 1 : 0)),
  };
}

function sharesOf({ a, b }: Followed, pairs: readonly ImagePair[]): FollowedShares {
  return { a: pairShare(a, pairs), b: pairShare(b, pairs), other: pairShare(othersOf({ a, b }), pairs) };
}

/** What is neither's; sums of shares are off by roundings, which may leave [0, 1]. */
function othersOf({ a, b }: Followed): Float64Array {
  return a.map((share, p) => Math.min(1, Math.max(0, 1 - share - b[p])));
}

/** Means over subsets are uncertain by the pairs and by which subsets were drawn; the difference is paired by pair. */
function comparedWith(
  classCodes: Followed,
  followed: readonly Followed[],
  { subsets, ...drawn }: Drawn,
  pairs: readonly ImagePair[],
): RandomLatents {
  const rows = {
    a: followed.map(({ a }) => a),
    b: followed.map(({ b }) => b),
    other: followed.map(othersOf),
  };
  const over = (one: readonly Float64Array[]) =>
    pairShare(averageOf(one), pairs, varianceOfDraw(one.map(meanOf), drawn.outOf));
  const average = averageOf(rows.a);
  const shares = rows.a.map(meanOf);
  return {
    ...drawn,
    subsets: subsets.map((latents, s) => ({ latents, a: shares[s] })),
    shares: { a: over(rows.a), b: over(rows.b), other: over(rows.other) },
    asOften: shares.filter((share) => share >= meanOf(classCodes.a)).length,
    difference: pairDifference(
      classCodes.a.map((one, p) => one - average[p]),
      pairs,
      varianceOfDraw(shares, drawn.outOf),
    ),
  };
}

/** Of each pair the mean over subsets. */
function averageOf(rows: readonly Float64Array[]): Float64Array {
  return rows[0].map((_, p) => rows.reduce((sum, row) => sum + row[p], 0) / rows.length);
}

/** Variance of the mean of S shares out of a finite number: s²/S · (1 − S/all); 0 where all were taken. */
function varianceOfDraw(shares: readonly number[], all: number): number {
  const S = shares.length;
  if (S < 2) return 0;
  const mean = shares.reduce((sum, one) => sum + one, 0) / S;
  const variance = shares.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (S - 1);
  return (variance / S) * (1 - S / all);
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
