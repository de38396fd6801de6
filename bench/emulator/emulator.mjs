// The emulator of the bundled objective as problems of the arena: 800 images a task, of which a seed draws 200 to search
// on, 200 fresh ones and 400 to know the truth by, each class-balanced in every run of consecutive images.
//
// An image's noise is part of its model, so that an image has the same outcomes in every sample.
import { alphaSeeds, measurementOf } from '../../dist/index.js';
import { randomStream } from '../../dist/math/index.js';
import { inBlocks, meanScore } from './bits.mjs';
import { emulatorModel } from './model.mjs';

const LATENTS = 12;
const BUDGET = 100;
const SEARCH = 200;
const FRESH = 200;
const WEIGHTS = { clean: 0.5, robust: 0.5 };

/**
 * The emulator of a task with the images of a seed; about 0.3 ms an evaluation.
 *
 * - `outcomes(alphas, images)`: bits { clean, robust } of any images by number, 0 to 799.
 * - `searchImages`, `freshImages`, `heldOutImages`: numbers of images; `labels`: class of every image; `classes`: names.
 * - `blocks(alphas, sample?)`: blocks of 25 of the search images under the sample's name; under any other name of the
 *   fresh images.
 * - `evaluate(alphas)`: their measurement on the search images. `truth(alphas)`: mean score of the held-out images.
 * - `optimum`: the greatest truth of α known to be good on all images; nothing says that there is no better one.
 * @param {'coarse' | 'fine'} task
 * @param {number} seed
 */
export function emulatorProblem(task, seed) {
  const model = emulatorModel(task);
  const order = classBalanced(model.labels, task, seed);
  const searchImages = order.slice(0, SEARCH);
  const freshImages = order.slice(SEARCH, SEARCH + FRESH);
  const heldOutImages = order.slice(SEARCH + FRESH);
  const ownSample = `emulator/${task}/${seed}`;
  const blocks = (alphas, sample = ownSample) => {
    const images = sample === ownSample ? searchImages : freshImages;
    return inBlocks(model.outcomes(alphas, images), sample);
  };
  const truth = (alphas) => meanScore(model.outcomes(alphas, heldOutImages));
  return {
    name: `emulator-${task}`,
    dimension: LATENTS,
    direction: 'maximize',
    optimum: Math.max(...model.facts.good.map(truth)),
    budget: BUDGET,
    alphas: true,
    seedPoints: alphaSeeds(LATENTS),
    weights: WEIGHTS,
    sample: ownSample,
    classes: model.facts.classes,
    labels: model.labels,
    searchImages,
    freshImages,
    heldOutImages,
    outcomes: model.outcomes,
    blocks,
    evaluate: (alphas) => measurementOf(blocks(alphas), WEIGHTS),
    truth,
  };
}

/** All images: classes in one keyed cycle, the images of a class in keyed order. */
function classBalanced(labels, task, seed) {
  const classes = Math.max(...labels) + 1;
  const cycle = randomStream('emulator-images', task, seed, 'classes').permutation(classes);
  const members = Array.from(cycle, (label) => {
    const own = [...labels.keys()].filter((image) => labels[image] === label);
    const shuffled = randomStream('emulator-images', task, seed, 'class', label).permutation(own.length);
    return Array.from(shuffled, (at) => own[at]);
  });
  return Array.from(labels, (_, at) => members[at % classes][Math.floor(at / classes)]);
}
