// What trials under way at once cost and save, by a simulated clock: `npm run bench:async -- [--seeds 0-9] [--out file]`.
//
// q workers of unequal speed judge trials; how long a trial takes is drawn by seed and trial, the same for every q. A
// worker that ends tells its outcome and asks for its next trial while the others go on: pending trials are what the
// policy has to reckon with. Nothing waits for a real clock.
// - loss: how much worse the recommendation of the same number of trials is than that of one worker, as a share of what
//   one worker gains over random points (paired by seed).
// - speed-up: simulated time of one worker (of pace 1) over that of q; at most Σ 1/pace, the rate of all together.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { alphaSpace, createStudy } from '../dist/index.js';
import { randomStream } from '../dist/math/index.js';
import { ackley, binomialAlpha, hartmann6, levy, sharedBinomialAlpha } from './problems/functions.mjs';
import { placed } from './problems/placed.mjs';
import { about, summary } from './report.mjs';

const PROBLEMS = [hartmann6(), levy(16), ackley(20), binomialAlpha(16), sharedBinomialAlpha(16, 200)];

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '0-9' },
    problems: { type: 'string' },
    workers: { type: 'string', default: '1,4,8' },
    evaluations: { type: 'string', default: '100' },
    settings: { type: 'string', default: '{}' },
    out: { type: 'string' },
  },
});
const [first, last = first] = options.seeds.split('-').map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
const workerCounts = options.workers.split(',').map(Number);
const evaluations = Number(options.evaluations);
const chosen = options.problems?.split(',');

/** Mean time of a trial on worker w of q: the slowest takes three times as long as the fastest, their mean is 1. */
function paceOf(worker, q) {
  return q === 1 ? 1 : 0.5 + worker / (q - 1);
}

/** Time of a trial on a worker of pace 1: log-normal with a median of 1 and a spread of 0.3. */
function durationOf(seed, trial) {
  return Math.exp(0.3 * randomStream('bench-async', seed, trial).normal());
}

async function simulate(problem, seed, q, policy) {
  const moved = placed(problem, seed);
  const study = await createStudy({
    space: alphaSpace(problem.dimension, { seeds: false }),
    seed,
    direction: problem.direction,
    policy,
  });
  const busy = [];
  let clock = 0;
  let distance = 0;
  let asked = 0;
  const start = async (worker) => {
    const trial = await study.ask();
    asked++;
    if (busy.length > 0) {
      distance += Math.min(...busy.map((other) => separation(other.trial.unit, trial.unit)));
    }
    busy.push({ worker, trial, end: clock + paceOf(worker, q) * durationOf(seed, trial.number) });
  };
  for (let worker = 0; worker < q; worker++) await start(worker);
  for (let told = 0; told < evaluations; told++) {
    const next = busy.reduce((a, b) => (b.end < a.end ? b : a));
    busy.splice(busy.indexOf(next), 1);
    clock = next.end;
    await study.tell(next.trial, outcomeOf(problem, moved, next.trial));
    if (asked < evaluations) await start(next.worker);
  }
  const { trial } = study.recommend();
  return { truth: moved.value(study.trials[trial].unit), time: clock, distance: distance / evaluations };
}

function outcomeOf(problem, moved, { unit, number }) {
  if (problem.images === undefined) return { value: moved.value(unit) };
  const successes = moved.count(unit, number);
  if (!problem.shared) return { successes, trials: problem.images };
  const mean = successes / problem.images;
  return {
    sample: 'shared',
    images: problem.images,
    mean,
    variance: (mean * (1 - mean)) / (problem.images - 1),
  };
}

function separation(a, b) {
  return Math.max(...a.map((v, j) => Math.abs(v - b[j])));
}

const results = [];
for (const problem of PROBLEMS) {
  if (chosen !== undefined && !chosen.includes(problem.name)) continue;
  const sign = problem.direction === 'maximize' ? 1 : -1;
  const settings = JSON.parse(options.settings);
  const runs = new Map();
  for (const q of workerCounts) runs.set(q, []);
  const random = [];
  for (const seed of seeds) {
    random.push((await simulate(problem, seed, 1, 'random')).truth);
    for (const q of workerCounts)
      runs.get(q).push(await simulate(problem, seed, q, { name: 'bayes', settings }));
  }
  const alone = runs.get(1);
  const gain = mean(alone.map((run, i) => sign * (run.truth - random[i])));
  for (const q of workerCounts) {
    const these = runs.get(q);
    const lost = these.map((run, i) => (sign * (alone[i].truth - run.truth)) / gain);
    const row = {
      problem: problem.name,
      workers: q,
      truth: summary(these.map((run) => run.truth)),
      random: summary(random),
      lossOfGain: summary(lost),
      speedUp: summary(these.map((run, i) => alone[i].time / run.time)),
      mostSpeedUp: Array.from({ length: q }, (_, worker) => 1 / paceOf(worker, q)).reduce((a, b) => a + b),
      leastDistance: mean(these.map((run) => run.distance)),
    };
    results.push({ ...row, truths: these.map((run) => run.truth) });
    console.log(
      `${row.problem} ${q} workers: ${show(row.truth)}, loss ${show(row.lossOfGain)} of the gain over random, ` +
        `speed-up ${row.speedUp.mean.toFixed(2)} of ${row.mostSpeedUp.toFixed(2)}, nearest pending ${row.leastDistance.toFixed(2)}`,
    );
  }
}

function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function show({ mean: m, standardError }) {
  return `${m.toPrecision(4)} ± ${standardError.toPrecision(2)}`;
}

if (options.out !== undefined) {
  writeFileSync(options.out, `${JSON.stringify({ about: about(), evaluations, seeds, results }, null, 1)}\n`);
}
