/** What cannot stand together in a configuration, found on what was written, before defaults are filled in. */
import type { Conflict } from './conflict.js';
import { racingConflicts } from './racing-conflicts.js';
import { EXPECTED_MODEL, EXPECTED_TASK } from './search-config.js';

type Section = Readonly<Record<string, unknown>>;

/** Keys that mean nothing to an evaluator, which brings its own. */
const NOT_AN_EVALUATORS = ['images', 'backend', 'workers', 'memoryMb'] as const;

/** Settings of the surrogate and of what it maximises. */
const OF_BAYES = ['kernel', 'acquisition'] as const;

/** What the search of the paper is; nothing else can be asked of it. */
const OF_REFERENCE = { policy: 'bayes', kernel: 'matern52', acquisition: 'ei', seeds: false } as const;

/**
 * The conflicts in a configuration.
 * @param value - as it was parsed; sections of another type are left to the schema.
 */
export function conflictsIn(value: unknown): Conflict[] {
  if (!isSection(value)) return [];
  return [
    ...ofJudge(value),
    ...ofEvaluator(value['evaluator']),
    ...ofAttack(value),
    ...ofWorkers(value),
    ...ofPolicy(sectionOf(value['search'])),
    ...ofReference(value),
    ...racingConflicts(value),
    ...ofConcurrency(value),
  ];
}

/** Either a model with a task or an evaluator. */
function ofJudge(value: Section): Conflict[] {
  if (value['evaluator'] === undefined) {
    return [
      ...(value['model'] === undefined
        ? [{ path: ['model'], message: `${EXPECTED_MODEL}, or an evaluator section` }]
        : []),
      ...(value['task'] === undefined ? [{ path: ['task'], message: EXPECTED_TASK }] : []),
    ];
  }
  return [
    ...(value['model'] === undefined
      ? []
      : [{ path: ['evaluator'], message: 'expected either a model or an evaluator, not both' }]),
    ...NOT_AN_EVALUATORS.filter((key) => value['model'] === undefined && value[key] !== undefined).map(
      (key) => ({ path: [key], message: `expected no ${key} with an evaluator` }),
    ),
  ];
}

function ofEvaluator(evaluator: unknown): Conflict[] {
  const { command, shell } = sectionOf(evaluator);
  const path = ['evaluator', 'command'];
  if (typeof command === 'string' && shell !== true) {
    return [{ path, message: 'expected a list of words (or shell: true beside one string)' }];
  }
  if (Array.isArray(command) && shell === true) {
    return [{ path, message: 'expected one string with shell: true' }];
  }
  return [];
}

/** An evaluator makes its attacked images once; its protocol has no word for more. */
function ofAttack({ evaluator, attack }: Section): Conflict[] {
  if (evaluator === undefined) return [];
  const { against, refresh } = sectionOf(attack);
  const each = 'expected classifier or defence with an evaluator, which attacks its images once';
  const again = 'expected no refresh with an evaluator, which attacks its images once';
  return [
    ...(against === 'each' ? [{ path: ['attack', 'against'], message: each }] : []),
    ...(refresh === undefined ? [] : [{ path: ['attack', 'refresh'], message: again }]),
  ];
}

function ofWorkers({ workers, backend = 'wasm' }: Section): Conflict[] {
  if (typeof workers !== 'number' || workers <= 1 || backend === 'wasm' || backend === 'auto') return [];
  return [{ path: ['workers'], message: `expected 1 with backend ${String(backend)}; only wasm is shared` }];
}

function ofConcurrency({ evaluator, search }: Section): Conflict[] {
  const { concurrency } = sectionOf(search);
  if (evaluator !== undefined || typeof concurrency !== 'number' || concurrency <= 1) return [];
  const message =
    'expected 1 without an evaluator: this process judges one α at a time, and workers share its images';
  return [{ path: ['search', 'concurrency'], message }];
}

function ofPolicy(search: Section): Conflict[] {
  const { policy = 'bayes' } = search;
  if (policy === 'bayes' || typeof policy !== 'string') return [];
  return OF_BAYES.filter((key) => search[key] !== undefined).map((key) => ({
    path: ['search', key],
    message: `expected no ${key} with policy ${policy}`,
  }));
}

function ofReference({ search, objective }: Section): Conflict[] {
  const given = sectionOf(search);
  if (given['reference'] !== true) return [];
  const settings = Object.entries(OF_REFERENCE)
    .filter(([key, its]) => given[key] !== undefined && given[key] !== its)
    .map(([key, its]) => ({
      path: ['search', key],
      message: `expected ${String(its)}, or nothing, with search.reference`,
    }));
  const points =
    given['points'] === undefined
      ? []
      : [
          {
            path: ['search', 'points'],
            message: 'expected none, it has its own five, with search.reference',
          },
        ];
  return [...settings, ...points, ...(isRobustOnly(objective) ? [] : [REFERENCE_OBJECTIVE])];
}

const REFERENCE_OBJECTIVE: Conflict = {
  path: ['objective'],
  message: 'expected robust-only, or nothing, with search.reference',
};

function isRobustOnly(objective: unknown): boolean {
  if (objective === undefined || objective === 'robust-only') return true;
  const { clean, robust } = sectionOf(objective);
  return clean === 0 && robust === 1;
}

function sectionOf(value: unknown): Section {
  return isSection(value) ? value : {};
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
