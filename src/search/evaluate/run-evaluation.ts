/** Attacks schedules and defences, and says how far the result can be trusted. */
import type { SearchConfig } from '../config/search-config.js';
import type { EvaluationOutcome, RunEvaluationOptions } from './evaluation-outcome.js';

/**
 * Runs the attacks of the configuration's `evaluation` section against its defences, on held-out images.
 *
 * Goes on with the pieces that its folder holds, in the middle of an attack too, and ends with the same bytes in
 * `results.json` as if it had never stopped.
 * @throws BoSearchError `E_CONFIG` with the place for what cannot be; `E_ATTACK` for an evaluator that cannot be attacked;
 * `E_SCHEDULES` for schedules that do not fit the model or its attenuation; `E_STORAGE` or `E_CONFIG_CHANGED` if the
 * folder holds something else; `E_LOCKED` if another process works in it; and what models and attacks throw.
 */
export async function runEvaluation(
  config: SearchConfig,
  options: RunEvaluationOptions,
): Promise<EvaluationOutcome> {
  const { runEvaluationJob } = await import('./evaluation-job.js');
  return runEvaluationJob(config, options);
}
