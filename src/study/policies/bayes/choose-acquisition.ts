/** The acquisition of a suggestion: what a new trial is worth, pending trials taken into account. */
import type { Acquisition } from '../../../acquisition/index.js';
import {
  expectedImprovement,
  logExpectedImprovement,
  pendingLogExpectedImprovement,
} from '../../../acquisition/index.js';
import type { ExactGp } from '../../../gp/index.js';
import { noiseAt } from '../../../gp/index.js';
import type { RandomStream } from '../../../math/index.js';
import type { AcquisitionSetting } from './settings.js';

/**
 * - `log-ei`, `ei`: over the best observation, where the observations can be compared: all on one sample, and none
 *   still to come;
 * - `log-nei`, and every kind where trials are pending or there are several samples: noise-corrected log EI over the
 *   posterior-mean best, pending trials by fantasies of their outcomes. An easy sample's raw outcomes are no bar to pass.
 * @param pending - points under evaluation, shape (p, d).
 * @param stream - of the fantasies.
 */
export function chooseAcquisition(
  kind: AcquisitionSetting,
  gp: ExactGp,
  pending: Float64Array,
  stream: RandomStream,
): Acquisition {
  const comparable = pending.length === 0 && gp.data.offsets === undefined;
  if (kind === 'log-nei' || !comparable) {
    const p = pending.length / gp.dimension;
    const noiseVariance = new Float64Array(p).fill(gp.hyperparameters.noiseVariance);
    return pendingLogExpectedImprovement(gp, { incumbents: gp.data.x, pending, noiseVariance, stream });
  }
  const best = bestObservation(gp);
  return kind === 'ei' ? expectedImprovement(gp, { best }) : logExpectedImprovement(gp, { best });
}

/** Observations with more than so many times the median noise variance are no bar to pass. */
const TOO_NOISY = 4;

/** The greatest target among the observations that are not much noisier than most. */
function bestObservation({ data, n, hyperparameters }: ExactGp): number {
  const noise = Float64Array.from({ length: n }, (_, i) =>
    noiseAt(data.noise, i, hyperparameters.noiseVariance),
  );
  const most = TOO_NOISY * noise.toSorted()[n >> 1];
  let best = -Infinity;
  for (let i = 0; i < n; i++) if (noise[i] <= most && data.y[i] > best) best = data.y[i];
  return best;
}
