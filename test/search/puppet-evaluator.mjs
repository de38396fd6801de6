// An evaluator for tests: image i is judged right where its own threshold is above the distance of α from a target.
// Argument: JSON { latents, can, labels, hash, images, log, dies }. `hash`, `images`: a digit that names the model, and
// the images of every sample. `dies`: a file; where it is there, it is removed and the process ends
// in the middle of an evaluation.
import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const {
  latents = 4,
  can = ['sample', 'no-defence'],
  labels = true,
  hash = 'a',
  images = '',
  log,
  dies,
} = JSON.parse(process.argv[2] ?? '{}');
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const share = (i, k) => ((i * 7919 + k * 104729) % 1009) / 1009;

function bits(alphas, { from, to }, part, weight) {
  const target = (j) => (j + 1) / (latents + 1);
  const away = alphas.reduce((sum, alpha, j) => sum + Math.abs(alpha - target(j)), 0) / latents;
  let text = '';
  for (let i = from; i < to; i++) text += share(i, part) > weight * away ? '1' : '0';
  return text;
}

function answer(request) {
  const { id, kind } = request;
  if (kind === 'describe') {
    return say({
      id,
      kind: 'description',
      protocol: 1,
      evaluator: { name: 'puppet', version: '1' },
      model: { name: 'toy', hash: `sha256:${hash.repeat(64)}` },
      latents: Array.from({ length: latents }, (_, j) => ({ name: `z${j}` })),
      classes: ['left', 'right'],
      sets: [
        { name: 'search', images: 24 },
        { name: 'heldOut', images: 40 },
      ],
      device: 'strings:0',
      can,
    });
  }
  if (kind === 'sample') {
    const { images: count, seed, attack } = request.sample;
    return say({
      id,
      kind: 'sampled',
      images: count,
      hash: `sha256:${(images || String(seed % 10)).repeat(64)}`,
      ...(labels ? { labels: Array.from({ length: count }, (_, i) => i % 2) } : {}),
      ...(attack === null ? {} : { attack: { images: count, cleanErrors: 2, successes: 9 } }),
    });
  }
  if (kind === 'evaluate') {
    const { alphas, block, sample } = request;
    const number = process.env.BO_SEARCH_PROCESS;
    const which = number === undefined ? {} : { process: number };
    if (log !== undefined) appendFileSync(log, `${JSON.stringify({ alphas, block, sample, ...which })}\n`);
    if (dies !== undefined && existsSync(dies)) {
      rmSync(dies);
      process.stderr.write('out of memory, says the puppet\n');
      process.exit(7);
    }
    const parts = Object.fromEntries(
      sample.parts.map((part) => [
        part,
        alphas === null
          ? bits([], block, 5, 0)
          : bits(alphas, block, part === 'clean' ? 1 : 2, part === 'clean' ? 1 : 2),
      ]),
    );
    return say({ id, kind: 'outcomes', ...parts });
  }
}

createInterface({ input: process.stdin }).on('line', (line) => answer(JSON.parse(line)));
