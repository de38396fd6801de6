/** A configuration as the files of a run hold it: without what others must not read. */
import type { EvaluatorConfig, SearchConfig } from './search-config.js';

/** The evaluator's section; of its environment only the names, for the values may be secrets. */
export type RecordedEvaluator = Omit<EvaluatorConfig, 'env'> & {
  readonly env?: Readonly<Record<string, null>>;
};

/** A configuration whose evaluator's variables have names and no values. */
export type RecordedConfig = Omit<SearchConfig, 'evaluator'> & { readonly evaluator?: RecordedEvaluator };

/** The configuration to record. */
export function recordedConfig({ evaluator, ...config }: SearchConfig): RecordedConfig {
  if (evaluator === undefined) return config;
  const { env, ...section } = evaluator;
  if (env === undefined) return { ...config, evaluator: section };
  const names = Object.fromEntries(Object.keys(env).map((name) => [name, null]));
  return { ...config, evaluator: { ...section, env: names } };
}
