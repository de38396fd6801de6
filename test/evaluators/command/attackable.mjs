/**
 * An evaluator that can be attacked, exactly: `node attackable.mjs '<plan as JSON>'`.
 *
 * Images (2, 2, 1), classes 3. With a = attenuation·α_0, or 0 without α: z_k = (1 − a)·w_k·x + b_k + a·noise, where noise
 * in (−1, 1) follows (key, purification, image id, class); logits are the mean over K. Input noise of norm r adds
 * r·noise to every logit. Plan, all optional: `say` changes of the description; `log` a file that gets a line for each
 * start and request; `faults` by the number of the request after the description, from 0, counted over all processes with a
 * log, and `always` for all; `sharedPixels` gives all sets the same images; `wrong` names a lie: gradient, draws, batch,
 * choice, deaf.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export const WEIGHTS = [
  [1, -2, 0.5, 0],
  [-1, 1, 0, 2],
  [0.25, 0.5, -1, -1],
];
export const BIAS = [0.5, -0.5, 0.25];

const plan = JSON.parse(process.argv[2] ?? '{}');
const log = (line) => plan.log !== undefined && appendFileSync(plan.log, `${line}\n`);
const asked = () =>
  plan.log !== undefined && existsSync(plan.log)
    ? readFileSync(plan.log, 'utf8')
        .split('\n')
        .filter((line) => /^(images|logits|vjp)/.test(line)).length
    : 0;
let count = asked();
log('start');

const toText = (values) => Buffer.from(Float32Array.from(values).buffer).toString('base64');
const fromText = (text) => {
  const bytes = Buffer.from(text, 'base64');
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
};

/** In [0, 1), of a key alone. */
function luck(...key) {
  let hash = 2166136261;
  for (const code of Buffer.from(JSON.stringify(key))) hash = Math.imul(hash ^ code, 16777619) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
const pixelsOf = (set, i) =>
  Array.from({ length: 4 }, (_, j) => luck(plan.sharedPixels === true ? '' : set, i, j));
const scores = (x) => WEIGHTS.map((w, k) => dot(w, x) + BIAS[k]);
/** Every fifth label is wrong. */
const labelOf = (set, i) => {
  const z = scores(pixelsOf(set, i));
  return (z.indexOf(Math.max(...z)) + (i % 5 === 4 ? 1 : 0)) % 3;
};

let calls = 0;
/** What noise follows beside its key. */
const lie = (row) => (plan.wrong === 'draws' ? [(calls += 1)] : plan.wrong === 'batch' ? [row] : []);

function logitsOf({ model, draw, ids, images }) {
  const { alphas, purifications: K, defence } = model;
  if (alphas?.includes(0.123)) throw new Error('this α is not liked');
  const a = defence.attenuation * (alphas?.[0] ?? 0);
  const r = defence.noise?.l2Norm ?? 0;
  const x = fromText(images);
  return ids.flatMap((id, row) =>
    scores(x.slice(4 * row, 4 * row + 4)).map((z, k) => {
      let noise = 0;
      for (let p = draw.index * K; p < (draw.index + 1) * K; p += 1)
        noise += (2 * luck(draw.key, plan.wrong === 'deaf' ? 0 : p, id, k, ...lie(row)) - 1) / K;
      return (1 - a) * (z - BIAS[k]) + BIAS[k] + (a + r) * noise;
    }),
  );
}

function gradientOf({ model, ids, cotangent }) {
  const c = fromText(cotangent);
  const a = model.defence.attenuation * (model.alphas?.[0] ?? 0);
  return ids.flatMap((_, row) =>
    [0, 1, 2, 3].map(
      (j) =>
        (plan.wrong === 'gradient' ? 1 : 1 - a) *
        WEIGHTS.reduce((sum, w, k) => sum + c[3 * row + k] * w[j], 0),
    ),
  );
}

const DESCRIPTION = {
  kind: 'description',
  protocol: 1,
  evaluator: { name: 'attackable', version: '1' },
  model: { name: 'affine', hash: `sha256:${'5'.repeat(64)}` },
  latents: [{ name: 'a' }, { name: 'b' }],
  classes: ['cat', 'dog', 'owl'],
  sets: [
    { name: 'search', images: 30 },
    { name: 'heldOut', images: 24 },
  ],
  can: ['cancel', 'no-defence'],
  attackable: { shape: [2, 2, 1], dtype: 'float32', gradients: true, draws: true },
  ...plan.say,
};

const ANSWERS = {
  describe: () => DESCRIPTION,
  images: ({ set, from, to }) => {
    const rows = Array.from({ length: to - from }, (_, i) => (plan.wrong === 'choice' ? i : from + i));
    return {
      kind: 'pixels',
      ids: rows.map((i) => `${set} ${i}`),
      labels: rows.map((i) => labelOf(set, i)),
      pixels: toText(rows.flatMap((i) => pixelsOf(set, i))),
    };
  },
  logits: (request) => ({ kind: 'scores', logits: toText(logitsOf(request)) }),
  vjp: (request) => ({
    kind: 'gradient',
    logits: toText(logitsOf(request)),
    gradient: toText(gradientOf(request)),
  }),
};

/** What is wrong with an answer, by name. */
const FAULTS = {
  dies: () => process.exit(9),
  few: (reply) => ({ ...reply, ids: reply.ids?.slice(1), logits: reply.logits?.slice(8) }),
  'few-gradients': (reply) => ({ ...reply, gradient: reply.gradient.slice(8) }),
  'no-base64': (reply) => ({ ...reply, logits: reply.logits.replace(/./, '!') }),
  'odd-label': (reply) => ({ ...reply, labels: reply.labels.map(() => 3) }),
  'odd-pixels': (reply) => ({ ...reply, pixels: toText(reply.ids.flatMap(() => [0, 1, 1.5, 0])) }),
  nan: (reply) => ({ ...reply, ...(reply.logits && { logits: toText(fromText(reply.logits).fill(NaN)) }) }),
  'no-gradient': (reply) => ({ ...reply, gradient: toText(fromText(reply.gradient).fill(NaN)) }),
  hangs: () => undefined,
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  const { id, kind } = request;
  if (kind === 'cancel')
    return void process.stdout.write(`${JSON.stringify({ id: request.of, kind: 'cancelled' })}\n`);
  log(`${kind}${request.ids === undefined ? '' : ` ${request.ids.length} ${request.draw.index}`}`);
  let reply;
  try {
    reply = ANSWERS[kind](request);
  } catch (error) {
    reply = { kind: 'error', message: error.message };
  }
  if (/^(images|logits|vjp)$/.test(kind)) {
    const fault = plan.faults?.[count] ?? plan.always;
    count += 1;
    if (fault !== undefined) {
      reply = FAULTS[fault](reply);
      if (reply === undefined) return;
    }
  }
  process.stdout.write(`${JSON.stringify({ id, ...reply })}\n`);
});
