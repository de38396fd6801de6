/** The contract of what is optimised: it gets a trial and yields blocks of outcomes, or returns one outcome. */
import type { Outcome, OutcomeBlock } from './outcome.js';

/** What an objective sees of a trial. */
export interface TrialView<Name extends string = string> {
  readonly number: number;
  /** Parameters by name, in user units. */
  readonly params: Readonly<Record<Name, number>>;
  /** The α vector, where the space is an α space; otherwise the parameters in order. */
  readonly alphas: readonly number[];
  /** Positions of the blocks to judge, in this order; absent: all blocks there are. Any other block is refused. */
  readonly blocks?: readonly number[];
  /** Blocks the journal already holds, of a trial handed out again: an objective may skip them, or report the same. */
  readonly reported?: readonly OutcomeBlock[];
}

/** What an objective is given beside the trial. */
export interface EvaluationContext {
  /** Aborted when the caller wants to end; the objective may throw the signal's reason. */
  readonly signal: AbortSignal;
}

/** Judges a trial at once, in one outcome or a plain value. */
export type ObjectiveFunction<Name extends string = string> = (
  trial: TrialView<Name>,
  context: EvaluationContext,
) => number | Outcome | Promise<number | Outcome>;

/** Judges a trial block by block; whole evaluations are one block or many. */
export interface BlockObjective<Name extends string = string> {
  evaluate(trial: TrialView<Name>, context: EvaluationContext): AsyncIterable<OutcomeBlock>;
}

export type Objective<Name extends string = string> = ObjectiveFunction<Name> | BlockObjective<Name>;
