/** The acquisition of a suggestion: what a new trial is worth, pending trials taken into account. */
import type { Acquisition } from '../../../acquisition/index.js';
import {
  expectedImprovement,
  logExpectedImprovement,
  logProbabilityOfImprovement,
  pendingLogExpectedImprovement,
  pendingLogExpectedImprovementOverBest,
  upperConfidenceBound,
} from '../../../acquisition/index.js';
import type { ExactGp } from '../../../gp/index.js';
import { noiseAt } from '../../../gp/index.js';
import type { RandomStream } from '../../../math/index.js';
import type { PolicyNote } from '../policy.js';
import { bestPoints } from './best-points.js';
import type { BayesSettings } from './settings.js';

/** What decides on an acquisition. */
export type AcquisitionChoice = Pick<BayesSettings, 'acquisition' | 'beta' | 'pendingBar'>;

/** Trials without an outcome that a new one shall keep away from. */
export interface Pending {
  /** Points, shape (p, d): those of running trials first, then those of failed ones. */
  readonly x: Float64Array;
  /** How many of them run, and will have an outcome. */
  readonly running: number;
}

/**
 * - `log-ei`, `ei`, `pi`: over the best observation, where the observations can be compared: all on one sample, and none
 *   still to come;
 * - `ucb`: the bound, where none is still to come; it compares with no outcome, so several samples do not matter;
 * - `log-ei` with trials still to come, where `pendingBar` is `outcome`: over the best outcome, observed or imagined;
 * - `log-nei`, and every kind where the above does not hold: noise-corrected log EI over the posterior-mean best, pending
 *   trials by fantasies of their outcomes. An easy sample's raw outcomes are no bar to pass.
 * @param stream - of the fantasies.
 */
export function chooseAcquisition(
  { acquisition: kind, beta, pendingBar }: AcquisitionChoice,
  gp: ExactGp,
  pending: Pending,
  stream: RandomStream,
): Acquisition {
  if (
    pending.x.length > 0 &&
    kind === 'log-ei' &&
    pendingBar === 'outcome' &&
    gp.data.offsets === undefined
  ) {
    return overOutcomes(gp, pending, stream);
  }
  if (kind === 'log-nei' || pending.x.length > 0) return corrected(gp, pending, stream);
  if (kind === 'ucb') return upperConfidenceBound(gp, { beta });
  if (gp.data.offsets !== undefined) return corrected(gp, pending, stream);
  const best = bestObservation(gp);
  switch (kind) {
    case 'ei':
      return expectedImprovement(gp, { best });
    case 'log-ei':
      return logExpectedImprovement(gp, { best });
    case 'pi':
      return logProbabilityOfImprovement(gp, { best });
  }
}

/**
 * Whether failed trials count as pending. Not for `ei`, which stays the plain one of a search that looks at outcomes
 * alone: their points are left out as known ones, see `searchPoint`.
 */
export function failedArePending({ acquisition }: Pick<AcquisitionChoice, 'acquisition'>): boolean {
  return acquisition !== 'ei';
}

/**
 * Why `log-nei` stands in for a setting; undefined where it does not. For `log-ei` it is the same worth, corrected for
 * noise, and nothing to note.
 */
export function replacementNote(
  { acquisition: kind }: Pick<AcquisitionChoice, 'acquisition'>,
  chosen: Acquisition,
  pending: Pending,
): PolicyNote | undefined {
  if (kind === 'log-ei' || kind === 'log-nei') return undefined;
  if (chosen.name === (kind === 'pi' ? 'log-pi' : kind)) return undefined;
  const some = failedArePending({ acquisition: kind })
    ? 'with trials pending or failed'
    : 'with trials pending';
  const why = pending.x.length > 0 ? some : 'over several samples';
  return { kind: 'acquisition-replaced', message: `${why}, log-nei stands in for ${kind}` };
}

/** Candidates for the incumbent: as many as the acquisition keeps, so that it looks up the variance of no others. */
const INCUMBENTS = 40;

function corrected(gp: ExactGp, { x: pending }: Pending, stream: RandomStream): Acquisition {
  const noiseVariance = noiseOfPending(gp, pending);
  const incumbents = bestPoints(gp, INCUMBENTS);
  return pendingLogExpectedImprovement(gp, { incumbents, pending, noiseVariance, stream });
}

function overOutcomes(gp: ExactGp, { x: pending, running }: Pending, stream: RandomStream): Acquisition {
  const noiseVariance = noiseOfPending(gp, pending);
  const best = bestObservation(gp);
  return pendingLogExpectedImprovementOverBest(gp, {
    best,
    competing: running,
    pending,
    noiseVariance,
    stream,
  });
}

function noiseOfPending(gp: ExactGp, pending: Float64Array): Float64Array {
  return new Float64Array(pending.length / gp.dimension).fill(gp.hyperparameters.noiseVariance);
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
