/** What scoring schedules without a search found, as `baselines.json` holds it. */
import type { RecordedConfig } from './config/recorded-config.js';
import type { SearchFacts } from './search-facts.js';
import type { SearchResults } from './results.js';

export const BASELINES_FILE = 'baselines.json';
export const BASELINE_SCHEDULES_FILE = 'baseline-schedules.json';

/** The parts are those of a search's results, but for what only a search has. */
export interface BaselineResults {
  readonly format: 'bo-search/baselines';
  readonly version: 1;
  readonly versions: SearchResults['versions'];
  /** What ran: the tensor runtime, or evaluator and device. */
  readonly backend: string;
  /** As it was asked for, without the values of the evaluator's variables. */
  readonly config: RecordedConfig;
  readonly facts: SearchFacts;
  readonly classes: readonly string[];
  /** The steps were judged on the search images, so that the choice of the best is none on the held-out ones. */
  readonly search: Pick<SearchResults['search'], 'sample' | 'images' | 'draws' | 'attack' | 'bestStep'>;
  readonly heldOut: SearchResults['heldOut'];
}
