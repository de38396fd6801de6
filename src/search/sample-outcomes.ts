/** Outcomes of one α on a sample: computed once, known from then on. */
import { internalError } from '../errors.js';
import type { ImageOutcomes } from '../trial/index.js';
import type { JudgedSample } from './judge.js';
import type { ScoreCache } from './score-cache.js';

export interface OutcomesOptions {
  readonly sample: JudgedSample;
  readonly cache: ScoreCache;
  readonly signal?: AbortSignal;
}

/**
 * The outcomes of all images under α.
 * @throws whatever the judge throws; the signal's reason if it is aborted.
 */
export async function outcomesOf(
  options: OutcomesOptions,
  alphas: readonly number[],
): Promise<ImageOutcomes> {
  const outcomes = await obtain(options, alphas);
  if (outcomes === undefined) throw internalError(`no outcomes of α = [${alphas.join(', ')}]`);
  return outcomes;
}

/** The outcomes without a defence; undefined where the judge has none. */
export function undefendedOutcomes(options: OutcomesOptions): Promise<ImageOutcomes | undefined> {
  return obtain(options, null);
}

function obtain(
  { sample, cache, signal }: OutcomesOptions,
  alphas: readonly number[] | null,
): Promise<ImageOutcomes | undefined> {
  return cache.obtain(sample.name, alphas, () => sample.score(alphas, signal));
}
