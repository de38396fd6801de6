/**
 * The contract of a policy: where to look next, and which trial to recommend.
 *
 * A policy is a pure function of the history it is given: the same history gives the same answer, bit for bit, whatever
 * the instance did before. It may cache, but only what it could make again.
 */
import type {
  AskRecord,
  Decision,
  Json,
  Outcome,
  OutcomeBlock,
  ScoreWeights,
  TrialState,
} from '../../trial/index.js';
import type { ForeseenPoint, Foresight, PolicyExplanation } from './explanation.js';

/** A trial as policies see it. */
export interface TrialSnapshot {
  readonly number: number;
  /** The point in the unit cube, shape (d). */
  readonly unit: readonly number[];
  readonly state: TrialState;
  readonly origin: AskRecord['origin'];
  /** There for ended trials; for `stopped` ones the measurement of the blocks that were seen. */
  readonly outcome?: Outcome;
  /** Blocks reported so far, in the order of their coming; empty for objectives that tell at once. */
  readonly reported?: readonly OutcomeBlock[];
  /** Positions of the blocks to judge, in this order; absent: all blocks of the sample. */
  readonly blocks?: readonly number[];
  /** What the policy wrote down when it suggested the point. */
  readonly memo?: Json;
}

export interface PolicyContext {
  readonly seed: number;
  readonly direction: 'maximize' | 'minimize';
  /** Weights of clean and robust accuracy in the score of an image; absent: ½ and ½. */
  readonly weights?: ScoreWeights;
  /** Number of parameters d. */
  readonly dimension: number;
  /** All trials asked so far, in number order; running ones are pending. */
  readonly trials: readonly TrialSnapshot[];
}

/** Something the policy had to do without; said in an event, never in silence. */
export interface PolicyNote {
  readonly kind:
    | 'jitter'
    | 'merged-duplicates'
    | 'subset'
    | 'exploration'
    | 'near-duplicate'
    | 'refit-failed'
    | 'random-fallback'
    | 'poor-fit'
    | 'acquisition-replaced';
  readonly message: string;
}

export interface Suggestion {
  /** The point in the unit cube, shape (d), every value in [0, 1]. */
  readonly unit: readonly number[];
  /**
   * The rule that chose the point: `initial`, `bayes`, `explore` (a point of the initial sequence, while the model sees
   * little but noise), `promote` (a known point, on blocks it has not seen), `random`, `sobol`.
   */
  readonly by: string;
  /** Positions of the blocks to judge, in this order; absent: what `blocksFor` says of the point. */
  readonly blocks?: readonly number[];
  readonly memo?: Json;
  readonly notes: readonly PolicyNote[];
}

/** A trial to recommend, in the study's own direction and units of the objective. */
export interface Recommended {
  readonly trial: number;
  /** Posterior mean at the point (or the observed value, for policies without a model). */
  readonly mean: number;
  /** 95 % interval of that mean. */
  readonly interval: readonly [number, number];
}

export interface Policy {
  readonly name: string;
  /** Every setting, defaults filled in, as it goes into the journal's header. */
  readonly settings: Json;
  /** Never throws on bad numerics: it degrades and says so in a note. */
  suggest(context: PolicyContext): Suggestion;
  /** The best of the ended trials; undefined when none has a value. */
  recommend(context: PolicyContext): Recommended | undefined;
  /**
   * The blocks to judge a new trial on, in order; undefined for all. Asked for every new trial, whatever its origin, that
   * no plan came with. Never throws.
   * @param unit - where the trial goes; `context` does not hold it yet.
   */
  blocksFor?(context: PolicyContext, unit: readonly number[]): readonly number[] | undefined;
  /**
   * The points most worth a judgement on images that no search has seen, best first, at most `count`, no point twice; each
   * by one of its ended trials.
   */
  finalists?(context: PolicyContext, count: number): readonly Recommended[];
  /** Whether a running trial goes on after these blocks; absent means always `continue`. */
  decide?(context: PolicyContext, trial: number, blocks: readonly OutcomeBlock[]): Decision;
  /**
   * What the model knows, for people; undefined while there is too little for one. Absent for policies without a model.
   * @param worst - how many of the observations to list that the model predicts worst.
   */
  explain?(context: PolicyContext, worst: number): PolicyExplanation | undefined;
  /**
   * What the model of a history says of a point before it is tried; undefined while there is too little for one.
   * @param context - the history before; it does not hold the point's trial.
   */
  foresee?(context: PolicyContext, point: ForeseenPoint): Foresight | undefined;
}
