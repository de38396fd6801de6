// Compares settings of the Bayesian policy with each other: which should be the default?
//
//   npm run bench:decide -- --variants now,by-dimension --problems binomial-crn-16,levy-16 --seeds 1000-1009
//   node bench/decide.mjs --report [--against now]          tables of all runs there are
//
// Problems are those of the arena; `name+seeds` begins with the structured points of a search for α. All variants of a
// seed see the same place, noise and images. Each run is a line that is appended as it ends, and one that is there is not
// made again; seeds from 1000 on are for tuning, 0 to 999 for reports.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createBayesPolicy } from '../dist/study/policies/bayes/index.js';
import { arenaProblem } from './arena/problems/arena-problems.mjs';
import { reportOf } from './decide/report.mjs';
import { VARIANTS } from './decide/variants.mjs';

/** Numbers of evaluations after which the policy is asked for its recommendation; and at the end. */
const MILESTONES = [25, 50, 100, 200];
const SEEDED = '+seeds';

const { values: options } = parseArgs({
  options: {
    variants: { type: 'string', default: 'now' },
    problems: { type: 'string', default: 'binomial-crn-16' },
    seeds: { type: 'string', default: '1000-1009' },
    out: { type: 'string', default: new URL('./results/decide.jsonl', import.meta.url).pathname },
    against: { type: 'string', default: 'now' },
    report: { type: 'boolean', default: false },
  },
});

const done = existsSync(options.out) ? linesOf(options.out) : [];
if (options.report) console.log(reportOf(done, options.against));
else await runAll();

async function runAll() {
  const [first, last = first] = options.seeds.split('-').map(Number);
  const has = new Set(done.map(keyOf));
  for (let seed = first; seed <= last; seed++) {
    for (const problem of options.problems.split(',')) {
      for (const variant of options.variants.split(',')) {
        if (has.has(keyOf({ variant, problem, seed }))) continue;
        appendFileSync(options.out, `${JSON.stringify(await run(problem, variant, seed))}\n`);
      }
    }
  }
}

/** One study: the truth of what the policy points at, at each milestone, and of the best point it visited. */
async function run(name, variant, seed) {
  const settings = VARIANTS[variant];
  if (settings === undefined) throw new Error(`decide: expected a variant of variants.mjs, got ${variant}`);
  const problem = await arenaProblem(name.replace(SEEDED, ''), seed);
  const starts = name.endsWith(SEEDED) ? problem.seedPoints.map(({ values }) => values) : [];
  const policy = createBayesPolicy(settings);
  const trials = [];
  const context = () => ({ seed, direction: problem.direction, dimension: problem.dimension, trials });
  const at = {};
  let cpu = 0;
  let visited = -Infinity;
  for (let number = 0; number < problem.budget; number++) {
    const before = process.cpuUsage();
    const { unit, by, memo } =
      number < starts.length ? { unit: starts[number], by: 'seed' } : policy.suggest(context());
    const used = process.cpuUsage(before);
    cpu += (used.user + used.system) / 1e6;
    trials.push({
      number,
      unit: [...unit],
      state: 'complete',
      origin: { by },
      outcome: problem.evaluate(unit, number),
      ...(memo === undefined ? {} : { memo }),
    });
    visited = Math.max(visited, goodness(problem, unit));
    if (MILESTONES.includes(number + 1) || number + 1 === problem.budget) {
      const { trial } = policy.recommend(context());
      at[number + 1] = rounded(goodness(problem, trials[trial].unit));
    }
  }
  return { variant, problem: name, seed, at, visited: rounded(visited), cpu: Number(cpu.toFixed(2)) };
}

/** The truth, turned so that more is better: the value where we maximise, minus the regret where we minimise. */
function goodness(problem, unit) {
  const truth = problem.truth(unit);
  return problem.direction === 'maximize' ? truth : problem.optimum - truth;
}

function rounded(value) {
  return Number(value.toPrecision(6));
}

function linesOf(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function keyOf({ variant, problem, seed }) {
  return `${variant} ${problem} ${seed}`;
}
