/** The journal's vocabulary: one record an event, in the order in which a study's life happened. */
import type { Outcome, OutcomeBlock, ScoreWeights } from './outcome.js';

/** Values JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** First record of every journal: what the study is. Never changes. */
export interface HeaderRecord {
  readonly kind: 'header';
  readonly format: 'bo-search/journal';
  readonly version: 1;
  readonly seed: number;
  readonly direction: 'maximize' | 'minimize';
  /** The space as `spaceToJson` writes it. */
  readonly space: Json;
  /** Policy name and settings. */
  readonly policy: { readonly name: string; readonly settings: Json };
  readonly weights: ScoreWeights;
  /** How many of the best points are judged again when a fresh sample replaces the old one. */
  readonly rescore: number;
  /** Free facts for readers: model hash, backend, configuration. Compared on reopening where the caller asks for it. */
  readonly about: Json;
  /** Versions of bo-search and Node that made the study. */
  readonly versions: { readonly boSearch: string; readonly node: string };
}

/** A process took the study over; running trials of earlier sessions are handed out again. */
export interface SessionRecord {
  readonly kind: 'session';
  /** Token of the lock the session holds. */
  readonly token: string;
  /** Facts about this session, such as the tensor backend that ran. */
  readonly about: Json;
}

/** Points to try before the policy's own; in user units, one array a point in parameter order. */
export interface EnqueueRecord {
  readonly kind: 'enqueue';
  readonly points: readonly (readonly number[])[];
  /** Where they come from, for example `linear` or `user`. */
  readonly labels: readonly string[];
  /** For each point the blocks to judge it on, in order, or null to leave that to the policy; absent: null for all. */
  readonly blocks?: readonly (readonly number[] | null)[];
}

/** A trial begins. */
export interface AskRecord {
  readonly kind: 'ask';
  readonly trial: number;
  /** The point in the unit cube. */
  readonly unit: readonly number[];
  /** The point in user units, where rounding makes it differ from what `unit` gives back (enqueued points only). */
  readonly values?: readonly number[];
  /** Session token, or `detached` for trials that outlive their process. */
  readonly owner: string;
  /**
   * Why this point: `rescore`, `enqueued`, `seed` (the study's own), or the policy's `initial`, `bayes`, `random`, …,
   * and a label where there is one.
   */
  readonly origin: { readonly by: string; readonly label?: string };
  /** Positions of the blocks to judge, in this order; absent: all blocks of the sample. */
  readonly blocks?: readonly number[];
  /** What the policy must find again on resumption: fitted hyper-parameters and counts. */
  readonly memo?: Json;
}

/** A running trial changes hands: its session died or let go of it. Number and point stay. */
export interface HandoverRecord {
  readonly kind: 'handover';
  readonly trial: number;
  /** The new owner: a session token, or `detached`. */
  readonly owner: string;
}

/** A block of outcomes arrived for a running trial, and the study's answer. */
export interface ReportRecord {
  readonly kind: 'report';
  readonly trial: number;
  readonly block: OutcomeBlock;
  readonly decision: Decision;
}

/** A trial ends. */
export interface TellRecord {
  readonly kind: 'tell';
  readonly trial: number;
  readonly state: EndState;
  readonly outcome: Outcome;
}

/** What the objective shall do after a block. */
export type Decision = 'continue' | 'stop';

/** How a trial can end: with all of its planned blocks (or a value), with a part of them, or without a value. */
export type EndState = 'complete' | 'stopped' | 'failed';

/** States of a trial. A trial ends once; ended trials never change, and numbers are never used again. */
export type TrialState = 'running' | EndState;

export type JournalRecord =
  HeaderRecord | SessionRecord | EnqueueRecord | AskRecord | HandoverRecord | ReportRecord | TellRecord;
