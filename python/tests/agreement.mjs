// Holds the PyTorch worker to the wasm objective: `node python/tests/agreement.mjs <python>`. Needs dist/.
// 1. The same 20 α (keyed) on the same 200 clean and 200 attacked images, through this process on wasm and through the
//    worker behind the command evaluator: at least 99.5 % of outcomes agree, and wherever they differ the two largest
//    logits are less than 1e-3 apart (on wasm).
// 2. The worker chooses the same images by itself, attacks them by itself, and the outcomes of both sets are compared;
//    gradients of two runtimes differ in their last digits, so that here only the share is held.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const dist = pathToFileURL(resolve(process.env['BO_SEARCH_DIST'] ?? at('dist')));
const {
  openRuntime,
  openModel,
  loadImagePool,
  chooseImages,
  bareClassifier,
  runAttack,
  createAttack,
  prepareImages,
} = await import(`${dist}/objective/index.js`);
const { openCommandEvaluator } = await import(`${dist}/evaluators/command/index.js`);
const { randomStream } = await import(`${dist}/math/random.js`);

const IMAGES = 200;
const VECTORS = 20;
const LEAST_AGREEMENT = 0.995;
const MOST_MARGIN = 1e-3;
// Two attacks of their own differ on images whose path is at a fork.
const LEAST_OWN_AGREEMENT = 0.98;
const SEED = 1;
const DRAWS = 2;
const ATTENUATION = 0.7;
const ATTACK = { name: 'pgd-l2', l2Bound: 2, steps: 10 };
const NOISE_KEY = `search/${SEED}`;

const [python] = process.argv.slice(2);
const runtime = await openRuntime({ backend: 'wasm' });
const model = await openModel(at('examples/fashion-mnist'), { runtime, task: 'coarse' });
const pool = await loadImagePool(model.imagesManifest);
const chosen = chooseImages(pool, { split: 'search', count: IMAGES, task: model.task, seed: SEED });
const bare = bareClassifier({ runtime, classifier: model.classifier });
const attacked = await runAttack({
  ...chosen,
  attack: createAttack(ATTACK),
  model: bare,
  images: chosen.pixels,
  seed: SEED,
});
const vectors = Array.from({ length: VECTORS }, (_, j) => {
  const stream = randomStream('agreement', SEED, j);
  // From light purification to full: a vector's numbers are uniform up to (j + 1)/20.
  return model.mlvgm.latents.map(() => (stream.uniform() * (j + 1)) / VECTORS);
});

