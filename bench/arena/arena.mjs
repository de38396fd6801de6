// The arena: methods against problems over seeds; every finished run is one line of a file.
//
//   npm run bench:arena -- [--methods bo-search,random,sobol,step-scan] [--problems …] [--seeds 0-9]
//                          [--seeded none|all] [--out bench/results/arena/own.jsonl] [--settings '{"initial":16}']
//   npm run bench:rivals -- the same, for methods of released packages (bench/rivals.mjs makes their Python)
//
// A run that is in the file already is left out, so that a study that was cut short goes on. Runs go seed by seed, so
// that what is there at any moment is balanced. `--settings` are of the Bayesian policy; name such a variant with `--as`.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { OWN_METHODS } from './own-methods.mjs';
import { arenaProblem, PROBLEM_NAMES } from './problems/arena-problems.mjs';
import { createRivals, RIVAL_METHODS } from './rival-methods.mjs';
import { runOne } from './run-one.mjs';

const { values: options } = parseArgs({
  options: {
    methods: { type: 'string', default: Object.keys(OWN_METHODS).join(',') },
    problems: { type: 'string', default: PROBLEM_NAMES.join(',') },
    seeds: { type: 'string', default: '0-9' },
    seeded: { type: 'string', default: 'none' },
    settings: { type: 'string' },
    as: { type: 'string' },
    python: { type: 'string' },
    out: { type: 'string' },
  },
});

const ALPHAS_ONLY = ['step-scan'];
const RESULTS = fileURLToPath(new URL('../results/arena/', import.meta.url));
const [first, last = first] = options.seeds.split('-').map(Number);
const out = options.out ?? `${RESULTS}${options.python === undefined ? 'own' : 'rivals'}.jsonl`;
const settings = options.settings === undefined ? undefined : JSON.parse(options.settings);
const rivals = createRivals(options.python);
const commit = commitOf();

mkdirSync(dirname(out), { recursive: true });
const done = new Set(runsIn(out).map(keyOf));
for (let seed = first; seed <= last; seed++) {
  for (const name of options.problems.split(',')) {
    for (const method of options.methods.split(',')) await attempt(name, method, seed);
  }
}
rivals.close();

/** A run that fails is told of, and the study goes on: it is tried again by the next call. */
async function attempt(name, method, seed) {
  const label = options.as ?? method;
  const about = { method: label, problem: name, seed, seeded: options.seeded };
  if (done.has(keyOf(about))) return;
  try {
    const problem = await arenaProblem(name, seed);
    if (ALPHAS_ONLY.includes(method) && !problem.alphas) return;
    if (options.seeded === 'all' && problem.seedPoints.length === 0) return;
    const started = performance.now();
    const record = await runOne(beginOf(method), problem, about);
    const wall = (performance.now() - started) / 1000;
    appendFileSync(out, `${JSON.stringify({ ...record, ...(settings && { settings }), commit })}\n`);
    const at = record.recommended[problem.budget];
    console.log(`${name} ${label} seed ${seed}: ${at}, ask ${record.ask.total} s CPU, ${wall.toFixed(0)} s`);
  } catch (error) {
    console.error(`${name} ${label} seed ${seed} failed: ${error.stack}`);
    process.exitCode = 1;
  }
}

function beginOf(method) {
  if (method in OWN_METHODS) return OWN_METHODS[method](settings);
  if (!RIVAL_METHODS.includes(method)) {
    const known = [...Object.keys(OWN_METHODS), ...RIVAL_METHODS].join(', ');
    throw new Error(`arena: expected methods of ${known}, got ${method}`);
  }
  if (options.python === undefined)
    throw new Error(`arena: ${method} needs --python; see npm run bench:rivals`);
  return rivals.method(method);
}

function keyOf({ method, problem, seed, seeded }) {
  return [method, problem, seed, seeded].join(' ');
}

function runsIn(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

function commitOf() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      encoding: 'utf8',
    }).trim();
  } catch {
    return 'unknown';
  }
}
