/**
 * A whole evaluator for bo-search in Node, with all that the protocol knows: samples, progress, cancel, no defence.
 * The model and its images are made up: image i of a set is judged rightly where its luck is below the ease of α.
 */
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setImmediate as breathe } from 'node:timers/promises';

const BEST = [0.7, 0.2, 0.5];
const IMAGES = 200;
const CLASSES = ['cat', 'dog'];

const digest = (...key) => createHash('sha256').update(JSON.stringify(key));
const hashOf = (...key) => `sha256:${digest(...key).digest('hex')}`;
/** A number in [0, 1) that follows its key alone: the same in every process and for every α. */
const luck = (...key) =>
  digest(...key)
    .digest()
    .readUIntBE(0, 6) /
  2 ** 48;

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const cancelled = new Set();

const answers = {
  describe: () => ({
    kind: 'description',
    protocol: 1,
    evaluator: { name: 'toy', version: '1' },
    model: { name: 'toy', hash: hashOf(BEST, IMAGES) },
    latents: [{ name: 'coarse' }, { name: 'middle' }, { name: 'fine' }],
    classes: CLASSES,
    sets: ['search', 'heldOut'].map((name) => ({ name, images: IMAGES })),
    can: ['sample', 'cancel', 'no-defence'],
  }),

  sample: ({ sample }) => {
    const ids = choose(sample);
    const labels = ids.map((id) => Math.floor(luck(id, 'class') * CLASSES.length));
    return { kind: 'sampled', images: ids.length, hash: hashOf(ids, labels), ids, labels };
  },

  evaluate: async ({ id, sample, alphas, block }) => {
    if (alphas !== null && alphas.length !== BEST.length)
      throw new RangeError(`expected ${BEST.length} alphas, got ${alphas.length}`);
    // with every α = 0 no noise is drawn
    const key = alphas?.some((alpha) => alpha > 0) ? sample.noiseKey : '';
    const ids = choose(sample).slice(block.from, block.to);
    const reply = { kind: 'outcomes', ...Object.fromEntries(sample.parts.map((part) => [part, ''])) };
    for (const [i, image] of ids.entries()) {
      for (const part of sample.parts) {
        reply[part] += luck(key, part, image) < easeOf(alphas, part) ? '1' : '0';
      }
      if (i % 50 === 49) say({ id, kind: 'progress', done: i + 1, of: ids.length });
      await breathe(); // lets a cancel in
      if (cancelled.delete(id)) return { kind: 'cancelled' };
    }
    return reply;
  },
};

function choose({ set, images, seed }) {
  const all = Array.from({ length: IMAGES }, (_, i) => `${set}/${i}`);
  const place = new Map(all.map((image) => [image, luck(seed, image)]));
  return all.sort((a, b) => place.get(a) - place.get(b)).slice(0, images);
}

function easeOf(alphas, part) {
  if (alphas === null) return part === 'clean' ? 1 : 0.1;
  const distance = alphas.reduce((sum, alpha, i) => sum + (alpha - BEST[i]) ** 2, 0);
  return (part === 'clean' ? 1 : 0.8) - distance;
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  if (request.kind === 'cancel') {
    cancelled.add(request.of);
    return;
  }
  // a cancel that came after the answer is of no use any more
  cancelled.clear();
  Promise.resolve(request)
    .then((asked) => answers[asked.kind](asked))
    .catch((error) => ({ kind: 'error', message: String(error) }))
    .then((reply) => say({ id: request.id, ...reply }));
});