const folder = mkdtempSync(join(tmpdir(), 'bo-search-agreement-'));
try {
  const here = { clean: await judge(chosen.pixels), attacked: await judge(attacked.images) };
  writeFileSync(join(folder, 'clean.bin'), chosen.pixels);
  writeFileSync(join(folder, 'attacked.bin'), attacked.images);
  writeFileSync(
    join(folder, 'images.json'),
    JSON.stringify({ ids: chosen.ids, labels: Array.from(chosen.labels) }),
  );
  const problems = await compareWith(here);
  for (const problem of problems) console.log(`FAILS: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  model.dispose();
}

/** For each α and image, by id: whether the class is right, and how far the two largest logits are apart. */
async function judge(pixels) {
  const { mlvgm, classifier, temperature } = model;
  const options = { runtime, mlvgm, classifier, temperature, attenuation: ATTENUATION };
  const prepared = prepareImages(options, { ids: chosen.ids, pixels });
  const all = [];
  for (const alphas of vectors)
    all.push(outcomes(await prepared.logits(alphas, { key: NOISE_KEY, draws: DRAWS })));
  prepared.dispose();
  return all;
}

function outcomes(logits) {
  const classes = chosen.classes.length;
  return new Map(
    chosen.ids.map((id, row) => {
      const own = Array.from(logits.subarray(row * classes, (row + 1) * classes));
      const [first, second] = own.toSorted((a, b) => b - a);
      return [id, { right: own.indexOf(first) === chosen.labels[row], margin: first - second }];
    }),
  );
}

async function compareWith(here) {
  const evaluator = await openCommandEvaluator({
    command: [python, '-W', 'ignore', at('python/tests/agreement_worker.py'), folder],
    task: 'coarse',
    onEvent: (event) => event.kind === 'stderr' && console.error(JSON.stringify(event)),
  });
  try {
    const fixed = [
      ...(await onSet(evaluator, 'clean', here.clean)),
      ...(await onSet(evaluator, 'attacked', here.attacked)),
    ];
    return [...fixedProblems(fixed), ...(await ownProblems(evaluator, here))];
  } finally {
    await evaluator.close();
  }
}

/** Outcomes of the worker on a set with exactly our images, beside ours. */
async function onSet(evaluator, set, ours) {
  const sample = await evaluator.openSample(specOf(set, ['clean'], null));
  const all = [];
  for (const [j, alphas] of vectors.entries()) {
    const { clean } = await sample.evaluate(alphas);
    sample.ids.forEach((id, row) => all.push({ ...ours[j].get(id), there: clean[row] === '1' }));
  }
  return all;
}

function fixedProblems(all) {
  const differing = all.filter(({ right, there }) => right !== there);
  const margins = differing.map(({ margin }) => margin);
  const share = 1 - differing.length / all.length;
  const largest = Math.max(0, ...margins);
  console.log(
    `same images: ${all.length} outcomes (${VECTORS} α, ${IMAGES} clean and ${IMAGES} attacked images, ${DRAWS} draws): ` +
      `${(100 * share).toFixed(3)} % agree, ${differing.length} differ, largest margin of these ${largest.toExponential(1)}`,
  );
  return [
    ...(share >= LEAST_AGREEMENT
      ? []
      : [`expected at least ${100 * LEAST_AGREEMENT} % of outcomes to agree, got ${100 * share}`]),
    ...(largest < MOST_MARGIN
      ? []
      : [`expected margins below ${MOST_MARGIN} where outcomes differ, got ${largest}`]),
  ];
}

/** The worker chooses and attacks by itself. */
async function ownProblems(evaluator, here) {
  const { name, ...settings } = createAttack(ATTACK).settings;
  const { l2Bound, steps, stepSize, randomStart, restarts } = settings;
  const attack = {
    kind: name,
    against: 'classifier',
    l2Bound,
    keepOnlySuccessful: false,
    steps,
    stepSize,
    randomStart,
    restarts,
  };
  const sample = await evaluator.openSample(specOf('search', ['clean', 'robust'], attack));
  const sameImages = sample.ids.every((id, row) => id === chosen.ids[row]);
  let agreeing = 0;
  for (const [j, alphas] of vectors.entries()) {
    const { clean, robust } = await sample.evaluate(alphas);
    sample.ids.forEach((id, row) => {
      agreeing += here.clean[j].get(id)?.right === (clean[row] === '1') ? 1 : 0;
      agreeing += here.attacked[j].get(id)?.right === (robust[row] === '1') ? 1 : 0;
    });
  }
  const share = agreeing / (2 * VECTORS * IMAGES);
  const successes = attacked.perImage.filter(({ outcome }) => outcome === 'success').length;
  const counts = `attack successes ${successes} here, ${sample.attack?.successes} there`;
  console.log(
    `own choice and attack: images ${sameImages ? 'the same' : 'DIFFERENT'}; ${counts}; ${(100 * share).toFixed(3)} % agree`,
  );
  const without = await sample.evaluate(null);
  const undefended = [...without.clean].filter((bit) => bit === '1').length;
  const right = attacked.perImage.filter(({ outcome }) => outcome !== 'clean-error').length;
  return [
    ...(sameImages ? [] : ['expected the same images in the same order']),
    ...(share >= LEAST_OWN_AGREEMENT
      ? []
      : [`expected ${100 * LEAST_OWN_AGREEMENT} % with attacks of its own, got ${100 * share}`]),
    ...(undefended === right
      ? []
      : [`expected ${right} clean images right without a defence, got ${undefended}`]),
  ];
}

function specOf(set, parts, attack) {
  const defence = { temperature: null, attenuation: ATTENUATION, blur: null, noise: null };
  return { set, images: IMAGES, seed: SEED, noiseKey: NOISE_KEY, draws: DRAWS, parts, defence, attack };
}
