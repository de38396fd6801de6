/** How an evaluation can be asked for, and how it can end. */
import type { SchedulesFile } from '../../schedules/index.js';
import type { RunSearchOptions } from '../search-outcome.js';
import type { EvaluationResults } from './evaluation-results.js';

export interface RunEvaluationOptions extends RunSearchOptions {
  /** Schedules to evaluate. */
  readonly schedules: SchedulesFile;
  /** The run they come from, if it is known: its search images are compared with those of the evaluation. */
  readonly run?: string;
  /** Names or labels of attacks to run instead of all. */
  readonly attacks?: readonly string[];
  /** Names of defences instead of those of the configuration. */
  readonly defences?: readonly string[];
  /** Seconds between two checkpoints within an attack, at least 0; default 2. No result depends on it. */
  readonly checkpointSeconds?: number;
}

/** All pieces are there and the files are in place. */
export interface FinishedEvaluation {
  readonly kind: 'finished';
  readonly out: string;
  readonly results: EvaluationResults;
  /** Paths of the files. */
  readonly files: readonly string[];
  /** Seconds of all sessions by defence: no part of the results. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** The signal came; pieces that are there are kept, and an attack under way goes on where it was. */
export interface InterruptedEvaluation {
  readonly kind: 'interrupted';
  readonly out: string;
}

export type EvaluationOutcome = FinishedEvaluation | InterruptedEvaluation;
