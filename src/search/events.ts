/** What a search says while it runs, as data: whoever shows it chooses the words. */
import type { AttackSummary } from '../objective/evaluation/attack-summary.js';
import type { SplitName } from '../objective/images/images-manifest.js';
import type { PassedOver } from '../objective/tensors/runtime.js';
import type { RefreshRound } from './refreshes.js';
import type { AdaptiveCost } from './config/adaptive-cost.js';

/** Runtime and model are there. */
export interface OpenedEvent {
  readonly kind: 'opened';
  /** What runs: the tensor runtime, or evaluator and device. */
  readonly backend: string;
  readonly model: string;
  /** Of a packed model, or where an evaluator was given one. */
  readonly task?: string;
  /** Number of latents N. */
  readonly latents: number;
  /** Number of classes K. */
  readonly classes: number;
  /** Where `backend: auto` chose: the backends before it in the order of auto, and why each was not taken. */
  readonly passedOver?: readonly PassedOver[];
}

/** Image judgements of a race: an image on one of its parts under one α. */
export interface ImagesDone {
  readonly judged: number;
  /** Wanted in all; the last block may go beyond. */
  readonly of: number;
}

/** The study is open, new or with trials of earlier sessions. */
export interface StudyOpenedEvent {
  readonly kind: 'study';
  /** Path of the journal. */
  readonly place: string;
  /** Trials that have ended. */
  readonly ended: number;
  /** Trials wanted in all; of a race, those its budget is a share of. */
  readonly evaluations: number;
  /** Of a race. */
  readonly images?: ImagesDone;
}

/** Every α will be attacked, and what that costs. */
export interface AdaptiveEvent extends AdaptiveCost {
  readonly kind: 'adaptive';
}

/** The search images are made again, or found, against the best α of a moment. */
export interface RefreshingEvent extends RefreshRound {
  readonly kind: 'refreshing';
}

/** Some images more are attacked. */
export interface AttackingEvent {
  readonly kind: 'attacking';
  readonly split: SplitName;
  readonly done: number;
  readonly of: number;
}

/** Attacked images are there. */
export interface AttackedEvent {
  readonly kind: 'attacked';
  readonly split: SplitName;
  /** Whether they were made by an earlier session. */
  readonly reused: boolean;
  /** Images kept; fewer than the summary has where only successful ones are. */
  readonly kept: number;
  readonly summary: AttackSummary;
}

/** A trial ended with a value. */
export interface TrialEvent {
  readonly kind: 'trial';
  readonly number: number;
  readonly value: number;
  /** Best value so far, and its trial. */
  readonly best: number;
  readonly bestTrial: number;
  readonly done: number;
  readonly of: number;
  /** Of a race: what is done, and wanted, in images. */
  readonly images?: ImagesDone;
}

/** A trial ended without a value. */
export interface TrialFailedEvent {
  readonly kind: 'trial-failed';
  readonly number: number;
  readonly reason: string;
}

/** A step schedule more was judged on the search images. */
export interface ScanningEvent {
  readonly kind: 'scanning';
  readonly done: number;
  readonly of: number;
}

/** A schedule more was judged on the held-out images. */
export interface ScoringEvent {
  readonly kind: 'scoring';
  readonly label: string;
  readonly done: number;
  readonly of: number;
}

/** One mixture more of the codes of all pairs was classified. */
export interface MixingEvent {
  readonly kind: 'mixing';
  readonly done: number;
  readonly of: number;
}

/** Some images more of one attack on one defence are attacked. */
export interface AttackingDefenceEvent {
  readonly kind: 'attacking-defence';
  readonly defence: string;
  readonly attack: string;
  readonly done: number;
  readonly of: number;
}

/** One piece more of a part of an evaluation is there. */
export interface EvaluatedEvent {
  readonly kind: 'evaluated';
  readonly part: string;
  readonly done: number;
  readonly of: number;
}

/** Something that stops nothing but should be known. */
export interface SearchWarningEvent {
  readonly kind: 'warning';
  readonly message: string;
}

/** A file is in place, whole. */
export interface WrittenEvent {
  readonly kind: 'written';
  readonly file: string;
}

export type SearchEvent =
  | OpenedEvent
  | StudyOpenedEvent
  | AdaptiveEvent
  | RefreshingEvent
  | AttackingEvent
  | AttackedEvent
  | TrialEvent
  | TrialFailedEvent
  | ScanningEvent
  | ScoringEvent
  | MixingEvent
  | AttackingDefenceEvent
  | EvaluatedEvent
  | SearchWarningEvent
  | WrittenEvent;

/** Told of every event; must not throw. */
export type SearchListener = (event: SearchEvent) => void;
