// From runs to what tables and plots show: for each problem, every method's scores and how ours compares, seed by seed.
//
// A score is larger for better: the true value where we maximise, minus the regret (value less optimum) where we
// minimise, minus the value where no optimum is known.
import { PROBLEM_NAMES } from './problems/arena-problems.mjs';
import { comparePairs, meanWithError } from './statistics.mjs';

export const OURS = 'bo-search';
/** Methods that do not learn. */
export const BASELINES = ['step-scan', 'sobol', 'random'];

const ORDER = [
  OURS,
  'botorch-logei',
  'botorch-qlognei',
  'optuna-gp',
  'optuna-tpe',
  'cma-es',
  'paper',
  ...BASELINES,
];

export const MILESTONES = [25, 50, 100, 300];

/**
 * @param {readonly object[]} runs - records of run-one.mjs.
 * @returns one entry for each (seeded, problem): the emulator and the real objective first, then as they are registered.
 */
export function summarise(runs) {
  const means = methodsBetterByTheirMean(runs);
  const chosen = runs.map((run) => (means.includes(run.method) ? { ...run, recommended: run.also } : run));
  const groups = grouped(chosen, ({ seeded, problem }) => `${seeded} ${problem}`);
  return { means, problems: [...groups.values()].map(problemOf).sort((a, b) => rank(a) - rank(b)) };
}

function rank({ problem }) {
  return /^(emulator|real)-/.test(problem) ? -1 : PROBLEM_NAMES.indexOf(problem);
}

/** Method names as tables show them; others come last. @param {readonly string[]} names */
export function inOrder(names) {
  return [
    ...ORDER.filter((name) => names.includes(name)),
    ...names.filter((name) => !ORDER.includes(name)).sort(),
  ];
}

/** Where a method has two points it could recommend, the one that is better for it on most problems is taken. */
export function methodsBetterByTheirMean(runs) {
  const withTwo = runs.filter(({ also }) => also !== undefined);
  const methods = [...new Set(withTwo.map(({ method }) => method))];
  return methods.filter((method) => {
    const groups = grouped(
      withTwo.filter((run) => run.method === method),
      ({ seeded, problem }) => `${seeded} ${problem}`,
    );
    const wins = [...groups.values()].filter((group) => advantageOfAlso(group) > 0).length;
    return 2 * wins > groups.size;
  });
}

function advantageOfAlso(group) {
  return meanWithError(group.map((run) => scoreOf(run, run.also) - scoreOf(run, run.recommended))).mean;
}

function problemOf(runs) {
  const [{ seeded, problem, direction, optimum, evaluations }] = runs;
  const byMethod = grouped(runs, ({ method }) => method);
  const ours = byMethod.get(OURS);
  const methods = inOrder([...byMethod.keys()]).map((method) => ({
    method,
    ...methodOf(byMethod.get(method)),
    ...(ours === undefined || method === OURS
      ? {}
      : { against: against(ours, byMethod.get(method), evaluations) }),
  }));
  return { seeded, problem, direction, optimum: optimum ?? null, evaluations, methods };
}

function methodOf(runs) {
  const at = checkpointsOf(runs);
  return {
    seeds: runs.map(({ seed }) => seed),
    recommended: at.map((n) => ({
      n,
      ...meanWithError(runs.map((run) => scoreOf(run, run.recommended, n))),
    })),
    ...(runs.some(({ visited }) => visited === undefined)
      ? {}
      : { visited: meanWithError(runs.map((run) => scoreOf(run, run.visited))) }),
    askCpu: meanWithError(runs.map(({ ask }) => ask.total)),
    degraded: runs.reduce((sum, run) => sum + (run.degraded ?? 0), 0),
  };
}

/** Ours less theirs at every milestone, over the seeds that both have. */
function against(ours, theirs, evaluations) {
  const pairs = theirs.flatMap((their) => {
    const our = ours.find(({ seed }) => seed === their.seed);
    return our === undefined ? [] : [[our, their]];
  });
  if (pairs.length === 0) return [];
  return MILESTONES.filter((n) => n <= evaluations).map((n) => ({
    evaluations: n,
    ...comparePairs(
      pairs.map(([our]) => scoreOf(our, our.recommended, n)),
      pairs.map(([, their]) => scoreOf(their, their.recommended, n)),
    ),
    askCpuRatio: ratio(pairs),
  }));
}

function ratio(pairs) {
  const total = (side) => pairs.reduce((sum, pair) => sum + pair[side].ask.total, 0);
  return total(0) / total(1);
}

function checkpointsOf(runs) {
  return Object.keys(runs[0].recommended).map(Number);
}

/** Score of a run's values at n evaluations, by default at the last. */
function scoreOf({ direction, optimum, evaluations }, values, n = evaluations) {
  const value = values[n];
  return direction === 'maximize' ? value : (optimum ?? 0) - value;
}

function grouped(runs, keyOf) {
  const groups = new Map();
  for (const run of runs) groups.set(keyOf(run), [...(groups.get(keyOf(run)) ?? []), run]);
  return groups;
}
