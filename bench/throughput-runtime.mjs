// One runtime of bench/throughput.mjs in a process of its own: node throughput-runtime.mjs <backend> <workers>.
// Reads one JSON request a line on stdin and answers one line on stdout, as throughput-torch.py does.
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  bareClassifier,
  createDefence,
  openModel,
  openRuntime,
  openWorkerPool,
  prepareImages,
} from '../dist/objective/index.js';
import { loadResnet20 } from './resnet20.mjs';

const [backend, workers] = [process.argv[2], Number(process.argv[3])];
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const floats = (path) => {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

/** ∂/∂logits of the summed softmax cross-entropy; image b has class b mod K. */
const crossEntropy = (classes) => (logits) => {
  const slope = new Float32Array(logits.length);
  for (let from = 0; from < logits.length; from += classes) {
    const row = logits.subarray(from, from + classes);
    const top = Math.max(...row);
    const exps = Array.from(row, (value) => Math.exp(value - top));
    const total = exps.reduce((sum, e) => sum + e, 0);
    exps.forEach((e, k) => (slope[from + k] = e / total - (k === (from / classes) % classes ? 1 : 0)));
  }
  return slope;
};

/** Classifiers and purifiers: of one thread, or of a pool of workers. */
async function openSide(setup) {
  if (workers > 1) {
    const { model, chunk } = setup;
    const pool = await openWorkerPool({ workers, model, task: 'coarse', backend, chunkSize: chunk });
    const caching = (pixels, ids) => pool.prepare(pixels, ids);
    return {
      runtime: `${pool.runtime}, ${workers} workers`,
      defence: (alphas) => pool.defence(alphas),
      caching,
    };
  }
  const runtime = await openRuntime({ backend });
  const model = await openModel(setup.model, { runtime, task: 'coarse' });
  const { mlvgm, classifier, temperature } = model;
  const options = { runtime, mlvgm, classifier, temperature, chunkSize: setup.chunk };
  return {
    runtime: runtime.description,
    defence: (alphas) => createDefence({ ...options, alphas }),
    caching: (pixels, ids) => prepareImages(options, { pixels, ids }),
    resnet: (chunkSize) => bareClassifier({ runtime, classifier: loadResnet20(setup.resnet), chunkSize }),
  };
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const next = async () => {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
};

const setup = await next();
let side;
try {
  side = await openSide(setup);
} catch (error) {
  say({ missing: error.message });
  process.exit(0);
}
say({ runtime: side.runtime });

const [small, large] = [floats(setup.images28), floats(setup.images32)];
const { ids, alphas } = setup;
const zero = alphas.map(() => 0);
const resnet = side.resnet?.(setup.resnetChunk);
const [defence, still] = [side.defence(alphas), side.defence(zero)];
const prepared = new Map();
const draw = (n) => ({ key: setup.key, index: 0, imageIds: ids.slice(0, n) });

const tasks = {
  'resnet20 forward': (n) => resnet.logits(large.subarray(0, n * 3072), draw(n)),
  'resnet20 gradient': async (n) =>
    (await resnet.vjp(large.subarray(0, n * 3072), draw(n), crossEntropy(10))).gradient,
  'bundled cached': async (n) => {
    if (!prepared.has(n)) prepared.set(n, await side.caching(small.subarray(0, n * 784), ids.slice(0, n)));
    return prepared.get(n).logits(alphas, { key: setup.key, draws: 1 });
  },
  'bundled from pixels': (n) => defence.logits(small.subarray(0, n * 784), draw(n)),
  'bundled gradient': async (n) =>
    (await still.vjp(small.subarray(0, n * 784), draw(n), crossEntropy(still.classes))).gradient,
};

for (let request = await next(); request !== undefined; request = await next()) {
  const { task, images, times, save } = request;
  if (task.startsWith('resnet20') && resnet === undefined) say({ missing: 'pools open packed models only' });
  else if (save !== undefined) {
    writeFileSync(save, new Uint8Array((await tasks[task](images)).slice().buffer));
    say({});
  } else {
    const [cpu, wall] = [process.cpuUsage(), performance.now()];
    for (let i = 0; i < times; i += 1) await tasks[task](images);
    const { user, system } = process.cpuUsage(cpu);
    say({ cpu: (user + system) / 1e6, wall: (performance.now() - wall) / 1e3 });
  }
}
process.exit(0);
