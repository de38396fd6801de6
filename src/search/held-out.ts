/** Compares what was learned with simple schedules and with no defence, on images that no choice was made on. */
import { type AlphaScore, scoreAlphas, summariseOutcomes } from '../objective/evaluation/score-alphas.js';
import {
  compareWith,
  type ScheduleScore,
  type ScheduleToScore,
} from '../objective/evaluation/score-schedules.js';
import { constantSchedule, cosineSchedule, linearSchedule } from '../schedules/index.js';
import type { ScoreWeights } from '../trial/index.js';
import { type BestStep, type ResultRow, resultRow } from './results.js';
import type { Sample } from './samples.js';
import type { ScoreCache } from './score-cache.js';

export interface HeldOutOptions {
  /** The held-out sample. */
  readonly sample: Sample;
  readonly learned: readonly number[];
  readonly step: BestStep;
  readonly weights: ScoreWeights;
  readonly cache: ScoreCache;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly label: string;
    readonly done: number;
    readonly of: number;
  }) => void;
}

/** Learned, linear, cosine, best step, ½, 0 and no defence, in this order; all but the first with learned − this. */
export async function compareHeldOut(options: HeldOutOptions): Promise<ResultRow[]> {
  const { weights } = options;
  const schedules = schedulesToCompare(options);
  const scores: ScheduleScore[] = [];
  const of = schedules.length + 1;
  for (const schedule of schedules) {
    scores.push({ ...schedule, ...(await scored(options, schedule.alphas)) });
    options.onProgress?.({ label: schedule.label, done: scores.length, of });
  }
  const bare = { kind: 'no-defence', label: 'no defence' };
  scores.push({ ...bare, ...(await scored(options, null)) });
  options.onProgress?.({ label: bare.label, done: of, of });
  return compareWith(scores, 'learned', weights).map(resultRow);
}

function schedulesToCompare({ learned, step }: HeldOutOptions): Required<ScheduleToScore>[] {
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

/** The score of a schedule, or of no defence (null), computed or known from before. */
async function scored(options: HeldOutOptions, alphas: readonly number[] | null): Promise<AlphaScore> {
  const { sample, weights, cache, signal } = options;
  const classes = sample.clean.classes.length;
  const blocks = alphas === null ? sample.undefended : sample.blocks;
  const draws = { key: sample.noiseKey, draws: sample.draws };
  const judging = { classes, draws, weights, ...(signal === undefined ? {} : { signal }) };
  const outcomes = await cache.obtain(
    sample.name,
    alphas,
    async () => (await scoreAlphas(blocks, alphas ?? [], judging)).outcomes,
  );
  return summariseOutcomes(outcomes, sample.clean.labels, classes, weights);
}
