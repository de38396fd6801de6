/** What a study offers: the calls that move its trials from asked to told. */
import type { PointInput, Space } from '../space/index.js';
import type { Decision, HeaderRecord, Objective, Outcome, OutcomeBlock } from '../trial/index.js';
import type { ExplainOptions, StudyExplanation } from './explain.js';
import type { TrialExplanation } from './explain-trial.js';
import type { Finalist } from './finalists.js';
import type { OptimizeOptions, OptimizeResult } from './optimize.js';
import type { Recommendation } from './recommend.js';
import type { Trial, TrialRef } from './trial.js';

export interface AskOptions {
  /**
   * Whether the trial outlives this process: it stays pending until told, failed or expired, by whoever opens the study
   * next. Default false: then it is handed out again when the study is opened after this session died.
   */
  readonly detached?: boolean;
}

export interface EnqueueOptions {
  /**
   * For each point the positions of the blocks to judge it on, in order, or null to leave that to the policy. Default null
   * for all; a policy that does not race has every point judged on all blocks.
   */
  readonly blocks?: readonly (readonly number[] | null)[];
}

/**
 * A study that is open for writing. Calls may overlap; they are carried out in call order.
 * `Name` is the union of the parameters' names, where the compiler knows them: `trial.params.rate` is then a number, and
 * a name that is no parameter an error.
 */
export interface Study<Name extends string = string> {
  /** Where the journal is: a path, or `memory`. */
  readonly place: string;
  /** What the study is, as its journal has it. */
  readonly header: HeaderRecord;
  readonly space: Space<Name>;
  /** All trials by number, as they stand. */
  readonly trials: readonly Trial<Name>[];
  /** Number of trials that ended, failed ones included. */
  readonly endedTrials: number;
  /**
   * Image judgements reported so far, in all trials: an image judged clean and attacked counts twice, and every time it is
   * judged again. Outcomes told without blocks are not counted.
   */
  readonly imagesJudged: number;
  /** Number of enqueued points that were not asked yet. */
  readonly waiting: number;
  /**
   * The next trial: a running one that lost its session, else a point due on a fresh sample, an enqueued one, a seed of
   * the space, or the policy's suggestion. Never throws on bad numerics: it degrades and says so in an event.
   * @throws E_STORAGE if the journal cannot be written; nothing has changed then.
   */
  ask(options?: AskOptions): Promise<Trial<Name>>;
  /** The next `count` trials, each suggested with those before it pending. */
  ask(count: number, options?: AskOptions): Promise<readonly Trial<Name>[]>;
  /**
   * Ends a running trial with an outcome, or, where blocks were reported, with what they add up to.
   * A value that is NaN or infinite ends it as failed, with the reason.
   * @returns the ended trial.
   * @throws E_TRIAL_STATE if it is not running; E_OUTCOME if the outcome is not valid, and it stays running.
   */
  tell(trial: TrialRef, outcome?: Outcome): Promise<Trial<Name>>;
  /**
   * Keeps a block of outcomes of a running trial; the same block again changes nothing and gets the last answer.
   * A trial that changed hands half way begins anew with a block of another sample.
   * @returns whether to go on with the trial; a function of the journal. After one `stop` it stays `stop`.
   * @throws E_TRIAL_STATE if it is not running; E_OUTCOME if the block does not fit, and nothing is kept.
   */
  report(trial: TrialRef, block: OutcomeBlock): Promise<Decision>;
  /** Ends a running trial without a value. */
  fail(trial: TrialRef, reason: string): Promise<Trial<Name>>;
  /** Ends detached trials nobody will tell: those named, or all that run. @returns the ended trials. */
  expire(trials?: readonly TrialRef[]): Promise<readonly Trial<Name>[]>;
  /** Lets go of a running trial of this session: it is handed out again by the next `ask`, here or in a later session. */
  release(trial: TrialRef): Promise<void>;
  /**
   * Adds points to try before the seeds and the policy's own, in user units, by order or by name. They are asked in the
   * order of enqueueing, from the next `ask` on, whenever in the study's life they came; only trials handed out again
   * and points due on a fresh sample go before them. A point is asked as often as it was enqueued, tried before or not;
   * a seed of the space that was tried this way is not tried again. What is not asked yet outlives the session.
   * @param labels - where each comes from, one word or more a point; default `user`. It is in `trial.origin.label`.
   * @throws E_ARGUMENT if a point is not in the space, the labels are not one a point, or a plan is no list of different blocks; nothing is added then.
   */
  enqueue(
    points: readonly PointInput<Name>[],
    labels?: readonly string[],
    options?: EnqueueOptions,
  ): Promise<void>;
  /** The posterior-mean best with its interval, the best observed beside it. @throws E_TRIAL_STATE if no trial has a value. */
  recommend(): Recommendation<Name>;
  /**
   * The points most worth a judgement on images that no trial has seen, best first, no point twice: at most `count`.
   * @throws E_ARGUMENT if the count is not an integer of at least 1.
   */
  finalists(count: number): readonly Finalist<Name>[];
  /**
   * What the study's model knows: how it is made and how well it predicts, what each parameter does, and whether another
   * evaluation pays. Changes nothing.
   * @throws E_TRIAL_STATE if no trial has a value, or, where the policy has a model, fewer than 3 have.
   */
  explain(options?: ExplainOptions): StudyExplanation;
  /**
   * Why a trial went where it went, and what the model of that moment said of it; takes about as long as one `ask`.
   * @throws E_TRIAL_STATE if there is no such trial.
   */
  explainTrial(trial: TrialRef): TrialExplanation;
  /** Asks, evaluates and tells until the study holds enough ended trials; see `OptimizeOptions`. */
  optimize(objective: Objective<Name>, options: OptimizeOptions): Promise<OptimizeResult>;
  /** Lets go of the journal when all calls before are through; later calls throw E_STORAGE. */
  close(): Promise<void>;
}
