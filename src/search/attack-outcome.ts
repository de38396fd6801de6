/** How attacking the images of a split can be asked for, and how it can end. */
import type { AttackSummary } from '../objective/evaluation/attack-summary.js';
import type { JudgedSplit } from './judge.js';
import type { RunSearchOptions } from './search-outcome.js';

export interface BuildAttackOptions extends RunSearchOptions {
  /** Whose images: those that a search judges α on (default), or the held-out ones. */
  readonly split?: JudgedSplit;
}

/** The images are attacked. */
export interface FinishedAttack {
  readonly kind: 'finished';
  readonly out: string;
  readonly split: JudgedSplit;
  /** Name of the sample that is judged on them. */
  readonly sample: string;
  /** Images kept; fewer than the summary has where only successful ones are. */
  readonly kept: number;
  /** What became of the images; absent where an evaluator does not say. */
  readonly summary?: AttackSummary;
  /** Folder of the attacked images; absent where an evaluator keeps them. */
  readonly folder?: string;
  /** Whether they were there before. */
  readonly reused: boolean;
}

/** The signal came; nothing is left half made. */
export interface InterruptedAttack {
  readonly kind: 'interrupted';
  readonly out: string;
}

export type AttackOutcome = FinishedAttack | InterruptedAttack;
