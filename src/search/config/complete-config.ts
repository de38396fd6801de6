/** From a configuration with its plain defaults to one with those that follow from other keys. */
import { racingOf } from './racing-plan.js';
import { type SearchConfig, type searchConfigSchema } from './search-config.js';
import type { z } from 'zod';

/**
 * The configuration as it is meant: the paper's search and racing spelled out, and no tensor runtime for an evaluator.
 * Applied to its own result, it changes nothing.
 */
export function completeConfig(parsed: z.output<typeof searchConfigSchema>): SearchConfig {
  return withRacing(withoutRuntime(parsed.search.reference === true ? asReference(parsed) : parsed));
}

/** The search of the paper: its own points, plain expected improvement, attacked images only. */
function asReference<T extends SearchConfig>(config: T): T {
  const search = {
    ...config.search,
    policy: 'bayes',
    acquisition: 'ei',
    seeds: false,
    reference: true,
  } as const;
  return { ...config, objective: 'robust-only', search };
}

/** Racing spelled out; nothing where there is none. */
function withRacing(config: SearchConfig): SearchConfig {
  if (config.search.racing === undefined) return config;
  const racing = racingOf(config.search);
  const search: { -readonly [Key in keyof SearchConfig['search']]: SearchConfig['search'][Key] } = {
    ...config.search,
  };
  delete search.racing;
  return { ...config, search: racing === undefined ? search : { ...search, racing } };
}

function withoutRuntime(config: SearchConfig): SearchConfig {
  if (config.evaluator === undefined) return config;
  const rest: { -readonly [Key in keyof SearchConfig]: SearchConfig[Key] } = { ...config };
  delete rest.backend;
  delete rest.memoryMb;
  return rest;
}
