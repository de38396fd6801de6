// A search of α in this process, step by step: what `bo-search run` does, for those who want to change a step.
//
//   node node_modules/bo-search/examples/search-in-process.mjs     (half a minute; needs nothing but the package)
import { alphaSpace, createStudy } from 'bo-search';
import { inProcessObjective } from 'bo-search/evaluators';
import {
  bareClassifier,
  buildAttackedSet,
  chooseImages,
  createAttack,
  createEvaluationBlocks,
  createMemoryBudget,
  disposeBlocks,
  loadImagePool,
  openModel,
  openRuntime,
  prepareImages,
  sampleName,
} from 'bo-search/objective';

const seed = 1;
const draws = 1; // purifications an image whose logits are averaged, K
const noiseKey = `search/${seed}`; // noise follows (key, image, latent, draw), never α: all α meet the same noise

// A tensor runtime, and a packed model with one of its classifiers.
const runtime = await openRuntime({ backend: 'wasm' });
const model = await openModel('fashion-mnist', { runtime, task: 'coarse' });
const { mlvgm, classifier, temperature } = model;

// Images, the same number of each class; and the same images attacked.
const pool = await loadImagePool(model.imagesManifest);
const clean = chooseImages(pool, { split: 'search', count: 40, task: model.task, seed });
const attacked = await buildAttackedSet({
  attack: createAttack({ name: 'pgd-l2', l2Bound: 3, steps: 10 }),
  model: {
    name: 'bare classifier',
    hash: classifier.hash,
    model: bareClassifier({ runtime, classifier }),
  },
  images: clean,
  seed,
  madeBy: { backend: runtime.description, versions: { boSearch: '', node: process.version } },
});

// All that does not depend on α is computed once, in blocks of images.
const memory = createMemoryBudget(512 * 2 ** 20);
const blocks = await createEvaluationBlocks({
  clean,
  attacked: attacked.images,
  prepare: (pixels, ids) =>
    prepareImages({ runtime, mlvgm, classifier, temperature, memory }, { pixels, ids }),
});
const objective = inProcessObjective({
  sample: sampleName({
    clean: clean.hash,
    attacked: attacked.images.hash,
    defence: model.hash,
    noiseKey,
    draws,
  }),
  noiseKey,
  draws,
  classes: model.task.classes.length,
  blocks,
});

// The search; `storage: 'runs/mine'` would keep a journal and go on after a crash.
const study = await createStudy({ space: alphaSpace(mlvgm.latents.length), seed });
await study.optimize(objective, {
  evaluations: 25,
  onEvent: (event) => {
    if (event.kind === 'told') console.log(JSON.stringify(event.trial.outcome));
  },
});
const best = study.recommend();
console.log('α', best.alphas.map((alpha) => alpha.toFixed(2)).join(' '));
console.log(`score ${best.mean.toFixed(3)} [${best.interval.map((end) => end.toFixed(3)).join(', ')}]`);

disposeBlocks(blocks);
model.dispose();
await study.close();
