// Holds attacks through the PyTorch worker to those on wasm: `node python/tests/attack-agreement.mjs <python>`. Needs dist/.
// On the same held-out images, for no defence, preprocessing alone, and α with preprocessing: images are the same bits,
// logits and gradients of a draw the same but for rounding, and PGD on both ends on the same outcomes.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const dist = pathToFileURL(resolve(process.env['BO_SEARCH_DIST'] ?? at('dist')));
const {
  openRuntime,
  openModel,
  loadImagePool,
  chooseImages,
  bareClassifier,
  createAttack,
  createDefence,
  preprocessedClassifier,
  runAttack,
} = await import(`${dist}/objective/index.js`);
const { openCommandEvaluator } = await import(`${dist}/evaluators/index.js`);

const IMAGES = 20;
const SEED = 1;
const ATTACK = { name: 'pgd-l2', l2Bound: 1.5, steps: 5 };
// Largest difference of logits, and of gradients relative to their norm: two runtimes add in other orders.
const MOST_LOGITS = 1e-4;
const MOST_GRADIENT = 1e-4;
// An image at the boundary may fall on either side.
const MOST_OTHER_OUTCOMES = 1;

const [python] = process.argv.slice(2);
const runtime = await openRuntime({ backend: 'wasm' });
const model = await openModel(at('examples/fashion-mnist'), { runtime, task: 'coarse' });
const pool = await loadImagePool(model.imagesManifest);
const chosen = chooseImages(pool, { split: 'heldOut', count: IMAGES, task: model.task, seed: SEED });
const evaluator = await openCommandEvaluator({
  command: [python, '-W', 'ignore', at('python/examples/fashion_mnist_worker.py')],
  cwd: dirname(at('python/README.md')),
  env: { PYTHONPATH: join(at('python'), 'src'), OMP_NUM_THREADS: '1' },
  task: 'coarse',
});

const blur = { sigma: 1, kernelSize: 3 };
const noise = { l2Norm: 1 };
const alphas = model.mlvgm.latents.map((_, i) => i / (model.mlvgm.latents.length - 1));
const { classifier, mlvgm, temperature } = model;
const spec = (given) => ({
  alphas: null,
  purifications: 1,
  ...given,
  defence: { temperature, attenuation: 0.7, blur: null, noise: null, ...given.defence },
});
const shared = { runtime, classifier, purifications: 2, preprocessing: { blur, noise } };
const defences = {
  'no defence': [bareClassifier({ runtime, classifier }), spec({})],
  preprocessing: [preprocessedClassifier(shared), spec({ purifications: 2, defence: { blur, noise } })],
  purified: [
    createDefence({ ...shared, mlvgm, temperature, attenuation: 0.7, alphas }),
    spec({ alphas, purifications: 2, defence: { blur, noise } }),
  ],
};

try {
  const there = await evaluator.images({ set: 'heldOut', images: IMAGES, seed: SEED });
  expect('images', there.hash === chosen.hash, `${there.hash} and ${chosen.hash}`);
  for (const [name, [here, asked]] of Object.entries(defences))
    await compare(name, here, evaluator.model(asked));
} finally {
  await evaluator.close();
}

async function compare(name, here, there) {
  const draw = { key: 'agreement', index: 3, imageIds: chosen.ids };
  const cotangent = Float32Array.from({ length: IMAGES * here.classes }, (_, i) => Math.cos(1.7 * i + 0.3));
  const [a, b] = [
    await here.vjp(chosen.pixels, draw, cotangent),
    await there.vjp(chosen.pixels, draw, cotangent),
  ];
  const logits = Math.max(...a.logits.map((value, i) => Math.abs(value - b.logits[i])));
  expect(`${name}: logits`, logits <= MOST_LOGITS, `${logits.toExponential(1)} apart`);
  const off = norm(a.gradient.map((value, i) => value - b.gradient[i])) / norm(a.gradient);
  expect(`${name}: gradients`, off <= MOST_GRADIENT, `${off.toExponential(1)} of their norm apart`);
  const attack = createAttack(ATTACK);
  const run = { ...chosen, images: chosen.pixels, attack, seed: SEED };
  const outcomes = [];
  for (const model of [here, there]) {
    const { perImage } = await runAttack({ ...run, model });
    outcomes.push(perImage.map(({ outcome }) => outcome));
  }
  const other = outcomes[0].filter((outcome, i) => outcome !== outcomes[1][i]).length;
  const successes = outcomes[0].filter((outcome) => outcome === 'success').length;
  expect(`${name}: attack`, other <= MOST_OTHER_OUTCOMES, `${successes} successes, ${other} outcomes differ`);
}

function norm(values) {
  return Math.hypot(...values);
}

function expect(what, holds, detail) {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}: ${detail}`);
  if (!holds) process.exitCode = 1;
}
