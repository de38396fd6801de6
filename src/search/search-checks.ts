/** How the model or evaluator of a configuration can be checked, and what comes of it. */
import type { CheckStatus } from '../objective/checks/checked-model.js';

/** What one check found. */
export interface SearchCheck {
  /** For example `batch of two`. */
  readonly name: string;
  readonly status: CheckStatus;
  /** What was seen, with the numbers. */
  readonly detail: string;
  /** What to look at where it failed. */
  readonly hint?: string;
  /** The numbers of the detail, by name. */
  readonly figures?: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** What is checked. */
export interface CheckedSubject {
  readonly kind: 'model' | 'evaluator';
  /** Name of the model, or command of the evaluator. */
  readonly name: string;
  readonly task?: string;
  /** The tensor runtime a model runs on. */
  readonly backend?: string;
}

export interface CheckSearchOptions {
  /** The configuration's file, for folders relative to it and places in messages. */
  readonly configFile?: string;
  readonly signal?: AbortSignal;
  /** A model is open, or an evaluator about to be started. */
  readonly onSubject?: (subject: CheckedSubject) => void;
  readonly onStart?: (name: string, index: number, of: number) => void;
  readonly onResult?: (result: SearchCheck) => void;
}

export interface SearchChecks {
  readonly subject: CheckedSubject;
  readonly checks: readonly SearchCheck[];
}
