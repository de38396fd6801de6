/** Scores schedules without a search. */
import type { BaselinesOutcome, RunBaselinesOptions } from './baselines-outcome.js';
import type { SearchConfig } from './config/search-config.js';

/**
 * Scores linear, cosine, the best step, constants, reversed ones, the paper's presets that fit and schedules of a file on
 * the held-out images; the best step is chosen on the search images. Goes on with the scores its folder holds, and shares
 * them with a search of the same configuration there.
 *
 * @throws BoSearchError as `runSearch` does; `E_SCHEDULES` for schedules that do not fit the model or its attenuation;
 * `E_LOCKED` if another process works in the folder.
 */
export async function runBaselines(
  config: SearchConfig,
  options: RunBaselinesOptions,
): Promise<BaselinesOutcome> {
  const { runBaselinesJob } = await import('./baselines-job.js');
  return runBaselinesJob(config, options);
}
