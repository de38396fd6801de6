// Racing against judging every point on every image: held-out quality at a share of the judgements, every one counted.
//
//   node bench/racing.mjs --problems emulator-coarse,emulator-fine --seeds 0-19 --schemes 'full + race' --out bench/results/racing.json
//
// The baseline is 100 evaluations on all blocks of the search sample. A scheme stops when its share of the baseline's block
// judgements is spent, those of finalists on fresh blocks included. Every problem, seed and image is the same for all
// schemes, so that differences are paired. One JSON line a run goes to --raw, so that a study that was cut short goes on.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { alphaSpace, createStudy } from '../dist/index.js';
import { arenaProblem } from './arena/problems/arena-problems.mjs';
import { SCHEMES } from './racing-schemes.mjs';
import { summaryOf } from './racing-summary.mjs';

const EVALUATIONS = 100;
const BLOCKS = 8;
const CLOSE = 0.02;
const CHECKPOINTS = [0.1, 0.2, 0.4, 1];

const { values: options } = parseArgs({
  options: {
    problems: { type: 'string', default: 'binomial-crn-16' },
    seeds: { type: 'string', default: '1000-1009' },
    schemes: { type: 'string', default: 'full + race' },
    shares: { type: 'string', default: '0.2' },
    seeded: { type: 'string', default: 'all' },
    raw: { type: 'string', default: 'runs/racing.jsonl' },
    out: { type: 'string' },
  },
});

/** A problem whose blocks 0 to 7 are the search sample and blocks from 8 on fresh images; counts what is judged. */
async function counted(name, seed) {
  const problem = await arenaProblem(name, seed);
  const cache = new Map();
  let judged = 0;
  const all = async (alphas, sample) => {
    const key = `${sample} ${alphas.join()}`;
    if (!cache.has(key))
      cache.set(key, await problem.blocks(alphas, ...(sample === 0 ? [] : [`fresh-${sample}`])));
    return cache.get(key);
  };
  return {
    ...problem,
    get judged() {
      return judged;
    },
    async block(alphas, b) {
      judged++;
      const found = (await all(alphas, Math.floor(b / BLOCKS)))[b % BLOCKS];
      return { ...found, sample: 'images', block: b };
    },
  };
}

/** One run of a scheme; the record holds the true value of what it would recommend at each share of the baseline's cost. */
async function run(name, seed, schemeName, share) {
  const scheme = SCHEMES[schemeName];
  const problem = await counted(name, seed);
  const budget = Math.round(share * EVALUATIONS * BLOCKS);
  const policy = { name: 'bayes', settings: scheme.settings(BLOCKS) };
  const study = await createStudy({
    space: alphaSpace(problem.dimension, { seeds: false }),
    seed,
    policy,
    weights: problem.weights,
  });
  if (options.seeded === 'all') {
    await study.enqueue(
      problem.seedPoints.map(({ values }) => values),
      problem.seedPoints.map(({ label }) => label),
    );
  }
  const cpu = process.cpuUsage();
  const fresh = scheme.finalists * scheme.fresh;
  const record = { problem: name, seed, seeded: options.seeded, scheme: schemeName, share, at: {} };
  let trials = 0;
  const spent = [];
  while (problem.judged < budget - fresh && trials < (scheme.evaluations ?? Infinity)) {
    const before = problem.judged;
    const trial = await study.ask();
    trials++;
    await scheme.judge({
      study,
      trial,
      problem,
      left: () => budget - fresh - problem.judged,
      blocks: BLOCKS,
    });
    if (scheme.evaluations !== undefined) {
      spent.push({ blocks: problem.judged - before, truth: await problem.truth(trial.alphas) });
    }
    if (share === 1) await note(record, problem, study, budget);
  }
  await finals(study, problem, scheme);
  const best = study.recommend();
  const { user } = process.cpuUsage(cpu);
  await study.close();
  const { at, ...rest } = record;
  const truth = await problem.truth(best.alphas);
  problem.close?.();
  return {
    ...rest,
    truth,
    reported: best.mean,
    judged: problem.judged,
    trials,
    ...(scheme.evaluations === undefined ? {} : closeness(spent)),
    ...(share === 1 ? { at } : {}),
    cpu: Number((user / 1e6).toFixed(2)),
  };
}

/**
 * Why a race costs what it costs: how many trials were within 0.02 of the best before them, and what those took of the
 * blocks.
 */
function closeness(spent) {
  let best = -Infinity;
  let close = 0;
  let blocksOfClose = 0;
  for (const { blocks, truth } of spent) {
    if (truth > best - CLOSE) {
      close++;
      blocksOfClose += blocks;
    }
    best = Math.max(best, truth);
  }
  return { close, blocksOfClose };
}

async function note(record, problem, study, budget) {
  for (const share of CHECKPOINTS) {
    if (record.at[share] !== undefined || problem.judged < share * budget - 1e-9) continue;
    record.at[share] = await problem.truth(study.recommend().alphas);
  }
}

/** The best points on fresh blocks; none where the scheme has no finalists. */
async function finals(study, problem, { finalists, fresh }) {
  if (finalists * fresh === 0) return;
  const plan = Array.from({ length: fresh }, (_, i) => BLOCKS + i);
  const points = study.finalists(finalists);
  await study.enqueue(
    points.map(({ alphas }) => alphas),
    points.map((_, i) => `finalist ${i + 1}`),
    { blocks: points.map(() => plan) },
  );
  for (let k = 0; k < points.length; k++) {
    const trial = await study.ask();
    for (const b of trial.blocks) await study.report(trial, await problem.block(trial.alphas, b));
    await study.tell(trial);
  }
}

function seedsOf(text) {
  const [from, to] = text.split('-').map(Number);
  return Array.from({ length: (to ?? from) - from + 1 }, (_, i) => from + i);
}

function readRaw() {
  if (!existsSync(options.raw)) return [];
  return readFileSync(options.raw, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

mkdirSync(dirname(options.raw), { recursive: true });
const done = readRaw();
for (const seed of seedsOf(options.seeds)) {
  for (const problem of options.problems.split(',')) {
    for (const scheme of options.schemes.split(' + ')) {
      for (const share of scheme === 'full' ? [1] : options.shares.split(',').map(Number)) {
        const same = (r) =>
          r.problem === problem &&
          r.seed === seed &&
          r.scheme === scheme &&
          r.share === share &&
          r.seeded === options.seeded;
        if (done.some(same)) continue;
        const record = await run(problem, seed, scheme, share);
        done.push(record);
        appendFileSync(options.raw, `${JSON.stringify(record)}\n`);
      }
    }
  }
}
const summary = summaryOf(readRaw());
console.table(summary.rows);
if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(summary, null, 2)}\n`);
