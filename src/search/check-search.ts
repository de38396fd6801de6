/** Checks the model or evaluator of a configuration before a search is begun. */
import type { CheckStatus } from '../objective/checks/checked-model.js';
import type { SearchConfig } from './config/search-config.js';

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

/**
 * Runs the checks of a packed model (`checkModel`), with the defence of the configuration and its search images, or those
 * of an evaluator: that it starts, makes the same sample twice, judges alike in one block and in two, keeps its encoding
 * at α = 0, and refuses another number of α.
 * @throws BoSearchError `E_CONFIG`, `E_BACKEND`, `E_MODEL`, `E_WEIGHTS` or `E_IMAGES` where there is nothing to check; the
 * signal's reason if it is aborted.
 */
export async function checkSearch(
  config: SearchConfig,
  options: CheckSearchOptions = {},
): Promise<SearchChecks> {
  // each brings its own load: an evaluator needs no tensor runtime here
  if (config.evaluator === undefined) {
    const { checkPackedModel } = await import('./check-packed-model.js');
    return checkPackedModel(config, options);
  }
  const { checkCommand } = await import('./check-command.js');
  return checkCommand(config, config.evaluator, options);
}
