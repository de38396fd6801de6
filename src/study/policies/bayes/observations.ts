/**
 * From a study's history to what a GP is trained on: the one place where direction and units are turned.
 *
 * Notation: n observations, g the outcome transform; the model maximises y = ±g(value).
 *
 * What each kind of outcome brings:
 * - a value without variance: its noise is inferred; with a variance: that, plus an inferred nugget;
 * - a count: binomial noise, inferred as one variance where all have the same number of draws, in proportion to
 *   1 / draws where they differ;
 * - a measurement: a deterministic function of the point on its sample, so only the nugget; its variance says how far a
 *   fresh sample would be. A part of a sample adds the variance of what is missing. Measurements of several samples
 *   share an offset by sample.
 * Among outcomes of several kinds, counts have the binomial variance of their smoothed share, plus the nugget.
 */
import type { GroupOffsets, NoiseModel } from '../../../gp/index.js';
import type { Measurement, Outcome } from '../../../trial/index.js';
import { isCount, isFailed, isMeasurement, observedValue } from '../../../trial/index.js';
import type { PolicyContext, TrialSnapshot } from '../policy.js';
import type { OutcomeTransform } from './outcome-transform.js';
import { automaticTransform, transformShare } from './outcome-transform.js';
import type { BlockRows } from './racing/row-groups.js';
import type { TransformSetting } from './settings.js';

/** One ended trial with a finite value. */
export interface Observation {
  readonly trial: TrialSnapshot;
  readonly outcome: Outcome;
  /** ±g(value), to be maximised. */
  readonly y: number;
  /** Known variance of its noise in units of y; 0 where none is known. */
  readonly variance: number;
  /** Variance of the step from the observed sample to fresh images, in units of y; 0 for other outcomes. */
  readonly generalisation: number;
}

export interface Observations {
  readonly dimension: number;
  readonly transform: OutcomeTransform;
  /** +1 to maximise, −1 to minimise. */
  readonly sign: 1 | -1;
  /** In trial order. */
  readonly all: readonly Observation[];
  /** Points, shape (n, d). */
  readonly x: Float64Array;
  /** Shape (n). */
  readonly y: Float64Array;
  /** In units of y. */
  readonly noise: NoiseModel;
  /** In units of y; there where measurements come from more than one sample. */
  readonly offsets?: GroupOffsets;
  /** Whether the same point again would bring the same: no counts, no values with a variance. */
  readonly deterministic: boolean;
  /** Observations of the history, where `all` are only a part of them (`subset.ts`). */
  readonly total?: number;
  /** There where trials race: observations are then of points and blocks, and their groups come with the fit. */
  readonly blocks?: BlockRows;
}

/** All ended trials with a finite value; failed ones are left out. */
export function observationsOf(context: PolicyContext, setting: TransformSetting): Observations {
  const ended = context.trials.flatMap((trial) => {
    const { outcome, state } = trial;
    if (state === 'running' || outcome === undefined) return [];
    const value = observedValue(outcome);
    return value === undefined || !Number.isFinite(value) ? [] : [{ trial, outcome, value }];
  });
  const outcomes = ended.map(({ outcome }) => outcome);
  const transform = setting === 'auto' ? automaticTransform(outcomes) : setting;
  const sign = context.direction === 'maximize' ? 1 : -1;
  const full = fullImages(outcomes);
  const all = ended.map((entry) => ({
    ...entry,
    ...inModelUnits(entry.outcome, entry.value, transform, sign, full),
  }));
  const offsets = sampleOffsets(all);
  return {
    dimension: context.dimension,
    transform,
    sign,
    all,
    x: Float64Array.from(all.flatMap(({ trial }) => trial.unit)),
    y: Float64Array.from(all, ({ y }) => y),
    noise: noiseOf(all),
    ...(offsets === undefined ? {} : { offsets }),
    deterministic: outcomes.every(isExact),
  };
}

/** Whether the same point again would bring the same: no count, and no value with a variance. */
export function isExact(outcome: Outcome): boolean {
  return !isCount(outcome) && !('value' in outcome && (outcome.variance ?? 0) > 0);
}

/** Most images seen of each sample. */
function fullImages(outcomes: readonly Outcome[]): ReadonlyMap<string, number> {
  const full = new Map<string, number>();
  for (const outcome of outcomes) {
    if (!isMeasurement(outcome)) continue;
    full.set(outcome.sample, Math.max(outcome.images, full.get(outcome.sample) ?? 0));
  }
  return full;
}

function inModelUnits(
  outcome: Outcome,
  value: number,
  transform: OutcomeTransform,
  sign: 1 | -1,
  full: ReadonlyMap<string, number>,
): { readonly y: number; readonly variance: number; readonly generalisation: number } {
  if (isMeasurement(outcome)) {
    const { value: z, slope } = transformShare(transform, outcome.mean, outcome.images);
    const generalisation = outcome.variance * slope * slope;
    const missing = 1 - outcome.images / (full.get(outcome.sample) ?? outcome.images);
    // Infinity times nothing missing would be NaN.
    return { y: sign * z, variance: missing === 0 ? 0 : generalisation * missing, generalisation };
  }
  if (isCount(outcome)) {
    const { successes: k, trials: m } = outcome;
    const { value: z, slope } = transformShare(transform, k / m, m);
    const smoothed = (k + 1) / (m + 2);
    return { y: sign * z, variance: ((smoothed * (1 - smoothed)) / m) * slope * slope, generalisation: 0 };
  }
  const variance = isFailed(outcome) ? 0 : (outcome.variance ?? 0);
  if (transform === 'identity') return { y: sign * value, variance, generalisation: 0 };
  const { value: z, slope } = transformShare(transform, value, DRAWS_OF_A_VALUE);
  return { y: sign * z, variance: variance * slope * slope, generalisation: 0 };
}

/** Under the logit setting a plain value counts as a share of so many draws: 0 and 1 stay finite, ±13.8. */
const DRAWS_OF_A_VALUE = 1e6;

/** Counts alone: one inferred variance, scaled by their draws. Known variances anywhere: those plus a nugget. */
function noiseOf(all: readonly Observation[]): NoiseModel {
  const draws = all.flatMap(({ outcome }) => (isCount(outcome) ? [outcome.trials] : []));
  if (draws.length === all.length) {
    const least = Math.min(...draws);
    if (draws.every((m) => m === least)) return { kind: 'inferred' };
    const sorted = draws.toSorted((a, b) => a - b);
    const median = sorted[sorted.length >> 1];
    return { kind: 'inferred', relative: Float64Array.from(draws, (m) => median / m) };
  }
  if (all.every(({ variance }) => variance === 0)) return { kind: 'inferred' };
  return { kind: 'fixed-plus-inferred', variances: Float64Array.from(all, ({ variance }) => variance) };
}

/** One offset a sample, of the mean variance that the samples' images imply; none for a single sample. */
function sampleOffsets(all: readonly Observation[]): GroupOffsets | undefined {
  const names = new Map<string, number>();
  const of = new Int32Array(all.length).fill(-1);
  let variance = 0;
  let measurements = 0;
  all.forEach(({ outcome, generalisation }, i) => {
    if (!isMeasurement(outcome)) return;
    of[i] = indexOf(names, outcome);
    variance += generalisation;
    measurements++;
  });
  return names.size > 1 ? { of, variance: variance / measurements } : undefined;
}

function indexOf(names: Map<string, number>, { sample }: Measurement): number {
  const known = names.get(sample);
  if (known !== undefined) return known;
  names.set(sample, names.size);
  return names.size - 1;
}
