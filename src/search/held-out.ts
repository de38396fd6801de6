/** Compares schedules with each other and with no defence, on images that no choice was made on. */
import { summariseOutcomes } from '../objective/evaluation/score-alphas.js';
import {
  compareWith,
  type ScheduleScore,
  type ScheduleToScore,
} from '../objective/evaluation/score-schedules.js';
import { constantSchedule, cosineSchedule, linearSchedule } from '../schedules/index.js';
import type { ImageOutcomes, ScoreWeights } from '../trial/index.js';
import type { JudgedSample } from './judge.js';
import { type BestStep, type ResultRow, resultRow, type SearchResults } from './results.js';
import { outcomesOf, undefendedOutcomes } from './sample-outcomes.js';
import type { ScoreCache } from './score-cache.js';

export interface HeldOutOptions {
  /** The held-out sample. */
  readonly sample: JudgedSample;
  readonly schedules: readonly Required<ScheduleToScore>[];
  /** Number of classes K. */
  readonly classes: number;
  readonly weights: ScoreWeights;
  readonly cache: ScoreCache;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly label: string;
    readonly done: number;
    readonly of: number;
  }) => void;
}

/**
 * A row a schedule, in order, and no defence last where the judge has such a row. Where one was learned, all others
 * have learned − this.
 */
async function compareHeldOut(options: HeldOutOptions): Promise<ResultRow[]> {
  const { schedules, weights, onProgress } = options;
  const scores: ScheduleScore[] = [];
  const of = schedules.length + (options.sample.undefended ? 1 : 0);
  for (const schedule of schedules) {
    scores.push({ ...schedule, ...scored(options, await outcomesOf(options, schedule.alphas)) });
    onProgress?.({ label: schedule.label, done: scores.length, of });
  }
  const undefended = await undefendedOutcomes(options);
  if (undefended !== undefined) {
    const bare = { kind: 'no-defence', label: 'no defence' };
    scores.push({ ...bare, ...scored(options, undefended) });
    onProgress?.({ label: bare.label, done: scores.length, of });
  }
  const byClass = options.sample.labels !== undefined;
  return compareWith(scores, 'learned', weights).map((score) => resultRow(score, byClass));
}

/** The held-out part of a results file. */
export async function scoreHeldOut(options: HeldOutOptions): Promise<SearchResults['heldOut']> {
  const { name, images, draws, attack } = options.sample;
  const rows = await compareHeldOut(options);
  return { sample: name, images, draws, ...(attack === undefined ? {} : { attack }), rows };
}

/** What a learned schedule is compared with: learned, linear, cosine, best step, ½ and 0, in this order. */
export function schedulesToCompare(
  learned: readonly number[],
  step: Pick<BestStep, 'from' | 'alphas'>,
): Required<ScheduleToScore>[] {
  const n = learned.length;
  return [
    { kind: 'learned', label: 'learned', alphas: learned },
    { kind: 'linear', label: 'linear', alphas: linearSchedule(n) },
    { kind: 'cosine', label: 'cosine', alphas: cosineSchedule(n) },
    { kind: 'step', label: `best step (${step.from})`, alphas: step.alphas },
    { kind: 'constant', label: 'α = 0.5', alphas: constantSchedule(n, 0.5) },
    { kind: 'constant', label: 'α = 0', alphas: constantSchedule(n, 0) },
  ];
}

/** The scores that bits add up to; where no true classes are known, all images are of one. */
function scored({ sample, classes, weights }: HeldOutOptions, outcomes: ImageOutcomes) {
  return sample.labels === undefined
    ? summariseOutcomes(outcomes, new Int32Array(sample.images), 1, weights)
    : summariseOutcomes(outcomes, sample.labels, classes, weights);
}
