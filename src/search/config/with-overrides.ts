/** A configuration with what was said beside its file, such as by flags of a command. */
import { BoSearchError } from '../../errors.js';
import { completeConfig } from './complete-config.js';
import { conflictsIn } from './conflicts.js';
import { type SearchConfig, searchConfigSchema } from './search-config.js';

/** What can be said beside the file; what is left out stays. */
export interface ConfigOverrides {
  readonly seed?: number;
  /** α vectors to judge in all. */
  readonly evaluations?: number;
  readonly backend?: NonNullable<SearchConfig['backend']>;
  /** Threads that share the images. */
  readonly workers?: number;
  /** True: the search of the paper, see `search.reference`. */
  readonly reference?: boolean;
  /** True: race, as the file says or with defaults; false: judge every α on all images. */
  readonly racing?: boolean;
  /** α under way at once. */
  readonly concurrency?: number;
}

/**
 * The configuration with overrides in place. `reference: true` takes the place of the objective, seeds and policy a file
 * leaves to their defaults; other values of the file contradict it.
 * @throws BoSearchError `E_CONFIG` naming the key: for a value that cannot be, or one that cannot stand beside the file's.
 */
export function withOverrides(config: SearchConfig, overrides: ConfigOverrides): SearchConfig {
  const { seed, evaluations, backend, workers, reference, racing, concurrency } = overrides;
  const base = reference === true ? withoutDefaults(config) : config;
  const given = {
    ...base,
    ...(seed === undefined ? {} : { seed }),
    ...(backend === undefined ? {} : { backend }),
    ...(workers === undefined ? {} : { workers }),
    search: {
      ...base.search,
      ...(evaluations === undefined ? {} : { evaluations }),
      ...(reference === true ? { reference } : {}),
      ...(racing === undefined ? {} : { racing: racing && (config.search.racing ?? true) }),
      ...(concurrency === undefined ? {} : { concurrency }),
    },
  };
  const [conflict] = conflictsIn(given);
  if (conflict !== undefined) throw refuse(conflict.path, conflict.message, given);
  const result = searchConfigSchema.safeParse(given);
  if (result.success) return completeConfig(result.data);
  const [issue] = result.error.issues;
  throw refuse(issue.path, issue.message, given);
}

/** Without the objective and seeds that are as they would be if nothing had been said of them. */
function withoutDefaults(config: SearchConfig): object & { readonly search: object } {
  const { objective, search, ...rest } = config;
  const { seeds, ...others } = search;
  const isDefault = typeof objective === 'object' && objective.clean === 0.5 && objective.robust === 0.5;
  return { ...rest, ...(isDefault ? {} : { objective }), search: { ...others, ...(seeds ? {} : { seeds }) } };
}

function refuse(path: readonly PropertyKey[], message: string, given: unknown): BoSearchError {
  const got = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    given,
  );
  const name = path.map(String).join('.');
  const shown = typeof got === 'number' ? String(got) : (JSON.stringify(got) ?? 'nothing');
  return new BoSearchError('E_CONFIG', `${name}: ${message}, got ${shown}`, {
    hint: 'what is said beside a configuration has to fit what is in it',
  });
}
