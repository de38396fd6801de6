/** The points before there is a model: one scrambled Sobol sequence. */
import { MAX_SOBOL_DIMENSIONS, randomStream, sobolPoints } from '../../../math/index.js';
import type { PolicyContext } from '../policy.js';
import type { BayesSettings } from './settings.js';

/** The default has at least this many trials, and stops at this many where the dimension does not ask for more. */
const LEAST_INITIAL = 6;
const ENOUGH_INITIAL = 32;

/** Trials before the model chooses, where the settings leave it open: 2d, but 32 for d from 16 to 32, and d beyond. */
export function initialTrials(settings: BayesSettings, dimension: number): number {
  const d = dimension;
  return settings.initial ?? Math.max(LEAST_INITIAL, Math.min(2 * d, Math.max(ENOUGH_INITIAL, d)));
}

/**
 * Whether trials of any origin are still too few. Failed ones are not counted, but with `ei`: the plain search begins
 * after so many trials, however they ended.
 */
export function isInitial(context: PolicyContext, settings: BayesSettings): boolean {
  const all = settings.acquisition === 'ei';
  const used = context.trials.filter(({ state }) => all || state !== 'failed').length;
  return used < initialTrials(settings, context.dimension);
}

/**
 * The next point of the study's own scrambled Sobol sequence; each initial trial takes one, others take none.
 * Beyond 128 parameters, where Sobol numbers end, a uniform point.
 */
export function initialPoint({ seed, dimension, trials }: PolicyContext): Float64Array {
  if (dimension > MAX_SOBOL_DIMENSIONS) {
    const point = new Float64Array(dimension);
    randomStream(seed, trials.length, 'initial').fillUniform(point);
    return point;
  }
  const skip = trials.filter(({ origin }) => origin.by === 'initial').length;
  return sobolPoints(1, dimension, { scramble: randomStream(seed, 'initial'), skip });
}
