// Our side of bench/attacks.mjs, one runtime in a process of its own: node attacks-runtime.mjs <backend> <workers>.
// Reads one JSON request a line on stdin and answers one line on stdout, as attacks-torch.py does. The time is that of
// runAttack: clean images judged, attacked, and judged again as float32 and 8-bit.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  attackDistances,
  bareClassifier,
  chooseImages,
  createAttack,
  loadImagePool,
  openModel,
  openRuntime,
  openWorkerPool,
  readModelManifest,
  runAttack,
} from '../dist/objective/index.js';

const MODEL = 'fashion-mnist';
const [backend, workers] = [process.argv[2], Number(process.argv[3])];
const { choice } = JSON.parse(
  readFileSync(new URL('../test/fixtures/attacks/images.json', import.meta.url), 'utf8'),
);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Classifier and images of a task: on this thread, or on a pool of workers. */
async function openTask(task, runtime) {
  if (runtime === undefined) {
    const pool = await openWorkerPool({ workers, model: MODEL, task, backend });
    return { classifier: pool.classifier, runtime: `${pool.runtime}, ${workers} workers` };
  }
  const model = await openModel(MODEL, { runtime, task });
  const classifier = bareClassifier({ runtime, classifier: model.classifier });
  return { classifier, runtime: runtime.description };
}

async function imagesOf(task) {
  const { folder, manifest } = await readModelManifest(MODEL);
  const pool = await loadImagePool(`${folder}/${manifest.images.file}`);
  const { classes, fromFine } = manifest.tasks[task];
  return chooseImages(pool, { ...choice, task: { name: task, classes, fromFine } });
}

/** CPU (user and system, all threads) and wall seconds of a task. */
async function timed(task) {
  const [before, began] = [process.cpuUsage(), performance.now()];
  const value = await task();
  const { user, system } = process.cpuUsage(before);
  return { value, cpu: (user + system) / 1e6, wall: (performance.now() - began) / 1000 };
}

const CHARACTER = { 'clean-error': 'x', success: '1', failure: '0' };

async function answer({ classifier }, all, entry) {
  const ball = entry.bound === undefined ? {} : { [`${entry.norm}Bound`]: entry.bound };
  const { value, cpu, wall } = await timed(() =>
    runAttack({
      attack: createAttack({ ...entry.ours, ...ball }),
      model: classifier,
      images: all.pixels.slice(0, entry.images * classifier.pixels),
      labels: all.labels.slice(0, entry.images),
      ids: all.ids.slice(0, entry.images),
      seed: 1,
    }),
  );
  const { perImage } = value;
  const sum = (what) => perImage.reduce((total, { tally }) => total + tally[what], 0) / perImage.length;
  const cost = { queries: sum('queries'), gradients: sum('gradients') };
  if (entry.bound !== undefined) {
    return { cpu, wall, cost, fooled: perImage.map(({ outcome }) => CHARACTER[outcome]).join('') };
  }
  const norms = attackDistances(perImage).map(({ distance }) => (distance === Infinity ? null : distance));
  return { cpu, wall, cost, norms };
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { tasks } = JSON.parse((await lines.next()).value);
const runtime = workers > 1 ? undefined : await openRuntime({ backend });
const opened = {};
for (const task of tasks)
  opened[task] = { side: await openTask(task, runtime), images: await imagesOf(task) };
say({ runtime: opened[tasks[0]].side.runtime });
for await (const line of lines) {
  const entry = JSON.parse(line);
  const { side, images } = opened[entry.task];
  say(await answer(side, images, entry));
}
process.exit(0);
