// Whether memory stays flat over many evaluations of the search objective, on one thread and in a worker pool.
//
//   npm run bench:memory -- [--evaluations 1000] [--images 16] [--workers 2] [--out bench/results/memory.json]
//
// Each evaluation scores another α on the same images, clean and shifted, as a search does. Tensors must be counted the
// same after each evaluation; resident memory (of the whole process) is fitted by a line after a fifth of them.
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import {
  chooseImages,
  createEvaluationBlocks,
  createImageSet,
  disposeBlocks,
  loadImagePool,
  openModel,
  openRuntime,
  openWorkerPool,
  prepareImages,
  scoreAlphas,
} from '../dist/objective/index.js';
import { randomStream } from '../dist/math/index.js';
import { about } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    evaluations: { type: 'string', default: '1000' },
    images: { type: 'string', default: '16' },
    workers: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
});
const [evaluations, count, workers] = [options.evaluations, options.images, options.workers].map(Number);
const warmUp = Math.floor(evaluations / 5);

// So that what is free, but not yet collected, is not counted.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const runtime = await openRuntime();
const model = await openModel('fashion-mnist', { runtime, task: 'coarse' });
const pool = await loadImagePool(model.imagesManifest);
const clean = chooseImages(pool, { split: 'search', count, task: model.task, seed: 1 });
const attacked = createImageSet({
  ...clean,
  name: `${clean.name}, brighter`,
  pixels: clean.pixels.map((value) => Math.min(1, value + 0.05)),
});

/** Slope of y over x by least squares. */
function slope(x, y) {
  const mean = (values) => values.reduce((sum, value) => sum + value / values.length, 0);
  const [mx, my] = [mean(x), mean(y)];
  const cross = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return cross / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}

/** Evaluates away, and looks at memory on the way. */
async function watch(prepare, tensorsNow) {
  const blocks = await createEvaluationBlocks({ clean, attacked, prepare, blockSize: Math.ceil(count / 2) });
  const stream = randomStream('bench', 'memory');
  const tensors = new Set();
  const rows = [];
  for (let i = 0; i < evaluations; i += 1) {
    const alphas = model.mlvgm.latents.map(() => stream.uniform());
    await scoreAlphas(blocks, alphas, {
      classes: model.task.classes.length,
      draws: { key: 'search/1', draws: 2 },
    });
    // The first evaluation fills the caches.
    if (i > 0) tensors.add(await tensorsNow());
    if (i % 10 !== 0) continue;
    collect();
    rows.push({ evaluation: i, rss: process.memoryUsage.rss(), heap: process.memoryUsage().heapUsed });
  }
  disposeBlocks(blocks);
  const late = rows.filter(({ evaluation }) => evaluation >= warmUp);
  const over = (key) =>
    slope(
      late.map(({ evaluation }) => evaluation),
      late.map((row) => row[key]),
    );
  const megabytes = (bytes) => Math.round(bytes / 1e5) / 10;
  return {
    tensors: [...tensors],
    tensorCountIsConstant: tensors.size === 1,
    rssMegabytes: {
      afterWarmUp: megabytes(late[0].rss),
      atTheEnd: megabytes(late.at(-1).rss),
      greatest: megabytes(Math.max(...late.map(({ rss }) => rss))),
    },
    rssBytesPerEvaluation: over('rss'),
    heapBytesPerEvaluation: over('heap'),
  };
}

const { mlvgm, classifier, temperature } = model;
const parts = { runtime, mlvgm, classifier, temperature };
const results = {
  about: { ...about(), backend: runtime.description },
  settings: { model: model.name, evaluations, warmUp, images: 2 * count, draws: 2, workers },
};
results.oneThread = await watch(
  (pixels, ids) => prepareImages(parts, { pixels, ids }),
  async () => tf.memory().numTensors,
);
const threads = await openWorkerPool({ workers, model: 'fashion-mnist', task: 'coarse' });
results.pool = await watch(threads.prepare, async () =>
  (await threads.memory()).map(({ tensors }) => tensors).join(' + '),
);
await threads.close();
model.dispose();
results.tensorsLeft = tf.memory().numTensors;
console.log(JSON.stringify(results, null, 2));
if (options.out) writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`);
const flat = results.oneThread.tensorCountIsConstant && results.pool.tensorCountIsConstant;
if (!flat || results.tensorsLeft > 0) throw new Error('the number of tensors grew');
