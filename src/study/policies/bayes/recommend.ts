/** The recommendation: the evaluated point whose posterior mean is best, in the study's own direction and units. */
import { empiricalLogit } from '../../../gp/index.js';
import { isMeasurement } from '../../../trial/index.js';
import type { Recommended } from '../policy.js';
import type { Observation, Observations } from './observations.js';
import { untransform } from './outcome-transform.js';
import { reportedPosterior } from './reported-posterior.js';
import type { Surrogate } from './surrogate.js';
import { Z95 } from './z95.js';

/**
 * The best posterior mean among complete trials (among stopped ones where none is complete), the first of equals.
 * The interval counts in that the constant mean is estimated (universal kriging), and that counts have at least binomial
 * noise; the search does neither.
 * It is that of the function the study is about: for measurements it includes the step from the sample's
 * images to fresh ones, for noisy values and counts it leaves out the noise of a single trial.
 * @param observations - all there are.
 * @param modelled - those the surrogate is made of. Default: the same.
 */
export function bestOfPosterior(
  observations: Observations,
  surrogate: Surrogate,
  modelled: Observations = observations,
): Recommended | undefined {
  const { gp, fit } = surrogate;
  const { all, dimension: d } = observations;
  const complete = all.some(({ trial }) => trial.state === 'complete');
  const x = Float64Array.from(all.flatMap(({ trial }) => trial.unit));
  const mean = gp.predictMean(x, x.length / d);
  let best = -1;
  all.forEach(({ trial }, i) => {
    if (complete && trial.state !== 'complete') return;
    if (best < 0 || mean[i] > mean[best]) best = i;
  });
  if (best < 0) return undefined;
  const { shift, scale } = fit.standardisation;
  const y = shift + scale * mean[best];
  // Not √(variance·scale² + …): the square of a scale of 1e±300 is no number.
  const at = x.subarray(best * d, (best + 1) * d);
  const reported = reportedPosterior(modelled, surrogate);
  const own = scale * Math.sqrt(reported.predict(at, 1).variance[0] + reported.meanVariance(at, 1)[0]);
  const fresh = Math.sqrt(stepToFreshImages(all[best], observations));
  const half = Z95 * Math.max(Math.hypot(own, fresh), leastOverSamples(observations));
  const toUser = (value: number) => untransform(observations.transform, observations.sign * value);
  const ends = [toUser(y - half), toUser(y + half)] as const;
  return {
    trial: all[best].trial.number,
    mean: toUser(y),
    interval: ends[0] <= ends[1] ? ends : [ends[1], ends[0]],
  };
}

/** Where several samples share offsets, the posterior already holds what a sample's images may be off by. */
function stepToFreshImages(observation: Observation, { offsets, transform }: Observations): number {
  if (offsets !== undefined) return 0;
  const { outcome, generalisation } = observation;
  if (generalisation > 0 || !isMeasurement(outcome)) return generalisation;
  // Equal scores have variance 0, which does not say that fresh images would score the same: yes/no images do.
  const { images: m, mean } = outcome;
  const smoothed = (m * mean + 1) / (m + 2);
  return transform === 'logit' ? empiricalLogit(m * mean, m).variance : (smoothed * (1 - smoothed)) / m;
}

/**
 * The mean of S samples is known no better than their images together say. The universal-kriging variance is at least
 * that; where merging repeated points has dropped the offsets, it does not know of them.
 */
function leastOverSamples({ offsets }: Observations): number {
  if (offsets === undefined) return 0;
  const samples = offsets.of.reduce((most, sample) => Math.max(most, sample + 1), 0);
  return Math.sqrt(offsets.variance / samples);
}
