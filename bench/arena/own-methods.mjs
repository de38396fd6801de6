// The methods of this package, through its public entry, and the step scan.
import {
  alphaSpace,
  createMemoryStorage,
  createSpace,
  createStudy,
  real,
  VERSION,
} from '../../dist/index.js';
import { stepSchedule } from '../../dist/schedules/index.js';

/**
 * Methods by name; `bo-search` may be followed by `+` and settings of its policy as JSON, for variants.
 * @type {Record<string, (settings: object | undefined) => (task: object) => Promise<import('./run-one.mjs').Contestant>>}
 */
export const OWN_METHODS = {
  'bo-search': (settings) => (task) =>
    ofStudy(task, settings === undefined ? 'bayes' : { name: 'bayes', settings }),
  random: () => (task) => ofStudy(task, 'random'),
  sobol: () => (task) => ofStudy(task, 'sobol'),
  'step-scan': () => stepScan,
};

/** A study in memory: enqueued points first; outcomes of images are reported block by block. */
async function ofStudy({ problem, seed, points }, policy) {
  const space = spaceOf(problem);
  const storage = createMemoryStorage();
  const study = await createStudy({
    space,
    storage,
    seed,
    direction: problem.direction,
    policy,
    ...(problem.weights === undefined ? {} : { weights: problem.weights }),
  });
  if (points.length > 0) {
    await study.enqueue(
      points.map(({ values }) => values),
      points.map(({ label }) => label),
    );
  }
  let trial;
  return {
    versions: { 'bo-search': VERSION },
    async ask() {
      const before = process.cpuUsage();
      trial = await study.ask();
      const { user, system } = process.cpuUsage(before);
      return { point: trial.alphas, cpu: (user + system) / 1e6 };
    },
    async tell(outcome, _value, blocks) {
      if (blocks === undefined) await study.tell(trial, outcome);
      else await reportAll(study, trial, blocks);
    },
    recommend: () => recommendOfCopy(space, storage),
    close: () => study.close(),
  };
}

/** The recommendation of a copy, so that nothing of its work is spared the study's next ask, whose CPU is measured. */
async function recommendOfCopy(space, storage) {
  const copy = await createStudy({ space, storage: createMemoryStorage(storage.read()) });
  const { alphas } = copy.recommend();
  await copy.close();
  return { point: alphas };
}

async function reportAll(study, trial, blocks) {
  for (const block of blocks) {
    if ((await study.report(trial, block)) === 'stop') break;
  }
  await study.tell(trial);
}

/** Searches for α are told so; other problems are general spaces. */
function spaceOf({ dimension, alphas }) {
  if (alphas) return alphaSpace(dimension, { seeds: false });
  return createSpace(Object.fromEntries(Array.from({ length: dimension }, (_, j) => [`x${j}`, real(0, 1)])));
}

/** Keep the latents before k, re-sample those from k on, for every k; then it is done, and repeats its best. */
async function stepScan({ problem }) {
  const sign = problem.direction === 'maximize' ? 1 : -1;
  const steps = Array.from({ length: problem.dimension + 1 }, (_, k) => stepSchedule(problem.dimension, k));
  let asked;
  let best = { score: -Infinity, point: steps[0] };
  let number = 0;
  return {
    versions: { 'bo-search': VERSION },
    async ask() {
      asked = steps[number++] ?? best.point;
      return { point: asked, cpu: 0 };
    },
    async tell(_outcome, value) {
      if (sign * value > best.score) best = { score: sign * value, point: asked };
    },
    async recommend() {
      return { point: best.point };
    },
    async close() {},
  };
}
