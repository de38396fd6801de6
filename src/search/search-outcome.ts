/** How a search can be asked for, and how it can end. */
import type { SchedulesFile } from '../schedules/index.js';
import type { ImagesDone, SearchListener } from './events.js';
import type { SearchResults } from './results.js';

export interface RunSearchOptions {
  /** Folder of the run: made if need be; a search that is in it goes on. */
  readonly out: string;
  /** The configuration's file, for a model folder relative to it. */
  readonly configFile?: string;
  /** Ends the search as soon as what is under way allows; nothing is lost. */
  readonly signal?: AbortSignal;
  readonly onEvent?: SearchListener;
}

/** The search is done and its files are in place. */
export interface FinishedSearch {
  readonly kind: 'finished';
  readonly out: string;
  readonly results: SearchResults;
  readonly schedules: SchedulesFile;
  /** Paths of journal, schedules, results and picture. */
  readonly files: readonly string[];
  /** Whether all of it was there before. */
  readonly reused: boolean;
}

/** The signal came. */
export interface InterruptedSearch {
  readonly kind: 'interrupted';
  readonly out: string;
  /** Evaluations the study holds. */
  readonly ended: number;
  readonly evaluations: number;
  /** Of a race: image judgements made, and wanted in all. */
  readonly images?: ImagesDone;
}

/** One evaluation after the other failed. */
export interface FailingSearch {
  readonly kind: 'failing';
  readonly out: string;
  readonly message: string;
  readonly advice: string;
}

export type SearchOutcome = FinishedSearch | InterruptedSearch | FailingSearch;
