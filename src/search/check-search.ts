/** Checks the model or evaluator of a configuration before a search is begun. */
import type { SearchConfig } from './config/search-config.js';
import type { CheckSearchOptions, SearchChecks } from './search-checks.js';

/**
 * Runs the checks of a packed model (`checkModel`), with the defence of the configuration and its search images, or those
 * of an evaluator: that it starts, makes the same sample twice, judges alike in one block and in two, keeps its encoding
 * at α = 0, and refuses another number of α.
 * @throws BoSearchError `E_CONFIG`, `E_BACKEND`, `E_MODEL`, `E_WEIGHTS` or `E_IMAGES` where there is nothing to check; the
 * signal's reason if it is aborted.
 */
export async function checkSearch(
  config: SearchConfig,
  options: CheckSearchOptions = {},
): Promise<SearchChecks> {
  // each brings its own load: an evaluator needs no tensor runtime here
  if (config.evaluator === undefined) {
    const { checkPackedModel } = await import('./check-packed-model.js');
    return checkPackedModel(config, options);
  }
  const { checkCommand } = await import('./check-command.js');
  return checkCommand(config, config.evaluator, options);
}
