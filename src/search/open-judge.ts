/** Who judges α for a configuration. */
import { openCommandJudge } from './command-judge.js';
import type { SearchConfig } from './config/search-config.js';
import { openInProcessJudge } from './in-process-judge.js';
import type { Judge, OpenJudgeOptions } from './judge.js';

/**
 * A packed model in this process, or an evaluator by command.
 * @throws BoSearchError `E_CONFIG`, `E_BACKEND`, `E_MODEL`, `E_WEIGHTS`, `E_NON_FINITE` or `E_EVALUATOR`;
 * the signal's reason if it is aborted.
 */
export function openJudge(config: SearchConfig, options: OpenJudgeOptions): Promise<Judge> {
  return config.evaluator === undefined
    ? openInProcessJudge(config, options.configFile)
    : openCommandJudge(config, config.evaluator, options);
}
