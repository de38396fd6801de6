/** Mixes class codes of one image with detail codes of another, in pictures and in numbers. */
import type { SearchConfig } from '../config/search-config.js';
import type { MixOutcome, RunMixOptions } from './mix-outcome.js';

/**
 * Reads off a learned α which latents hold the class, swaps them between held-out images, and counts how often the
 * classifier follows them. Leaves `mix.json`, `mix.png` and `mix-re-encoded.png` in the folder.
 * @throws BoSearchError before any work: `E_SCHEDULES` if the schedule does not fit the model, or leaves nothing to swap;
 * `E_CONFIG`, also for an evaluator, whose model cannot be walked from here; `E_ARGUMENT` for more pairs or rows than the images make;
 * `E_STORAGE` if the folder holds another `mix.json`. Later `E_BACKEND`, `E_MODEL`, `E_IMAGES` or `E_NON_FINITE`.
 */
export async function runMix(config: SearchConfig, options: RunMixOptions): Promise<MixOutcome> {
  const { runMixJob } = await import('./mix-job.js');
  return runMixJob(config, options);
}
