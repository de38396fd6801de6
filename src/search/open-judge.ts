/** Who judges α for a configuration. */
import type { SearchConfig } from './config/search-config.js';
import type { Judge, OpenJudgeOptions } from './judge.js';

/**
 * A packed model in this process, or an evaluator by command.
 * @throws BoSearchError `E_CONFIG`, `E_BACKEND`, `E_MODEL`, `E_WEIGHTS`, `E_NON_FINITE` or `E_EVALUATOR`;
 * the signal's reason if it is aborted.
 */
export async function openJudge(config: SearchConfig, options: OpenJudgeOptions): Promise<Judge> {
  // each brings its own load: an evaluator needs no tensor runtime here
  if (config.evaluator === undefined) {
    const { openInProcessJudge } = await import('./in-process-judge.js');
    return openInProcessJudge(config, options.configFile);
  }
  const { openCommandJudge } = await import('./command-judge.js');
  return openCommandJudge(config, config.evaluator, options);
}
