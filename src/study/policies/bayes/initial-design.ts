/** The points before there is a model: one scrambled Sobol sequence. */
import { MAX_SOBOL_DIMENSIONS, randomStream, sobolPoints } from '../../../math/index.js';
import type { PolicyContext } from '../policy.js';
import { isExact } from './observations.js';
import type { BayesSettings } from './settings.js';

/** By the dimension: at least this many trials, and this many where the dimension does not ask for more. */
const LEAST_INITIAL = 6;
const ENOUGH_INITIAL = 32;

/** So many are enough where outcomes are exact. */
const ENOUGH_EXACT = 24;

/**
 * Trials before the model chooses. Where the settings leave it open 2d, but at least 6, 32 for d from 16 to 32, and d
 * beyond; by noise at most 24 where outcomes are exact.
 * @param exact - whether a point has one outcome: see `hasExactOutcomes`.
 */
export function initialTrials(
  { initial, initialRule }: Pick<BayesSettings, 'initial' | 'initialRule'>,
  dimension: number,
  exact: boolean,
): number {
  if (initial !== null) return initial;
  const d = dimension;
  const byDimension = Math.max(LEAST_INITIAL, Math.min(2 * d, Math.max(ENOUGH_INITIAL, d)));
  return exact && initialRule === 'by-noise' ? Math.min(ENOUGH_EXACT, byDimension) : byDimension;
}

/** Whether there are outcomes, and none of them is a count of draws or a value with a variance above 0. */
export function hasExactOutcomes({ trials }: Pick<PolicyContext, 'trials'>): boolean {
  const outcomes = trials.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]));
  return outcomes.length > 0 && outcomes.every(isExact);
}

/**
 * Whether trials of any origin are still too few. Failed ones are not counted, but with `ei`: the plain search begins
 * after so many trials, however they ended.
 */
export function isInitial(context: PolicyContext, settings: BayesSettings): boolean {
  const all = settings.acquisition === 'ei';
  const used = context.trials.filter(({ state }) => all || state !== 'failed').length;
  return used < initialTrials(settings, context.dimension, hasExactOutcomes(context));
}

/** Origins of trials that took a point of the sequence. */
const FROM_SEQUENCE: readonly string[] = ['initial', 'explore'];

/**
 * The next point of the study's own scrambled Sobol sequence; each trial of the initial design, and each that explores,
 * takes one, others take none.
 * Beyond 128 parameters, where Sobol numbers end, a uniform point.
 */
export function initialPoint({ seed, dimension, trials }: PolicyContext): Float64Array {
  if (dimension > MAX_SOBOL_DIMENSIONS) {
    const point = new Float64Array(dimension);
    randomStream(seed, trials.length, 'initial').fillUniform(point);
    return point;
  }
  const skip = trials.filter(({ origin }) => FROM_SEQUENCE.includes(origin.by)).length;
  return sobolPoints(1, dimension, { scramble: randomStream(seed, 'initial'), skip });
}
