/** How scoring schedules without a search can be asked for, and how it can end. */
import type { SchedulesFile } from '../schedules/index.js';
import type { BaselineResults } from './baselines-results.js';
import type { RunSearchOptions } from './search-outcome.js';

export interface RunBaselinesOptions extends RunSearchOptions {
  /** Schedules to score beside the others; those that are learned are compared with all. */
  readonly schedules?: SchedulesFile;
}

/** All are scored and the files are in place. */
export interface FinishedBaselines {
  readonly kind: 'finished';
  readonly out: string;
  readonly results: BaselineResults;
  readonly schedules: SchedulesFile;
  /** Paths of results and schedules. */
  readonly files: readonly string[];
}

/** The signal came; scores that are there are kept. */
export interface InterruptedBaselines {
  readonly kind: 'interrupted';
  readonly out: string;
}

export type BaselinesOutcome = FinishedBaselines | InterruptedBaselines;
