/** What a study says while it runs. Listeners are called when the journal has it; they must not throw. */
import type { Decision, OutcomeBlock, StorageWarning } from '../trial/index.js';
import type { PolicyNote } from './policies/policy.js';
import type { Trial } from './trial.js';

/** A trial began. */
export interface AskedEvent {
  readonly kind: 'asked';
  readonly trial: Trial;
}

/** A running trial was handed out again, with the number and point it had. */
export interface ResumedEvent {
  readonly kind: 'resumed';
  readonly trial: Trial;
  /** Its owner before: a session token. */
  readonly from: string;
}

/** A new block of outcomes was kept. */
export interface ReportedEvent {
  readonly kind: 'reported';
  readonly trial: Trial;
  readonly block: OutcomeBlock;
  readonly decision: Decision;
}

/** A trial ended; `trial.state` says how. */
export interface ToldEvent {
  readonly kind: 'told';
  readonly trial: Trial;
}

/** The policy had to do without something when it suggested the trial of that number. */
export interface DegradedEvent {
  readonly kind: 'degraded';
  readonly trial: number;
  readonly note: PolicyNote;
}

/** Something was found on opening that stops nothing. */
export interface WarningEvent {
  readonly kind: 'warning';
  readonly warning: StorageWarning;
}

/** Why `optimize` ended. */
export interface StoppedEvent {
  readonly kind: 'stopped';
  readonly reason: 'evaluations' | 'images' | 'aborted' | 'failures';
  readonly message: string;
  /** What to do next. */
  readonly advice: string;
  /** Ended trials the study holds now. */
  readonly evaluations: number;
}

export type StudyEvent =
  AskedEvent | ResumedEvent | ReportedEvent | ToldEvent | DegradedEvent | WarningEvent | StoppedEvent;

export type StudyListener = (event: StudyEvent) => void;
