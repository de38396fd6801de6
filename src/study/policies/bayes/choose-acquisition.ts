/** The acquisition of a suggestion: what a new trial is worth, pending trials taken into account. */
import type { Acquisition } from '../../../acquisition/index.js';
import {
  expectedImprovement,
  logExpectedImprovement,
  pendingLogExpectedImprovement,
} from '../../../acquisition/index.js';
import type { ExactGp } from '../../../gp/index.js';
import { exactGp, noiseAt } from '../../../gp/index.js';
import type { RandomStream } from '../../../math/index.js';
import { concatenate } from './concatenate.js';
import type { AcquisitionSetting } from './settings.js';

/**
 * - `log-ei`, `ei`: over the best observation; pending trials count as observed at their posterior mean;
 * - `log-nei`: noise-corrected log EI over the posterior-mean best; pending trials by fantasies of their outcomes.
 * @param pending - points under evaluation, shape (p, d).
 * @param stream - of the fantasies.
 */
export function chooseAcquisition(
  kind: AcquisitionSetting,
  gp: ExactGp,
  pending: Float64Array,
  stream: RandomStream,
): Acquisition {
  if (kind === 'log-nei') {
    const p = pending.length / gp.dimension;
    const noiseVariance = new Float64Array(p).fill(gp.hyperparameters.noiseVariance);
    return pendingLogExpectedImprovement(gp, { incumbents: gp.data.x, pending, noiseVariance, stream });
  }
  const best = bestObservation(gp);
  const posterior = believing(gp, pending);
  return kind === 'ei'
    ? expectedImprovement(posterior, { best })
    : logExpectedImprovement(posterior, { best });
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

/** The GP as if each pending trial had brought its posterior mean: the mean stays, the variance there goes. */
function believing(gp: ExactGp, pending: Float64Array): ExactGp {
  if (pending.length === 0) return gp;
  const { data, dimension } = gp;
  const p = pending.length / dimension;
  const { mean } = gp.predict(pending, p);
  const extended = (values: Float64Array, last: number) =>
    concatenate(values, new Float64Array(p).fill(last));
  const { noise, offsets } = data;
  const believed = {
    ...data,
    x: concatenate(data.x, pending),
    y: concatenate(data.y, mean),
    noise:
      noise.kind !== 'inferred'
        ? { ...noise, variances: extended(noise.variances, 0) }
        : noise.relative === undefined
          ? noise
          : { ...noise, relative: extended(noise.relative, 1) },
    ...(offsets === undefined
      ? {}
      : { offsets: { ...offsets, of: Int32Array.from(extended(Float64Array.from(offsets.of), -1)) } }),
  };
  return exactGp(believed, gp.hyperparameters, {}, gp);
}
