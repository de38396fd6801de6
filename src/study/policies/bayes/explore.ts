/**
 * When to look elsewhere than the model says: where it takes much of what it saw for noise, it knows little of the
 * function, and its acquisition is greatest at corners that are merely far from all points. It may then never come to
 * see what it took for noise.
 */
import type { PolicyContext, PolicyNote } from '../policy.js';
import type { BayesSettings } from './settings.js';
import type { Surrogate } from './surrogate.js';

/** Every so many trials. */
const EVERY = 2;

/**
 * Why the next trial is to be a point of the Sobol sequence; undefined where the model is to choose it.
 *
 * So it is for every second trial while the inferred noise has more than a share `explore` of the variance of one
 * outcome, noise / (noise + output scale). With `ei` never: it stays what it is.
 */
export function whyExplore(
  { trials }: PolicyContext,
  { explore, acquisition }: Pick<BayesSettings, 'explore' | 'acquisition'>,
  { gp }: Pick<Surrogate, 'gp'>,
): PolicyNote | undefined {
  if (explore === null || acquisition === 'ei' || trials.length % EVERY !== 0) return undefined;
  const { noiseVariance, outputScale } = gp.hyperparameters;
  const share = noiseVariance / (noiseVariance + outputScale);
  if (!(share > explore)) return undefined;
  const percent = Math.round(100 * share);
  return {
    kind: 'exploration',
    message: `the model takes ${percent} % of the variance for noise; the next point of the Sobol sequence is taken`,
  };
}
