/**
 * An evaluator that breaks on command: `node puppet.mjs '<plan as JSON>'`.
 *
 * The first α of a request, in thousandths, is its number k. Image i of [0, images) is right where (7k + 13i) mod 10 < 6
 * (clean) or < 3 (attacked). Plan, all optional: `start`, `describe`, `sample` name a fault at those moments; `faults` one
 * for each k, in block `block` of it (default 0); `log` a file that gets a line for each start and request; `say` changes
 * of the description; `slow` how it is slow at some k, see below. With a log: `lifeOf[i]` changes the plan and `hashes[i]` is the sample's in process i.
 */
import { appendFileSync, closeSync, existsSync, readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

let plan = JSON.parse(process.argv[2] ?? '{}');
const log = (line) => plan.log !== undefined && appendFileSync(plan.log, `${line}\n`);
const earlier =
  plan.log !== undefined && existsSync(plan.log)
    ? readFileSync(plan.log, 'utf8')
        .split('\n')
        .filter((line) => line === 'start').length
    : 0;
log('start');
plan = { ...plan, ...plan.lifeOf?.[earlier] };

const write = (text) => {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
  for (let from = 0; from < bytes.length;) from += writeSync(1, bytes, from);
};
const say = (message) => write(`${JSON.stringify(message)}\n`);
const cry = (text) => writeSync(2, text);
const die = (code) => process.exit(code);
const forEver = () => setInterval(() => undefined, 1000);

/** What a process does instead of answering; `answer` is what it should say. */
const FAULTS = {
  exit3: () => die(3),
  exit0: () => die(0),
  sigkill: () => process.kill(process.pid, 'SIGKILL'),
  hang: () => forEver(),
  'hang-hard': () => {
    process.on('SIGTERM', () => undefined);
    forEver();
  },
  garbage: () => write('Epoch 1/10: loss nan\n'),
  half: (answer) => {
    write(JSON.stringify(answer).slice(0, 12));
    die(1);
  },
  'short-bits': (answer) => say({ ...answer, clean: answer.clean.slice(1) }),
  'missing-part': ({ robust: _, ...answer }) => say(answer),
  'odd-bits': (answer) => say({ ...answer, clean: answer.clean.replace(/./, '2') }),
  'wrong-id': (answer) => say({ ...answer, id: answer.id + 40 }),
  'old-id': (answer) => say({ ...answer, id: answer.id - 1 }),
  'wrong-kind': (answer) => say({ id: answer.id, kind: 'cancelled' }),
  'unknown-kind': (answer) => say({ ...answer, kind: 'result' }),
  version: (answer) => say({ ...DESCRIPTION, id: answer.id, protocol: 2 }),
  error: (answer) => say({ id: answer.id, kind: 'error', message: 'no memory left' }),
  flood: () => write('x'.repeat(300_000)),
  'not-utf8': () => write(Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a])),
  nan: (answer) => write(`{"id":${answer.id},"kind":"progress","done":NaN,"of":3}\n`),
  array: () => write('[1, 2]\n'),
  'stdout-closed': () => {
    closeSync(1);
    forEver();
  },
  'stdin-closed': (answer) => {
    closeSync(0);
    say(answer);
    forEver();
  },
  'stderr-flood': () => {
    for (let i = 0; i < 3000; i++) cry(`line ${i} ${'.'.repeat(50)}\n`);
    cry('the last words');
    die(7);
  },
  twice: (answer) => write(`${JSON.stringify(answer)}\n${JSON.stringify(answer)}\n`),
};

const DESCRIPTION = {
  kind: 'description',
  protocol: 1,
  evaluator: { name: 'puppet', version: '1' },
  model: { name: 'puppet', hash: `sha256:${'0'.repeat(64)}` },
  latents: [{ name: 'a' }, { name: 'b', shape: [2, 3] }],
  classes: ['cat', 'dog'],
  sets: [{ name: 'search', images: 40 }],
  can: ['sample', 'cancel', 'no-defence'],
  ...plan.say,
};

const bits = (k, { from, to }, most) =>
  Array.from({ length: to - from }, (_, i) => ((7 * k + 13 * (from + i)) % 10 < most ? '1' : '0')).join('');

const ANSWERS = {
  describe: ({ id }) => ({ ...DESCRIPTION, id }),
  sample: ({ id, sample }) => ({
    id,
    kind: 'sampled',
    images: sample.images,
    hash: plan.hashes?.[earlier] ?? `sha256:${'1'.repeat(64)}`,
    ids: Array.from({ length: sample.images }, (_, i) => `image ${i}`),
    labels: Array.from({ length: sample.images }, (_, i) => i % 2),
    attack: { images: sample.images, cleanErrors: 1, successes: 2 },
    ...plan.sampled,
  }),
  evaluate: ({ id, sample, alphas, block }) => {
    const k = alphas === null ? 5 : Math.round(alphas[0] * 1000);
    const has = (part) => sample.parts.includes(part);
    return {
      id,
      kind: 'outcomes',
      ...(has('clean') ? { clean: bits(k, block, 6) } : {}),
      ...(has('robust') ? { robust: bits(k, block, 3) } : {}),
    };
  },
};

const faultOf = ({ kind, alphas, block }) => {
  if (kind !== 'evaluate') return plan[kind];
  const fault = plan.faults?.[alphas === null ? -1 : Math.round(alphas[0] * 1000)];
  return fault !== undefined && (fault.block ?? 0) === block.index ? fault.kind : undefined;
};

let waiting;
const cancel = ({ of }) => {
  const { id, behaviour } = waiting ?? {};
  if (id !== of || behaviour === 'deaf') return;
  if (behaviour === 'result') say(waiting.answer);
  else say({ id, kind: 'cancelled' });
  if (behaviour === 'late') setTimeout(() => say(waiting.answer), 50);
};

/** Says how far it is ten times, 0.3 s apart, and then the answer. */
const chat = (answer, done) => {
  if (done > 10) return say(answer);
  say({ id: answer.id, kind: 'progress', done, of: 10 });
  setTimeout(() => chat(answer, done + 1), 300);
};

if (plan.banner !== undefined) cry(`${plan.banner}\n`);
if (plan.start !== undefined) FAULTS[plan.start]({ id: 1 });
else {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const request = JSON.parse(line);
    log(`${request.kind}${request.task === undefined ? '' : ` ${request.task}`}`);
    if (request.kind === 'cancel') return cancel(request);
    const answer = ANSWERS[request.kind](request);
    const fault = faultOf(request);
    const slow = request.kind === 'evaluate' && plan.slow?.[Math.round((request.alphas?.[0] ?? 1) * 1000)];
    if (slow) {
      waiting = { id: request.id, answer, behaviour: slow };
      if (slow === 'chatty') return chat(answer, 1);
      say({ id: request.id, kind: 'progress', done: 1, of: 2, note: 'half way' });
    } else if (fault === undefined) {
      say(answer);
    } else {
      cry(`fault ${fault} at ${request.kind} ${request.alphas?.[0] ?? ''}\n`);
      FAULTS[fault](answer);
    }
  });
  process.stdin.on('end', () => plan.stay !== true && log('end'));
  if (plan.stay === true) forEver();
}
