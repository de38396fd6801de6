// How well a search of 100 evaluations could do on the emulator, and what holds it back:
// `node bench/emulator/ceiling.mjs [--tasks coarse,fine] [--seeds 0-9] [--out file]`, after `npm run build`.
//
// The same optimiser without seed points, and the truth (mean score of the 400 held-out images) of what it recommends:
// - search: 100 evaluations on the 200 search images, as everywhere in the arena. `visited`: the best truth among them.
// - finalists: 80 evaluations on the search images; the 20 best on 200 fresh images; the model of both recommends.
// - twice: 100 evaluations on those 400 images, at twice the cost.
// - oracle: 100 evaluations of the truth itself; oracle300: 300 of them.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { alphaSpace, createStudy, measurementOf } from '../../dist/index.js';
import { about, summary } from '../report.mjs';
import { emulatorProblem } from './emulator.mjs';

const EVALUATIONS = 100;
const FINALISTS = 20;

const { values: options } = parseArgs({
  options: {
    tasks: { type: 'string', default: 'coarse,fine' },
    seeds: { type: 'string', default: '0-9' },
    out: { type: 'string' },
  },
});
const [first, last = first] = options.seeds.split('-').map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** A study on a problem's images, which it is told of under a sample's name. */
async function search(problem, seed, samples) {
  const space = alphaSpace(problem.dimension, { seeds: false });
  const study = await createStudy({ space, seed, direction: 'maximize', weights: problem.weights });
  const judged = [];
  const judge = async ({ sample, images, evaluations, points = [] }) => {
    if (points.length > 0) await study.enqueue(points);
    for (let i = 0; i < evaluations; i++) {
      const trial = await study.ask();
      const outcomes = problem.outcomes(trial.alphas, images);
      const measurement = measurementOf([{ sample, block: 0, outcomes }], problem.weights);
      judged.push({ alphas: trial.alphas, score: measurement.mean });
      await study.tell(trial, measurement);
    }
  };
  for (const next of samples) await judge(typeof next === 'function' ? next(judged) : next);
  const recommended = problem.truth(study.recommend().alphas);
  await study.close();
  return { recommended, visited: Math.max(...judged.map(({ alphas }) => problem.truth(alphas))) };
}

/** The best points so far, to be judged on fresh images. */
const finalistsOf =
  ({ freshImages }) =>
  (judged) => {
    const best = [...judged].sort((a, b) => b.score - a.score).slice(0, FINALISTS);
    const points = best.map(({ alphas }) => alphas);
    return { sample: 'fresh', images: freshImages, evaluations: FINALISTS, points };
  };

function schemesOf(problem) {
  const { searchImages, freshImages, heldOutImages } = problem;
  const on = (images, evaluations) => [{ sample: 'search', images, evaluations }];
  return {
    search: on(searchImages, EVALUATIONS),
    finalists: [...on(searchImages, EVALUATIONS - FINALISTS), finalistsOf(problem)],
    twice: on([...searchImages, ...freshImages], EVALUATIONS),
    oracle: on(heldOutImages, EVALUATIONS),
    oracle300: on(heldOutImages, 3 * EVALUATIONS),
  };
}

const tasks = {};
for (const task of options.tasks.split(',')) {
  const runs = [];
  for (const seed of seeds) {
    const problem = emulatorProblem(task, seed);
    const run = { seed };
    for (const [name, samples] of Object.entries(schemesOf(problem))) {
      run[name] = await search(problem, seed, samples);
    }
    runs.push(run);
    console.log(
      task,
      seed,
      Object.keys(run)
        .slice(1)
        .map((name) => `${name} ${run[name].recommended}`)
        .join(', '),
    );
  }
  const names = Object.keys(runs[0]).slice(1);
  const column = (of) =>
    Object.fromEntries(names.map((name) => [name, summary(runs.map((run) => of(run, name)))]));
  tasks[task] = {
    recommended: column((run, name) => run[name].recommended),
    visited: column((run, name) => run[name].visited),
    gainOnSearch: column((run, name) => run[name].recommended - run.search.recommended),
    runs,
  };
  console.log(task, JSON.stringify({ ...tasks[task], runs: undefined }, null, 1));
}
const result = { ...about(), seeds, evaluations: EVALUATIONS, finalists: FINALISTS, tasks };
if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(result, null, 1)}\n`);
