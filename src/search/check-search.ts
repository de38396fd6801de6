/** Checks the model or evaluator of a configuration before a search is begun. */
import type { SearchConfig } from './config/search-config.js';
import type { CheckSearchOptions, SearchChecks } from './search-checks.js';

/**
 * Checks that the model of a configuration is there and has the task, and that the images are there, before anything is
 * started; an evaluator is not looked at.
 * @throws BoSearchError `E_CONFIG` with the place, `E_MODEL` or `E_IMAGES`.
 */
export async function assertCheckable(
  config: SearchConfig,
  { configFile }: Pick<CheckSearchOptions, 'configFile'> = {},
): Promise<void> {
  if (config.evaluator !== undefined) return;
  const { assertModelFits } = await import('./config/assert-fits.js');
  await assertModelFits(config, configFile);
}

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
