// Benchmark of ask(): CPU of every suggestion of a study, ours and, where a Python with optuna is given, Optuna's GP
// sampler in the same run.
//
//   npm run bench:ask -- [--python /path/to/python] [--seeds 0-0] [--out results.json]
//
// CPU is user + system time of the whole process (garbage collection and compilation included), not wall time.
// A Python with optuna: python3 -m venv optuna-env && optuna-env/bin/pip install optuna==5.0.0 torch==2.13.0 scipy
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { alphaSpace, createStudy } from '../dist/index.js';
import { createModelOf } from '../dist/study/policies/bayes/model-of.js';
import { isInitial } from '../dist/study/policies/bayes/initial-design.js';
import { bayesSettings } from '../dist/study/policies/bayes/settings.js';
import { binomialAlpha } from './problems/functions.mjs';
import { placed } from './problems/placed.mjs';
import { about, quantile } from './report.mjs';

const SIZES = [
  { d: 16, evaluations: 100 },
  { d: 24, evaluations: 300 },
];

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    seeds: { type: 'string', default: '0-0' },
    out: { type: 'string' },
  },
});
const [first, last = first] = options.seeds.split('-').map(Number);

const results = [];
for (const { d, evaluations } of SIZES) {
  for (let seed = first; seed <= last; seed++) {
    const ours = await asks(d, evaluations, seed);
    const surrogate = surrogateCpu(d, ours.trials, seed);
    const row = {
      d,
      evaluations,
      seed,
      boSearch: { ...figures(ours.cpu), fitShare: surrogate / sum(ours.cpu) },
    };
    console.log(`d = ${d}, ${evaluations} evaluations, seed ${seed}`);
    show('bo-search', row.boSearch);
    console.log(
      `  share of fit ${percent(row.boSearch.fitShare)}, of acquisition ${percent(1 - row.boSearch.fitShare)}`,
    );
    if (options.python !== undefined) {
      const optuna = askOptuna(options.python, d, evaluations, seed);
      row.optuna = { ...figures(optuna.seconds), versions: optuna.versions };
      row.ratio = row.boSearch.total / row.optuna.total;
      show('optuna', row.optuna);
      console.log(`  bo-search needs ${percent(row.ratio)} of optuna's total`);
    }
    results.push(row);
  }
}
if (options.out !== undefined) {
  writeFileSync(
    options.out,
    `${JSON.stringify({ ...about(), settings: bayesSettings(), results }, null, 1)}\n`,
  );
}

/** CPU seconds of each study.ask() on BinomialAlpha told as counts, in memory, without seed points. */
async function asks(d, evaluations, seed) {
  const problem = placed(binomialAlpha(d), seed);
  const study = await createStudy({ space: alphaSpace(d, { seeds: false }), seed });
  const cpu = [];
  for (let number = 0; number < evaluations; number++) {
    const before = process.cpuUsage();
    const trial = await study.ask();
    cpu.push(seconds(before));
    await study.tell(trial, { successes: problem.count(trial.alphas, number), trials: problem.images });
  }
  return { cpu, trials: study.trials };
}

/** CPU seconds that the same study spends on fits and factors alone. */
function surrogateCpu(d, trials, seed) {
  const settings = bayesSettings();
  const modelOf = createModelOf(settings);
  let total = 0;
  for (let number = 0; number < trials.length; number++) {
    const context = contextOf(d, seed, trials.slice(0, number));
    if (isInitial(context, settings)) continue;
    const before = process.cpuUsage();
    modelOf(context);
    total += seconds(before);
  }
  return total;
}

function contextOf(dimension, seed, trials) {
  return { seed, direction: 'maximize', dimension, trials };
}

function seconds(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function askOptuna(python, d, evaluations, seed) {
  const script = fileURLToPath(new URL('ask-optuna.py', import.meta.url));
  const threads = { OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const out = execFileSync(python, [script, String(d), String(evaluations), String(seed)], {
    encoding: 'utf8',
    env: { ...process.env, ...threads },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(out);
}

function figures(cpu) {
  return {
    total: sum(cpu),
    median: quantile(cpu, 0.5),
    p95: quantile(cpu, 0.95),
    greatest: Math.max(...cpu),
    lastTenMedian: quantile(cpu.slice(-10), 0.5),
  };
}

function sum(values) {
  return values.reduce((a, b) => a + b, 0);
}

function show(name, { total, median, p95, greatest, lastTenMedian }) {
  const ms = (s) => `${(1000 * s).toFixed(0)} ms`;
  console.log(
    `  ${name.padEnd(10)} total ${total.toFixed(2)} s, one ask: median ${ms(median)}, p95 ${ms(p95)}, max ${ms(greatest)}, median of the last ten ${ms(lastTenMedian)}`,
  );
}

function percent(share) {
  return `${(100 * share).toFixed(0)} %`;
}
