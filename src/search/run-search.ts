/** The main job: search α for a model, compare what was learned on held-out images, leave the files. */
import type { SearchConfig } from './config/search-config.js';
import type { RunSearchOptions, SearchOutcome } from './search-outcome.js';

/**
 * Runs a search, or goes on with the one in the folder: to the evaluations the configuration wants, then to the
 * held-out comparison. The same configuration gives the same files.
 *
 * @throws BoSearchError: `E_CONFIG`, `E_MODEL`, `E_WEIGHTS`, `E_IMAGES`, `E_ATTACK`, `E_NON_FINITE` or `E_BACKEND` for
 * what was given; `E_CONFIG_CHANGED` if the folder holds another search; `E_LOCKED`, `E_JOURNAL` or `E_STORAGE` for the
 * folder's state. What the journal holds is never lost.
 */
export async function runSearch(config: SearchConfig, options: RunSearchOptions): Promise<SearchOutcome> {
  // Tensors, attacks and surrogate are loaded when there is work for them: a look at a run needs none.
  const { runJob } = await import('./run-job.js');
  return runJob(config, options);
}
