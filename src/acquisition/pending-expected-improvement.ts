/**
 * Log expected improvement while trials are pending: the log of its mean over fantasies of what they will bring; in the
 * noise-corrected form, or over the best outcome.
 *
 * Notation as in `fantasies.ts`; for fantasy s with incumbent k: Δ_s = m(x) + u·ζ_s - m'_s(k) and
 * s²_k = v'(x) + v'(k) - 2 c'(x, k); the value is log (1/S) Σ_s s_k h(Δ_s/s_k).
 * Sources: Snoek, Larochelle and Adams 2012, section 3.2 (fantasies); arXiv:2310.05166 (corrected form).
 */
import { BoSearchError, ShapeError } from '../errors.js';
import type { RandomStream } from '../math/index.js';
import { logSumExp } from '../math/index.js';
import type { Acquisition } from './acquisition.js';
import type { Fantasies } from './fantasies.js';
import { createFantasies, createOutcomeFantasies } from './fantasies.js';
import { logExpectedImprovement } from './expected-improvement.js';
import { createCandidate, fillCandidate, improvementOf } from './fantasy-candidate.js';
import { logImprovement } from './improvement.js';
import { noisyLogExpectedImprovement } from './noisy-expected-improvement.js';
import { pendingWithGradients } from './pending-gradients.js';
import { countPoints, indicesOfGreatest, pickPoints } from './points.js';
import type { Posterior } from './posterior.js';

export const DEFAULT_FANTASIES = 64;

/** So many candidates of greatest posterior mean are kept: what is pending makes none of the others the best. */
const MOST_CANDIDATES = 40;

/** What pends, and how it is imagined to end. */
export interface FantasyOptions {
  /** Points under evaluation, shape (p, d); p may be 0. */
  readonly pending: Float64Array;
  /** Variance of the noise with which each of them will be observed, shape (p), at least 0. */
  readonly noiseVariance: Float64Array;
  /** Number of fantasies, at least 1; a power of two keeps the Sobol sample balanced. Default 64. */
  readonly fantasies?: number;
  /** Source of the fantasies: the same key gives the same function. */
  readonly stream: RandomStream;
}

export interface PendingImprovementOptions extends FantasyOptions {
  /**
   * Candidates for the incumbent, shape (b, d), b at least 1; of more than 40 those of greatest posterior mean are
   * kept, and the pending points are added to them.
   */
  readonly incumbents: Float64Array;
}

export interface PendingOverBestOptions extends FantasyOptions {
  /** Best outcome observed, finite. */
  readonly best: number;
  /**
   * How many of the pending points, from the first, will have an outcome to compare with; the others (failed ones) only
   * make their surroundings known. From 0 to p; default p.
   */
  readonly competing?: number;
}

/**
 * log of the mean, over fantasies of the pending observations, of the noise-corrected expected improvement.
 * With no pending points it is `noisyLogExpectedImprovement`.
 * @throws ShapeError or BoSearchError E_ARGUMENT where an option has not its shape or range;
 *   NotPositiveDefiniteError where the covariance of the pending observations cannot be factorised.
 */
export function pendingLogExpectedImprovement(
  posterior: Posterior,
  options: PendingImprovementOptions,
): Acquisition {
  const d = posterior.dimension;
  const where = 'pendingLogExpectedImprovement';
  const b = countPoints(`${where}: incumbents`, options.incumbents, d);
  if (options.pending.length === 0) return noisyLogExpectedImprovement(posterior, options);
  const p = countPoints(`${where}: pending`, options.pending, d);
  const count = options.fantasies ?? DEFAULT_FANTASIES;
  assertOptions(where, options.noiseVariance, p, count);
  const { mean } = posterior.predict(options.incumbents, b);
  const kept = indicesOfGreatest(mean, MOST_CANDIDATES);
  const fantasies = createFantasies({
    posterior,
    candidates: pickPoints(options.incumbents, kept, d),
    b: kept.length,
    pending: options.pending,
    p,
    noiseVariance: options.noiseVariance,
    count,
    stream: options.stream,
  });
  return acquisitionOver('pending-log-ei', posterior, fantasies);
}

/**
 * log of the mean, over fantasies of the pending observations, of the expected improvement over the best outcome: the
 * best observed one, or a better one that pends in the fantasy. With no pending points it is `logExpectedImprovement`.
 * @throws ShapeError or BoSearchError E_ARGUMENT where an option has not its shape or range;
 *   NotPositiveDefiniteError where the covariance of the pending observations cannot be factorised.
 * @see Snoek, Larochelle and Adams 2012, section 3.2.
 */
export function pendingLogExpectedImprovementOverBest(
  posterior: Posterior,
  options: PendingOverBestOptions,
): Acquisition {
  const { best, pending, noiseVariance, stream, fantasies: count = DEFAULT_FANTASIES } = options;
  if (pending.length === 0) return logExpectedImprovement(posterior, { best });
  const where = 'pendingLogExpectedImprovementOverBest';
  const p = countPoints(`${where}: pending`, pending, posterior.dimension);
  assertOptions(where, noiseVariance, p, count);
  const { competing = p } = options;
  if (!Number.isFinite(best)) throw bad(`${where}: best must be finite, got ${best}`);
  if (!(Number.isInteger(competing) && competing >= 0 && competing <= p)) {
    throw bad(`${where}: competing must be an integer from 0 to p = ${p}, got ${competing}`);
  }
  const settings = { posterior, pending, p, noiseVariance, count, stream, best, competing };
  return acquisitionOver('pending-log-ei-over-best', posterior, createOutcomeFantasies(settings));
}

function acquisitionOver(name: string, posterior: Posterior, fantasies: Fantasies): Acquisition {
  return {
    name,
    dimension: posterior.dimension,
    scale: 'log',
    values: (x, q) => pendingValues(posterior, fantasies, x, q),
    valuesWithGradients: (x, q) => pendingWithGradients(posterior, fantasies, x, q),
  };
}

function assertOptions(where: string, noiseVariance: Float64Array, p: number, count: number): void {
  if (noiseVariance.length !== p) {
    throw new ShapeError(`${where}: noiseVariance must hold p = ${p} numbers, got ${noiseVariance.length}`);
  }
  for (const [i, variance] of noiseVariance.entries()) {
    if (variance >= 0 && variance < Number.POSITIVE_INFINITY) continue;
    throw bad(`${where}: noiseVariance[${i}] must be finite and at least 0, got ${variance}`);
  }
  if (Number.isInteger(count) && count >= 1) return;
  throw bad(`${where}: fantasies must be an integer of at least 1, got ${count}`);
}

function bad(message: string): BoSearchError {
  return new BoSearchError('E_ARGUMENT', message);
}

function pendingValues(posterior: Posterior, fantasies: Fantasies, x: Float64Array, q: number): Float64Array {
  const { mean, variance } = posterior.predict(x, q);
  const cross = fantasies.reference.cross(x, q);
  const candidate = createCandidate(fantasies);
  const { logs, differenceVariances } = candidate;
  const values = new Float64Array(q);
  for (let i = 0; i < q; i++) {
    fillCandidate(candidate, fantasies, mean[i], variance[i], cross, i);
    for (let s = 0; s < fantasies.count; s++) {
      const s2 = differenceVariances[fantasies.incumbentOf[s]];
      logs[s] = logImprovement(improvementOf(candidate, fantasies, s), s2);
    }
    values[i] = logSumExp(logs) - Math.log(fantasies.count);
  }
  return values;
}
