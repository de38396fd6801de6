// Benchmark of long histories: CPU of ask() and growth of memory by the number n of observations.
//
//   npm run bench:scale -- [--dimensions 16,24] [--sizes 100,200,500,1000,2000,5000,10000] [--asks 24] [--out scale.json]
//
// Each size has a process of its own. Its study is told n observations, the last few after a first fit of the model,
// so that among the asks that are timed one fits the hyper-parameters anew from n observations, as a long study does;
// `first` is the fit of a study whose observations came all at once. CPU is user + system of the whole process, memory
// the growth of its greatest resident set over what it was before the study. Fails where a target is missed.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { alphaSpace, createStudy } from '../dist/index.js';
import { randomStream } from '../dist/math/index.js';
import { binomialAlpha } from './problems/functions.mjs';
import { placed, placementOf } from './problems/placed.mjs';
import { about, quantile } from './report.mjs';

/** Most CPU milliseconds of an ask, and most megabytes, at a size. */
const TARGETS = [
  { n: 500, median: 200, greatest: 2000 },
  { n: 2000, megabytes: 300 },
];

const { values: options } = parseArgs({
  options: {
    dimensions: { type: 'string', default: '16,24' },
    sizes: { type: 'string', default: '100,200,500,1000,2000,5000,10000' },
    asks: { type: 'string', default: '24' },
    settings: { type: 'string', default: '{}' },
    out: { type: 'string' },
    one: { type: 'string' },
  },
});

if (options.one === undefined) all();
else console.log(JSON.stringify(await one(...options.one.split(',').map(Number))));

function all() {
  const list = (text) => text.split(',').map(Number);
  const results = [];
  for (const d of list(options.dimensions)) {
    for (const n of list(options.sizes)) {
      const row = { d, n, ...fresh(d, n) };
      const { median, greatest, first, recommend, megabytes } = row;
      console.log(
        `d = ${d}, n = ${n}: median ${median} ms, max ${greatest} ms, first ${first} ms, recommend ${recommend} ms, +${megabytes} MB`,
      );
      results.push(row);
      write(results);
    }
  }
  const missed = TARGETS.flatMap((target) =>
    results
      .filter(({ n }) => n === target.n)
      .flatMap(({ d, ...row }) =>
        ['median', 'greatest', 'megabytes']
          .filter((key) => row[key] > (target[key] ?? Infinity))
          .map((key) => `d = ${d}, n = ${target.n}: ${key} ${row[key]}, expected at most ${target[key]}`),
      ),
  );
  if (missed.length > 0) throw new Error(`targets missed:\n${missed.join('\n')}`);
}

/** After every size, so that a run that is cut short leaves what it measured. */
function write(results) {
  if (options.out === undefined) return;
  const settings = JSON.parse(options.settings);
  const asks = Number(options.asks);
  writeFileSync(
    options.out,
    `${JSON.stringify({ ...about(), settings, asks, targets: TARGETS, results }, null, 1)}\n`,
  );
}

/** A size in a process of its own. */
function fresh(d, n) {
  const self = fileURLToPath(import.meta.url);
  const { asks, settings } = options;
  const args = ['--expose-gc', self, '--one', `${d},${n}`, '--asks', asks, '--settings', settings];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

/** Told n observations of BinomialAlpha: half at random points, half around the best, many on faces of the cube. */
async function one(d, n) {
  const plain = binomialAlpha(d);
  const problem = placed(plain, 0);
  const stream = randomStream('bench', 'scale', d);
  const { order, shift } = placementOf(plain, 0, 'anywhere');
  const best = new Array(d);
  order.forEach((to, j) => (best[to] = plain.modes[0][j] + shift[j]));
  const point = (i) =>
    best.map((v) => (i % 2 === 0 ? stream.uniform() : Math.min(1, Math.max(0, v + 0.3 * stream.normal()))));
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const policy = { name: 'bayes', settings: JSON.parse(options.settings) };
  const study = await createStudy({ space: alphaSpace(d, { seeds: false }), seed: 1, policy });
  const count = async (trial) =>
    study.tell(trial, { successes: problem.count(trial.alphas, trial.number), trials: problem.images });
  const fill = async (until) => {
    const from = study.trials.length;
    await study.enqueue(Array.from({ length: Math.max(0, until - from) }, (_, i) => point(from + i)));
    while (study.trials.length < until) await count(await study.ask());
  };
  const ask = async () => {
    const start = process.cpuUsage();
    const trial = await study.ask();
    const { user, system } = process.cpuUsage(start);
    await count(trial);
    return (user + system) / 1e3;
  };
  await fill(Math.max(1, Math.floor(n / 1.3)));
  const first = await ask();
  await fill(n);
  const cpu = [];
  for (let i = 0; i < Number(options.asks); i++) cpu.push(await ask());
  const start = process.cpuUsage();
  study.recommend();
  const { user, system } = process.cpuUsage(start);
  const peak = process.resourceUsage().maxRSS * 1024;
  return {
    median: Math.round(10 * quantile(cpu, 0.5)) / 10,
    greatest: Math.round(Math.max(...cpu)),
    first: Math.round(first),
    recommend: Math.round((user + system) / 1e3),
    megabytes: Math.round((peak - before) / 2 ** 20),
  };
}
