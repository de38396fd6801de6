// The problems of the arena by name: each, under a seed, moved and permuted, the same for every method.
//
// Nobody sees more of a problem than `evaluate` gives: ours gets the outcome, rivals its number (`observedValue`).
import { alphaSeeds, measurementOf } from '../../../dist/index.js';
import { randomStream } from '../../../dist/math/index.js';
import { ackley, binomialAlpha, embeddedHartmann6, hartmann6, levy } from '../../problems/functions.mjs';
import { placed } from '../../problems/placed.mjs';
import { BLOCK_IMAGES, IMAGES, sharedImages } from './shared-images.mjs';

/**
 * @typedef {import('../../../dist/index.js').OutcomeBlock} OutcomeBlock
 * @typedef {object} ArenaProblem
 * @property {string} name
 * @property {number} dimension
 * @property {'minimize' | 'maximize'} direction
 * @property {number} optimum - best noise-free value there is, or is known.
 * @property {number} budget - evaluations of a run.
 * @property {boolean} alphas - whether it is like a search for α: then there are seed points.
 * @property {readonly { label: string, values: readonly number[] }[]} seedPoints
 * @property {{ clean: number, robust: number }} [weights] - of the score, where there are blocks.
 * @property {(u: readonly number[], trial: number) => import('../../../dist/index.js').Outcome} evaluate - what `study.tell` takes.
 * @property {(u: readonly number[], sample?: string) => OutcomeBlock[] | Promise<OutcomeBlock[]>} [blocks] - the same
 *   outcome for `study.report`, block by block; another sample name gives fresh images.
 * @property {(u: readonly number[]) => number | Promise<number>} truth - noise-free or held-out value.
 * @property {boolean} [costlyTruth] - asked only of recommended points.
 * @property {() => void} [close] - lets go of what judges it.
 */

const PLAIN_BUDGET = 100;
const LONG_BUDGET = 300;
const ROBUST_ONLY = { clean: 0, robust: 1 };
const HARTMANN_NOISE = 0.2;

/** @type {Record<string, (seed: number) => ArenaProblem | Promise<ArenaProblem>>} */
const PROBLEMS = {
  'binomial-crn-8': (seed) => onSharedImages(8, seed),
  'binomial-crn-16': (seed) => onSharedImages(16, seed),
  'binomial-crn-24': (seed) => onSharedImages(24, seed),
  'binomial-alpha-16': (seed) => counted(16, seed, PLAIN_BUDGET),
  'binomial-alpha-24': (seed) => counted(24, seed, LONG_BUDGET),
  'hartmann-6-noisy': (seed) => noisy(hartmann6(), HARTMANN_NOISE, seed),
  'hartmann-6': (seed) => plain(hartmann6(), seed),
  'levy-16': (seed) => plain(levy(16), seed),
  'ackley-20': (seed) => plain(ackley(20), seed),
  'hartmann-6-in-30': (seed) => plain(embeddedHartmann6(30), seed),
  'emulator-coarse': (seed) => emulated('coarse', seed),
  'emulator-fine': (seed) => emulated('fine', seed),
  'real-coarse': (seed) => real('coarse', seed),
  'real-fine': (seed) => real('fine', seed),
};

/** All but the real objective, which needs a Python and minutes a run: it is named where it is wanted. */
export const PROBLEM_NAMES = Object.keys(PROBLEMS).filter((name) => !name.startsWith('real-'));

/**
 * A problem under a seed.
 * @param {string} name @param {number} seed @returns {Promise<ArenaProblem>}
 * @throws where there is no problem of that name.
 */
export async function arenaProblem(name, seed) {
  const make = PROBLEMS[name];
  if (make === undefined) {
    throw new Error(`arenaProblem: expected one of ${PROBLEM_NAMES.join(', ')}, got ${name}`);
  }
  return make(seed);
}

/** BinomialAlpha on 200 shared images; the truth is p(u), what the mean over all images there could be is. */
function onSharedImages(d, seed) {
  const here = placed({ ...binomialAlpha(d), name: `binomial-crn-${d}` }, seed);
  const samples = new Map();
  const imagesOf = (sample) => {
    if (!samples.has(sample)) samples.set(sample, sharedImages(d, [d, seed, sample]));
    return samples.get(sample);
  };
  const blocks = (u, sample = 'search') => {
    const outcomes = imagesOf(sample)(u, here.value(u));
    return Array.from({ length: IMAGES / BLOCK_IMAGES }, (_, block) => ({
      sample,
      block,
      outcomes: { robust: bits(outcomes.slice(block * BLOCK_IMAGES, (block + 1) * BLOCK_IMAGES)) },
    }));
  };
  return {
    ...described(here, PLAIN_BUDGET, true),
    weights: ROBUST_ONLY,
    blocks,
    evaluate: (u) => measurementOf(blocks(u), ROBUST_ONLY),
    truth: here.value,
  };
}

/** BinomialAlpha told as counts of independent draws. */
function counted(d, seed, budget) {
  const here = placed(binomialAlpha(d), seed);
  return {
    ...described(here, budget, true),
    evaluate: (u, trial) => ({ successes: here.count(u, trial), trials: here.images }),
    truth: here.value,
  };
}

/** A function with normal noise of its own for each trial, the same for all methods. */
function noisy(problem, sd, seed) {
  const name = `${problem.name}-noisy`;
  const here = placed({ ...problem, name }, seed);
  return {
    ...described(here, PLAIN_BUDGET, false),
    evaluate: (u, trial) => ({
      value: here.value(u) + sd * randomStream('arena-noise', name, seed, trial).normal(),
    }),
    truth: here.value,
  };
}

function plain(problem, seed) {
  const here = placed(problem, seed);
  return {
    ...described(here, PLAIN_BUDGET, false),
    evaluate: (u) => ({ value: here.value(u) }),
    truth: here.value,
  };
}

/** The emulator of the bundled objective, loaded only when it is asked for: it reads recorded outcomes. */
async function emulated(task, seed) {
  const { emulatorProblem } = await import('../../emulator/emulator.mjs');
  return emulatorProblem(task, seed);
}

/** The bundled objective itself, judged by a process of its own; its truth is 1,000 held-out images. */
async function real(task, seed) {
  const { realProblem } = await import('../../emulator/real.mjs');
  const problem = await realProblem(task, seed);
  const numbers = new Map([[undefined, 0]]);
  const blocks = (u, sample) => {
    if (!numbers.has(sample)) numbers.set(sample, numbers.size);
    return problem.blocks(u, { sample: numbers.get(sample) });
  };
  return { ...problem, blocks, costlyTruth: true };
}

function described({ name, dimension, direction, optimum }, budget, alphas) {
  return {
    name,
    dimension,
    direction,
    optimum,
    budget,
    alphas,
    seedPoints: alphas ? alphaSeeds(dimension) : [],
  };
}

function bits(outcomes) {
  return outcomes.map((right) => (right ? '1' : '0')).join('');
}
