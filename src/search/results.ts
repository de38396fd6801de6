/** What a finished search found, as `results.json` holds it: no clock in it, so that the same search gives the same file. */
import type { AttackSummary } from '../objective/evaluation/attack-summary.js';
import type { Accuracy } from '../objective/evaluation/accuracy.js';
import type { ScheduleScore } from '../objective/evaluation/score-schedules.js';
import type { Difference, ScoreRow } from '../report/index.js';
import type { Estimate } from '../schedules/index.js';
import type { Recommendation } from '../study/index.js';
import type { RecordedConfig } from './config/recorded-config.js';
import type { RaceResults } from './race-results.js';
import type { SearchFacts } from './search-facts.js';

export const RESULTS_FILE = 'results.json';

/** One schedule on the held-out images. */
export interface ResultRow extends ScoreRow {
  /** Kind of a schedule, or `no-defence`. */
  readonly kind: string;
  /** Of a step: first latent that is re-sampled, from 0 to N. */
  readonly from?: number;
  /** Before attenuation; absent for no defence. */
  readonly alphas?: readonly number[];
  /** Balanced accuracies: means over classes; empty where the judge says no true classes. */
  readonly balanced: { readonly clean?: number; readonly robust?: number };
  /** Accuracies by class, in the order of the classes; null for a class without images. Empty as `balanced`. */
  readonly perClass: {
    readonly clean?: readonly (number | null)[];
    readonly robust?: readonly (number | null)[];
  };
}

/** The best step schedule, chosen on the search images. */
export interface BestStep {
  /** First latent that is re-sampled, from 0 to N. */
  readonly from: number;
  readonly alphas: readonly number[];
  /** Objective of every step on the search images, `from` 0 to N. */
  readonly scores: readonly number[];
}

export interface SearchResults {
  readonly format: 'bo-search/results';
  readonly version: 1;
  readonly versions: { readonly boSearch: string; readonly node: string };
  /** What ran: the tensor runtime, or evaluator and device. */
  readonly backend: string;
  /** As it was asked for, without the values of the evaluator's variables. */
  readonly config: RecordedConfig;
  readonly facts: SearchFacts;
  readonly classes: readonly string[];
  readonly search: {
    readonly sample: string;
    /** All samples that trials were judged on, in their order, where that was not this one alone. */
    readonly samples?: readonly string[];
    readonly images: number;
    readonly draws: number;
    readonly evaluations: number;
    readonly failed: number;
    /** Absent where an evaluator does not say what became of the images. */
    readonly attack?: AttackSummary;
    /** What the study recommends, scored on the search images. */
    readonly recommended: Recommendation;
    readonly bestStep: BestStep;
    /** Where α raced. */
    readonly race?: RaceResults;
  };
  readonly heldOut: {
    readonly sample: string;
    readonly images: number;
    readonly draws: number;
    readonly attack?: AttackSummary;
    readonly rows: readonly ResultRow[];
  };
}

/**
 * A row of the table from a schedule's score.
 * @param byClass - whether the true classes of the images are known.
 */
export function resultRow(score: ScheduleScore, byClass: boolean): ResultRow {
  const { clean, robust, objective, behind } = score;
  return {
    name: score.label,
    kind: score.kind,
    ...(score.kind === 'step' && score.alphas !== undefined ? { from: stepFrom(score.alphas) } : {}),
    ...(score.alphas === undefined ? {} : { alphas: score.alphas }),
    ...(clean === undefined ? {} : { clean: estimateOf(clean) }),
    ...(robust === undefined ? {} : { robust: estimateOf(robust) }),
    objective: estimateOf(objective),
    ...(behind === undefined ? {} : { difference: differenceOf(behind.differences.objective) }),
    balanced: byClass ? parts(score, ({ balanced }) => balanced) : {},
    perClass: byClass ? parts(score, ({ perClass }) => perClass) : {},
  };
}

/** The first latent with α = 1; N where there is none. */
function stepFrom(alphas: readonly number[]): number {
  const first = alphas.indexOf(1);
  return first < 0 ? alphas.length : first;
}

/** A mean and its interval; rounding may carry an end a hair beyond 0 or 1, where a share cannot be. */
function estimateOf({ mean, interval: [low, high] }: Estimate): Estimate {
  const within = (share: number) => Math.min(1, Math.max(0, share));
  return { mean: within(mean), interval: [within(low), within(high)] };
}

function differenceOf({ mean, interval }: Difference): Difference {
  return { mean, interval };
}

function parts<T>(
  { clean, robust }: ScheduleScore,
  take: (accuracy: Accuracy) => T,
): { clean?: T; robust?: T } {
  return {
    ...(clean === undefined ? {} : { clean: take(clean) }),
    ...(robust === undefined ? {} : { robust: take(robust) }),
  };
}
