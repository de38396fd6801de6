/** Scans the one parameter of the step schedules on the search images: the strongest simple rival of what was learned. */
import { stepSchedule } from '../schedules/index.js';
import { measurementOf, type ScoreWeights } from '../trial/index.js';
import type { JudgedSample } from './judge.js';
import type { BestStep } from './results.js';
import { outcomesOf } from './sample-outcomes.js';
import type { ScoreCache } from './score-cache.js';

export interface ScanOptions {
  /** The search sample. */
  readonly sample: JudgedSample;
  /** Number of latents N. */
  readonly latents: number;
  readonly weights: ScoreWeights;
  readonly cache: ScoreCache;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly of: number }) => void;
}

/** Judges all N + 1 steps; of equally good ones, the one that re-samples least. */
export async function bestStep({ latents, weights, ...options }: ScanOptions): Promise<BestStep> {
  const scores: number[] = [];
  for (let from = 0; from <= latents; from++) {
    const outcomes = await outcomesOf(options, stepSchedule(latents, from));
    scores.push(measurementOf([{ sample: options.sample.name, block: 0, outcomes }], weights).mean);
    options.onProgress?.({ done: from + 1, of: latents + 1 });
  }
  const from = scores.lastIndexOf(Math.max(...scores));
  return { from, alphas: stepSchedule(latents, from), scores };
}
