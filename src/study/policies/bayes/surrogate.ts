/**
 * The surrogate of a history: fitted anew when the schedule says so, else the last fit with the new points appended.
 * A function of the history alone; what an instance keeps only saves work.
 */
import type {
  ExactGp,
  FitResult,
  GpData,
  GpModel,
  GroupOffsets,
  NoiseModel,
  Prior,
} from '../../../gp/index.js';
import {
  exactGp,
  fitHyperparameters,
  KERNELS,
  refitReason,
  standardisation,
  standardise,
} from '../../../gp/index.js';
import type { PolicyNote } from '../policy.js';
import { blockOffsets, unitsOfBlocks } from './racing/block-units.js';
import { fenced, lowerFence } from './fence.js';
import { isNumerical } from './is-numerical.js';
import type { Fit } from './memo.js';
import { mergeDuplicates } from './merge-duplicates.js';
import type { Observations } from './observations.js';
import type { BayesSettings } from './settings.js';
import { spreadRows, rowsOf } from './subset.js';

export interface Surrogate {
  readonly gp: ExactGp;
  readonly fit: Fit;
  /** What the GP is made of beside data and hyper-parameters. */
  readonly model: GpModel;
  /** Whether the fit was made here, so that it has to be written down. */
  readonly fresh: boolean;
  readonly notes: readonly PolicyNote[];
}

/** When the hyper-parameters are fitted. */
export type Refits = 'scheduled' | 'never';

/**
 * @param last - the newest fit of the history, if there is one.
 * @param previous - any GP from before; its factor is extended where it fits.
 * @param refits - `scheduled`: anew when the schedule says so; `never`: the last fit, where there is one, serves.
 * @returns undefined where no factorisation succeeds, even after merging repeated points.
 */
export function surrogateOf(
  observations: Observations,
  settings: BayesSettings,
  last: Fit | undefined,
  previous: ExactGp | undefined,
  refits: Refits = 'scheduled',
): Surrogate | undefined {
  return (
    conditioned(observations, settings, last, previous, [], refits) ??
    afterMerging(observations, (merged, note) =>
      conditioned(merged, settings, last, undefined, [note], refits),
    )
  );
}

function conditioned(
  observations: Observations,
  settings: BayesSettings,
  last: Fit | undefined,
  previous: ExactGp | undefined,
  notes: readonly PolicyNote[],
  refits: Refits,
): Surrogate | undefined {
  try {
    const model = { profile: KERNELS[settings.kernel] };
    const kept = keptSurrogate(observations, model, last, previous, refits);
    if (kept !== undefined) return { ...kept, model, notes: [...notes, ...jitterNotes(kept.gp)] };
    const { fit, result } = fitted(observations, settings, last);
    const gp = exactGp(gpData(observations, fit), fit.hyperparameters, model);
    const more = [...partNotes(observations, settings, last), ...fitNotes(result), ...jitterNotes(gp)];
    return { gp, fit, model, fresh: true, notes: [...notes, ...more] };
  } catch (error) {
    if (isNumerical(error)) return undefined;
    throw error;
  }
}

/** The last fit with all of today's points, where the schedule has no reason for another. */
function keptSurrogate(
  observations: Observations,
  model: GpModel,
  last: Fit | undefined,
  previous: ExactGp | undefined,
  refits: Refits,
): { readonly gp: ExactGp; readonly fit: Fit; readonly fresh: false } | undefined {
  if (last === undefined || last.transform !== observations.transform) return undefined;
  if ((last.blocks === undefined) !== (observations.blocks === undefined)) return undefined;
  const n = observations.total ?? observations.all.length;
  if (refits === 'never') {
    return {
      gp: exactGp(gpData(observations, last), last.hyperparameters, model, previous),
      fit: last,
      fresh: false,
    };
  }
  if (refitReason({ n, fittedAt: last.n }) !== undefined) return undefined;
  const gp = exactGp(gpData(observations, last), last.hyperparameters, model, previous);
  const state = { n, fittedAt: last.n, newestResidual: gp.standardisedResidual(gp.n - 1) };
  return refitReason(state) === undefined ? { gp, fit: last, fresh: false } : undefined;
}

