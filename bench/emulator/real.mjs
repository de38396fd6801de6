// The real objective of the bundled model as a problem of the arena, judged by serve.py: bit for bit what
// `bo-search run examples/fashion-mnist/<task>.yaml` gives with the same seed, at less than half of its cost.
//
// Everything that asks the model answers with a promise. BENCH_PYTHON names a Python that has bench/emulator/requirements.txt.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { alphaSeeds, measurementOf } from '../../dist/index.js';
import { BLOCK_IMAGES, inBlocks, meanScore } from './bits.mjs';

const SERVER = fileURLToPath(new URL('serve.py', import.meta.url));
const LATENTS = 12;
const BUDGET = 100;
const IMAGES = 200;
const WEIGHTS = { clean: 0.5, robust: 0.5 };

/**
 * The objective of a task under a seed; its images are made (attacked, encoded) before this answers.
 *
 * `blocks(alphas, { sample = 0, from = 0, to = 200 })` judges blocks of 25 images: sample 0 is the search's own 200
 * images, sample 1, 2, … the next 200 each; `truth(alphas)` is the mean score of the 1,000 held-out images.
 * @param {'coarse' | 'fine'} task
 * @param {number} seed
 * @param {{ python?: string }} [options]
 */
export async function realProblem(task, seed, { python = process.env.BENCH_PYTHON ?? 'python3' } = {}) {
  const server = serve(python);
  await server.ask({ begin: { task, seed } });
  const outcomes = async (alphas, { sample = 0, from = 0, to = IMAGES } = {}) => {
    const answer = await server.ask({ evaluate: { alphas: [...alphas], sample, from, to } });
    return answer.outcomes;
  };
  const blocks = async (alphas, options = {}) => {
    const { sample = 0, from = 0 } = options;
    const name = `real/${task}/${seed}${sample === 0 ? '' : `/${sample}`}`;
    return inBlocks(await outcomes(alphas, options), name, from / BLOCK_IMAGES);
  };
  const heldOut = async (alphas) => (await server.ask({ heldOut: { alphas: [...alphas] } })).outcomes;
  return {
    name: `real-${task}`,
    dimension: LATENTS,
    direction: 'maximize',
    optimum: undefined,
    budget: BUDGET,
    alphas: true,
    seedPoints: alphaSeeds(LATENTS),
    weights: WEIGHTS,
    outcomes,
    blocks,
    heldOut,
    evaluate: async (alphas) => measurementOf(await blocks(alphas), WEIGHTS),
    truth: async (alphas) => meanScore(await heldOut(alphas)),
    close: server.close,
  };
}

/** A child process that answers one line with one line, in order. */
function serve(python) {
  const child = spawn(python, ['-W', 'ignore', SERVER], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  const waiting = [];
  const end = (error) => {
    for (const { fail } of waiting.splice(0)) fail(error);
  };
  child.on('error', end);
  child.on('close', (code) => end(new Error(`${SERVER}: ended with exit code ${code}`)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line);
    const { done, fail } = waiting.shift();
    if (answer.error === undefined) done(answer);
    else fail(new Error(answer.error));
  });
  return {
    ask: (request) =>
      new Promise((done, fail) => {
        waiting.push({ done, fail });
        child.stdin.write(`${JSON.stringify(request)}\n`);
      }),
    close: () => child.stdin.end(),
  };
}
