// An evaluator with one fault, named by its argument; without one it is right.
import { createInterface } from 'node:readline';

const fault = process.argv[2] ?? 'none';
const LATENTS = 3;
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
let samples = 0;
let evaluations = 0;

function luck(...key) {
  let hash = 2166136261;
  for (const code of Buffer.from(JSON.stringify(key))) hash = Math.imul(hash ^ code, 16777619) >>> 0;
  return hash / 2 ** 32;
}

const answers = {
  describe: () => ({
    kind: 'description',
    protocol: 1,
    evaluator: { name: 'puppet', version: '3' },
    model: { name: 'toy', hash: `sha256:${'a'.repeat(64)}` },
    latents: Array.from({ length: LATENTS }, (_, j) => ({ name: `z${j}` })),
    classes: ['left', 'right'],
    sets: [{ name: fault === 'set' ? 'other' : 'search', images: 10 }],
    device: 'strings:0',
    can: ['sample'],
  }),
  sample: ({ sample }) => ({
    kind: 'sampled',
    images: sample.images,
    hash: `sha256:${String(fault === 'sample' ? ++samples : 1).repeat(64)}`,
  }),
  evaluate: ({ sample, alphas, block }) => {
    evaluations += 1;
    if (fault === 'dies' && evaluations === 2) {
      process.stderr.write('out of memory\n');
      process.exit(9);
    }
    if (alphas.length !== LATENTS && fault !== 'any-length') throw new Error('expected 3 alphas');
    const noise = alphas.some((alpha) => alpha > 0) || fault === 'noise' ? sample.noiseKey : '';
    const once = fault === 'moody' ? evaluations : 0;
    const bits = (part) =>
      Array.from({ length: block.to - block.from }, (_, i) =>
        luck(noise, part, once, fault === 'place' ? i : block.from + i) < 0.5 ? '1' : '0',
      ).join('');
    return { kind: 'outcomes', ...Object.fromEntries(sample.parts.map((part) => [part, bits(part)])) };
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  let reply;
  try {
    reply = answers[request.kind](request);
  } catch (error) {
    reply = { kind: 'error', message: String(error) };
  }
  say({ id: request.id, ...reply });
});
