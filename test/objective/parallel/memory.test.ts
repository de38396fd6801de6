import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { randomStream } from '../../../src/math/random.js';
import {
  createEvaluationBlocks,
  disposeBlocks,
} from '../../../src/objective/evaluation/evaluation-blocks.js';
import type { PrepareImages } from '../../../src/objective/evaluation/evaluation-blocks.js';
import { scoreAlphas } from '../../../src/objective/evaluation/score-alphas.js';
import { chooseImages } from '../../../src/objective/images/choose-images.js';
import { loadImagePool } from '../../../src/objective/images/image-pool.js';
import { createImageSet } from '../../../src/objective/images/image-set.js';
import type { ImageSet } from '../../../src/objective/images/image-set.js';
import { openModel } from '../../../src/objective/models/open-model.js';
import type { OpenedModel } from '../../../src/objective/models/open-model.js';
import type { WorkerPool } from '../../../src/objective/parallel/open-worker-pool.js';
import { prepareImages } from '../../../src/objective/purification/prepared-images.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import type { Runtime } from '../../../src/objective/tensors/runtime.js';
import type { CompiledSources } from '../../compiled-sources.js';
import { compileWorkers, openTestPool } from './pools.js';

const EVALUATIONS = 50;

let sources: CompiledSources;
let runtime: Runtime;
let model: OpenedModel;
let clean: ImageSet;
let attacked: ImageSet;
let pool: WorkerPool;

beforeAll(async () => {
  sources = compileWorkers('parallel-memory');
  runtime = await openRuntime();
  model = await openModel('fashion-mnist', { runtime, task: 'coarse' });
  const all = await loadImagePool(model.imagesManifest);
  clean = chooseImages(all, { split: 'search', count: 4, task: model.task, seed: 1 });
  attacked = createImageSet({ ...clean, pixels: clean.pixels.map((value) => 0.9 * value) });
  pool = await openTestPool(sources, { workers: 1 });
});

afterAll(async () => {
  await pool.close();
  model.dispose();
  sources.remove();
  expect(tf.memory().numTensors).toBe(0);
});

/** Counts of tensors after each evaluation of another α, once the first has filled the caches. */
async function counts(prepare: PrepareImages, count: () => Promise<number>): Promise<Set<number>> {
  const blocks = await createEvaluationBlocks({ clean, attacked, prepare, blockSize: 2 });
  const stream = randomStream('test', 'memory');
  const options = { classes: model.task.classes.length, draws: { key: 'sample', draws: 1 } };
  const seen = new Set<number>();
  for (let i = 0; i < EVALUATIONS; i += 1) {
    const alphas = model.mlvgm.latents.map(() => stream.uniform());
    await scoreAlphas(blocks, alphas, options);
    if (i > 0) seen.add(await count());
  }
  disposeBlocks(blocks);
  return seen;
}

describe('fifty evaluations of the bundled objective', () => {
  it('leave the number of tensors as it is, on one thread', async () => {
    const { mlvgm, classifier, temperature } = model;
    const options = { runtime, mlvgm, classifier, temperature };
    const seen = await counts(
      (pixels, ids) => prepareImages(options, { pixels, ids }),
      async () => tf.memory().numTensors,
    );
    expect(seen.size).toBe(1);
  });

  it('leave the number of tensors as it is, in a worker', async () => {
    const seen = await counts(pool.prepare, async () => (await pool.memory())[0]?.tensors ?? NaN);
    expect(seen.size).toBe(1);
  });
});