function fitted(
  observations: Observations,
  settings: BayesSettings,
  last: Fit | undefined,
): { readonly fit: Fit; readonly result: FitResult } {
  const { dimension: d, transform } = observations;
  const { lengthscale, outputScale, noiseFloor } = settings;
  const { mode, common, own } = lengthscale;
  const { noise, ...units } = unitsOf(observations, settings, last);
  const n = observations.all.length;
  const seen = rowsOf(observations, spreadRows(n, settings.fitPoints ?? n));
  const result = fitHyperparameters(gpData(seen, units), {
    profile: KERNELS[settings.kernel],
    priors: {
      lengthscale: { kind: 'shared-log-normal', location: Math.log(mode * Math.sqrt(d)), common, own },
      outputScale,
      noiseVariance: noise,
    },
    bounds: { noiseVariance: [noiseFloor, Math.max(10, noiseFloor)] },
    ...(last === undefined ? {} : { warmStart: last.hyperparameters }),
  });
  const { hyperparameters } = result;
  return { fit: { n: observations.total ?? n, transform, ...units, hyperparameters }, result };
}

type Units = Pick<Fit, 'standardisation' | 'fence' | 'blocks'>;

/** The units of a new fit, and the prior of its noise. */
function unitsOf(
  observations: Observations,
  settings: BayesSettings,
  last: Fit | undefined,
): Units & { readonly noise: Prior } {
  if (observations.blocks !== undefined)
    return unitsOfBlocks(observations, observations.blocks, settings, last);
  const fence = settings.fence === null ? -Infinity : lowerFence(observations.y, settings.fence);
  return { fence, standardisation: standardisation(fenced(observations.y, fence)), noise: settings.noise };
}

/** The observations in standardised units, bad tails fenced. */
function gpData(observations: Observations, units: Units): GpData {
  const { x, y, dimension, noise } = observations;
  const offsets =
    units.blocks === undefined ? observations.offsets : blockOffsets(observations, units.blocks);
  const by = units.standardisation;
  const square = (variance: number) => variance / by.scale / by.scale;
  return {
    x,
    y: standardise(fenced(y, units.fence), by),
    dimension,
    noise: scaledNoise(noise, square),
    ...(offsets === undefined
      ? {}
      : { offsets: units.blocks === undefined ? scaledOffsets(offsets, square) : offsets }),
  };
}

/** Variances beyond this many squared standard deviations of the targets say nothing; more would only overflow. */
export const MOST_VARIANCE = 1e12;

function scaledNoise(noise: NoiseModel, square: (variance: number) => number): NoiseModel {
  if (noise.kind === 'inferred') return noise;
  return {
    ...noise,
    variances: noise.variances.map((variance) => Math.min(square(variance), MOST_VARIANCE)),
  };
}

function scaledOffsets(offsets: GroupOffsets, square: (variance: number) => number): GroupOffsets {
  return { of: offsets.of, variance: Math.min(square(offsets.variance), MOST_VARIANCE) };
}

function fitNotes({ logPosterior, stop }: FitResult): readonly PolicyNote[] {
  if (logPosterior === -Infinity) {
    return [
      { kind: 'refit-failed', message: 'no start of the fit had a finite likelihood; the start is used' },
    ];
  }
  if (stop.good || stop.kind === 'iterations') return [];
  return [{ kind: 'poor-fit', message: `the fit stopped early: ${stop.message}; ${stop.advice}` }];
}

/** Said by the first fit of a history that is too long. */
function partNotes(
  { all, total = all.length }: Observations,
  { maxPoints }: BayesSettings,
  last: Fit | undefined,
): readonly PolicyNote[] {
  if (maxPoints === null || total <= all.length || (last !== undefined && last.n > maxPoints)) return [];
  const message =
    `with ${total} observations, the model is made of at most ${maxPoints} from now on (maxPoints): ` +
    'the best, the newest, and others far from those';
  return [{ kind: 'subset', message }];
}

function jitterNotes({ relativeJitter }: ExactGp): readonly PolicyNote[] {
  if (relativeJitter === 0) return [];
  return [
    { kind: 'jitter', message: `the covariance needed a jitter of ${relativeJitter} of its mean diagonal` },
  ];
}

function afterMerging(
  observations: Observations,
  next: (merged: Observations, note: PolicyNote) => Surrogate | undefined,
): Surrogate | undefined {
  const merged = mergeDuplicates(observations);
  const removed = observations.all.length - merged.all.length;
  if (removed === 0) return undefined;
  const message = `${removed} repeated points were merged, for the covariance was not positive definite`;
  return next(merged, { kind: 'merged-duplicates', message });
}
