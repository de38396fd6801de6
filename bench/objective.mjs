// Cost of the objective: purified images a second, what caching saves, and what gradients and attacks cost.
//
//   npm run bench:objective -- [--images 200] [--rounds 12] [--chunk 100] [--draws 1] [--out bench/results/objective.json]
//
// CPU is user + system time of the whole process. Cached and uncached evaluations of the same α take turns, so that a
// busy machine slows both; their logits must be equal. A decode is one walk through all latents and the classifier.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import {
  bareClassifier,
  chooseImages,
  createDefence,
  loadImagePool,
  openModel,
  openRuntime,
  prepareImages,
} from '../dist/objective/index.js';
import { cosineSchedule, linearSchedule } from '../dist/schedules/index.js';
import { randomStream } from '../dist/math/index.js';
import { about, summary } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '12' },
    chunk: { type: 'string', default: '100' },
    draws: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const [count, rounds, chunkSize, draws] = [options.images, options.rounds, options.chunk, options.draws].map(
  Number,
);

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** CPU and wall milliseconds of a task. */
async function timed(task) {
  const [cpu, wall] = [cpuMs(), performance.now()];
  const value = await task();
  return { value, cpu: cpuMs() - cpu, wall: performance.now() - wall };
}

const runtime = await openRuntime();
const model = await openModel('fashion-mnist', { runtime, task: 'coarse' });
const pool = await loadImagePool(model.imagesManifest);
const images = chooseImages(pool, { split: 'search', count, task: model.task, seed: 1 });
const parts = {
  runtime,
  mlvgm: model.mlvgm,
  classifier: model.classifier,
  temperature: model.temperature,
  chunkSize,
};
const N = model.mlvgm.latents.length;
const stream = randomStream('bench', 'objective');

/** α as a search meets them: linear and cosine first, then points with some coordinates at their bounds. */
const alphas = Array.from({ length: rounds }, (_, round) => {
  if (round === 0) return linearSchedule(N);
  if (round === 1) return cosineSchedule(N);
  return Array.from({ length: N }, () => Math.min(1, Math.max(0, 1.6 * stream.uniform() - 0.3)));
});

const cached = prepareImages(parts, images);
const uncached = prepareImages({ ...parts, memory: 0 }, images);
const first = await timed(() => cached.logits(alphas[0], { key: 'bench', draws }));
await uncached.logits(alphas[0], { key: 'bench', draws });
const tensors = tf.memory().numTensors;
const rows = [];
for (const alpha of alphas) {
  const warm = await timed(() => cached.logits(alpha, { key: 'bench', draws }));
  const cold = await timed(() => uncached.logits(alpha, { key: 'bench', draws }));
  if (!warm.value.every((value, i) => value === cold.value[i])) throw new Error('caching changed the logits');
  rows.push({ cached: warm, uncached: cold });
}
if (tf.memory().numTensors !== tensors) throw new Error('the number of tensors grew');

const still = createDefence({ ...parts, alphas: Array(N).fill(0) });
const bare = bareClassifier({ runtime, classifier: model.classifier, chunkSize });
const draw = { key: 'bench', index: 0, imageIds: images.ids };
/** CPU-ms an image of the gradient of the largest logit. */
const gradientCost = async (target) => {
  const cotangent = new Float32Array(count * target.classes).fill(1);
  await target.vjp(images.pixels, draw, cotangent);
  const costs = [];
  for (let i = 0; i < 4; i++)
    costs.push((await timed(() => target.vjp(images.pixels, draw, cotangent))).cpu / count);
  return summary(costs);
};

const perDecode = (part, clock) => summary(rows.map((row) => row[part][clock] / (count * draws)));
const total = (part) => rows.reduce((sum, row) => sum + row[part].cpu, 0);
const results = {
  about: { ...about(), backend: runtime.description },
  settings: { model: model.name, images: count, draws, chunkSize, rounds, latents: N },
  firstCallCpuMsPerImage: first.cpu / count,
  cachedBytes: cached.bytes,
  cpuMsPerDecode: { cached: perDecode('cached', 'cpu'), uncached: perDecode('uncached', 'cpu') },
  purifiedImagesPerCpuSecond: {
    cached: (1000 * count * draws * rounds) / total('cached'),
    uncached: (1000 * count * draws * rounds) / total('uncached'),
  },
  purifiedImagesPerSecond: 1000 / perDecode('cached', 'wall').mean,
  shareSavedByCaching: 1 - total('cached') / total('uncached'),
  gradientCpuMsPerImage: {
    defenceAtAlpha0: await gradientCost(still),
    bareClassifier: await gradientCost(bare),
  },
  residentMegabytes: Math.round(process.memoryUsage().rss / 1e6),
};
console.log(JSON.stringify(results, null, 2));
if (options.out) writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`);
cached.dispose();
uncached.dispose();
still.dispose();
model.dispose();
