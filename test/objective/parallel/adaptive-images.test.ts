import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pgdL2 } from '../../../src/objective/attacks/methods/pgd-l2.js';
import { attackedForEach } from '../../../src/objective/evaluation/adaptive-images.js';
import { chooseImages } from '../../../src/objective/images/choose-images.js';
import { loadImagePool } from '../../../src/objective/images/image-pool.js';
import type { ImageSet } from '../../../src/objective/images/image-set.js';
import { type OpenedModel, openModel } from '../../../src/objective/models/open-model.js';
import type { WorkerPool } from '../../../src/objective/parallel/open-worker-pool.js';
import { createDefence } from '../../../src/objective/purification/defence.js';
import { prepareImages } from '../../../src/objective/purification/prepared-images.js';
import { openRuntime, type Runtime } from '../../../src/objective/tensors/runtime.js';
import type { CompiledSources } from '../../compiled-sources.js';
import { compileWorkers, MODEL, openTestPool } from './pools.js';

const ALPHAS = [0, 0.5, 0, 1, 0, 0, 0.25, 0, 0, 1, 1, 1];

let sources: CompiledSources;
let runtime: Runtime;
let model: OpenedModel;
let pool: WorkerPool;
let images: ImageSet;
beforeAll(async () => {
  sources = compileWorkers('adaptive-images');
  runtime = await openRuntime({ backend: 'wasm' });
  model = await openModel(MODEL, { runtime, task: 'coarse' });
  pool = await openTestPool(sources, { preprocessing: { noise: { l2Norm: 1 } } });
  const found = await loadImagePool(model.imagesManifest);
  images = chooseImages(found, { split: 'search', count: 8, task: model.task, seed: 1 });
}, 60_000);
afterAll(async () => {
  await pool.close();
  model.dispose();
  sources.remove();
});

describe('attackedForEach(adaptive, images, withDefence) over worker threads', () => {
  it('gives the logits of one thread, bit for bit', async () => {
    const { mlvgm, classifier, temperature } = model;
    const purification = {
      runtime,
      mlvgm,
      classifier,
      temperature,
      preprocessing: { noise: { l2Norm: 1 } },
    };
    const adaptive = {
      attack: pgdL2({ l2Bound: 1, steps: 2 }),
      expectation: { draws: 2, mode: 'mean-logits' },
      seed: 1,
    } as const;
    const draws = { key: 'search/1', draws: 2 };
    const clean = prepareImages(purification, images);
    const here = attackedForEach(adaptive, { ...images, clean }, async (alphas, purifications, use) => {
      const defence = createDefence({ ...purification, alphas, purifications });
      try {
        return await use(defence);
      } finally {
        defence.dispose();
      }
    });
    const cleanThere = await pool.prepare(images.pixels, images.ids);
    const there = attackedForEach(adaptive, { ...images, clean: cleanThere }, (alphas, purifications, use) =>
      use(pool.defence(alphas, purifications)),
    );
    const logits = await here.logits(ALPHAS, draws);
    expect(await there.logits(ALPHAS, draws)).toEqual(logits);
    expect(logits).not.toEqual(await clean.logits(ALPHAS, draws));
    clean.dispose();
    cleanThere.dispose();
  }, 60_000);
});
