/** Checks the evaluator of a configuration on a few of its search images. */
import { checkEvaluator } from '../evaluators/index.js';
import { evaluatorOptions, sampleSpec } from './command-judge.js';
import type { EvaluatorConfig, SearchConfig } from './config/search-config.js';
import type { CheckedSubject, CheckSearchOptions, SearchChecks } from './search-checks.js';

/** Few enough for a slow model, enough for a difference to show. */
const IMAGES = 16;

/** See `checkSearch`. */
export async function checkCommand(
  config: SearchConfig,
  section: EvaluatorConfig,
  { configFile, onSubject, ...options }: CheckSearchOptions,
): Promise<SearchChecks> {
  const given = evaluatorOptions(config, section, configFile, undefined);
  const spec = sampleSpec(config, 'search');
  const subject: CheckedSubject = {
    kind: 'evaluator',
    name: given.command.join(' '),
    ...(config.task === undefined ? {} : { task: config.task }),
  };
  onSubject?.(subject);
  const sample = { ...spec, images: Math.min(IMAGES, spec.images) };
  return { subject, checks: await checkEvaluator({ ...given, ...options, sample }) };
}
