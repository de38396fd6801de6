// Our attacks against the same attacks of foolbox and pyautoattack on PyTorch: images a second, and what they find.
//
//   npm run bench:attacks -- [--rounds 3] [--images 32] [--python attacks-env/bin/python] [--out bench/results/attacks.json]
//   npm run bench:attacks -- --compare [--tasks coarse,fine] [--only deepfool,fab-l2] [--images 64] [--out …]
//
// Attacks, settings and images are the `full` ones of test/fixtures/attacks/plan.json on the bundled coarse classifier,
// at the middle of three bounds. Each runtime is a process and they take turns attack by attack, so that a busy machine
// slows all alike; ratios are of CPU-seconds (user + system of the process), medians over rounds. Ours includes judging
// the images before and after; theirs is the attack alone. --compare measures no time: it holds ours to full.json, at all
// bounds. Results of both are kept side by side in one file. Without --python, an environment is made in
// temp/attacks-venv.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { boundsAgreement, normsAgreement } from './attacks-agreement.mjs';
import { about, summary } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    images: { type: 'string' },
    python: { type: 'string' },
    compare: { type: 'boolean', default: false },
    tasks: { type: 'string', default: 'coarse,fine' },
    only: { type: 'string' },
    out: { type: 'string' },
  },
});
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const readJson = (path) => JSON.parse(readFileSync(at(path), 'utf8'));

/** JavaScript alone is slow: one image, once, and no attack of hundreds of rounds. */
const SLOW = { cpu: { images: 1, rounds: 1, attacks: ['fgsm-l2', 'deepfool', 'pgd-l2', 'pgd-linf'] } };

const isWanted = ({ ours }) => options.only === undefined || options.only.split(',').includes(ours.name);
const imagesOf = (entry) => Math.min(entry.images, Number(options.images ?? entry.images));
const titleOf = ({ ours: { name, loss, targeted } }) =>
  [name, loss, targeted && 'targeted'].filter(Boolean).join(' ');

function pythonOf() {
  if (options.python !== undefined) return options.python;
  const folder = at('../temp/attacks-venv');
  const python = join(folder, 'bin/python');
  const run = (command, args) => {
    const { status } = spawnSync(command, args, { stdio: 'inherit' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  };
  if (!existsSync(python)) run('python3', ['-m', 'venv', folder]);
  const has = spawnSync(python, ['-c', 'import torch, safetensors, foolbox, pyautoattack']).status === 0;
  const files = ['../training/requirements.txt', '../test/fixtures/attacks/requirements.txt'];
  if (!has) run(python, ['-m', 'pip', 'install', '-q', ...files.flatMap((file) => ['-r', at(file)])]);
  return python;
}

/** A process that answers a line for a line. */
function startSide(name, command, args, setup) {
  const env = { ...process.env, OMP_NUM_THREADS: '1' };
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended without an answer`);
    return JSON.parse(value);
  };
  return { name, ask, opened: ask(setup), close: () => child.stdin.end() };
}

const ourSide = (name, setup) => {
  const [backend, workers = '1'] = name.split('-');
  return startSide(name, process.execPath, [at('attacks-runtime.mjs'), backend, workers], setup);
};

/** Every entry of full.json with ours on the same images: how far the two are apart. */
async function compare() {
  const { versions, runs } = readJson('../test/fixtures/attacks/full.json');
  const tasks = options.tasks.split(',');
  const side = ourSide('wasm', { tasks });
  const rows = [];
  try {
    const { runtime } = await side.opened;
    for (const run of runs.filter((one) => tasks.includes(one.task) && isWanted(one))) {
      const images = imagesOf(run);
      const { norms, fooled, ...entry } = run;
      const row = {
        task: run.task,
        attack: titleOf(run),
        settings: run.ours,
        reference: run.reference,
        images,
      };
      if (norms !== undefined) {
        const ours = await side.ask({ ...entry, images });
        rows.push({ ...row, ...normsAgreement(ours.norms, norms.slice(0, images)) });
      } else {
        const bounds = {};
        for (const bound of run.bounds) {
          const ours = await side.ask({ ...entry, images, bound });
          bounds[bound] = boundsAgreement(ours.fooled, fooled[bound][0].slice(0, images));
        }
        rows.push({ ...row, norm: run.norm, bounds });
      }
      console.error(JSON.stringify(rows.at(-1)));
    }
    return { versions, runtime, rows };
  } finally {
    side.close();
  }
}

/** Images a second of every attack on every runtime, and of its public counterpart. */
async function measure() {
  const plan = readJson('../test/fixtures/attacks/plan.json').full;
  // of two settings of one attack the first: the other one is for comparing
  const titles = plan.map((entry) => entry.task + titleOf(entry));
  const entries = plan
    .filter((entry, i) => entry.task === 'coarse' && titles.indexOf(titles[i]) === i && isWanted(entry))
    .map(({ bounds, ...entry }) => ({
      ...entry,
      images: imagesOf(entry),
      ...(bounds && { bound: bounds[1] }),
    }));
  const rounds = Number(options.rounds);
  const setup = { tasks: ['coarse'] };
  const sides = [
    startSide('torch', pythonOf(), [at('attacks-torch.py')], setup),
    ...['wasm', 'wasm-2', 'cpu'].map((name) => ourSide(name, setup)),
  ];
  try {
    const runtimes = {};
    for (const side of sides) runtimes[side.name] = (await side.opened).runtime;
    const warm = { ...entries[0], images: 2 };
    for (const side of sides) await side.ask(warm);
    const rows = [];
    for (const entry of entries) {
      const answers = Object.fromEntries(sides.map(({ name }) => [name, []]));
      for (let round = 0; round < rounds; round += 1) {
        for (const side of sides) {
          const slow = SLOW[side.name];
          const isLeftOut = slow !== undefined && !slow.attacks.includes(entry.ours.name);
          if (isLeftOut || round >= (slow?.rounds ?? rounds)) continue;
          const images = Math.min(slow?.images ?? entry.images, entry.images);
          answers[side.name].push({ images, ...(await side.ask({ ...entry, images })) });
        }
      }
      rows.push(rowOf(entry, answers));
      console.error(JSON.stringify(rows.at(-1)));
    }
    return { settings: { rounds, images: options.images ?? 'all' }, runtimes, attacks: rows };
  } finally {
    for (const side of sides) side.close();
  }
}

function rowOf(entry, answers) {
  const perCpuSecond = (list) => list.map(({ images, cpu }) => images / cpu);
  const perSecond = (list) => list.map(({ images, wall }) => images / wall);
  const theirs = perCpuSecond(answers.torch);
  const [ours, reference] = [answers.wasm[0], answers.torch[0]];
  const runtimes = Object.fromEntries(
    Object.entries(answers)
      .filter(([, list]) => list.length > 0)
      .map(([name, list]) => [
        name,
        {
          images: list[0].images,
          perCpuSecond: summary(perCpuSecond(list)),
          perSecond: summary(perSecond(list)),
          ...(name === 'torch' || SLOW[name] !== undefined
            ? {}
            : { ofTorch: summary(perCpuSecond(list).map((value, i) => value / theirs[i])) }),
          ...(name === 'wasm-2'
            ? {
                wallOfOneWorker: summary(
                  perSecond(list).map((value, i) => value / perSecond(answers.wasm)[i]),
                ),
              }
            : {}),
        },
      ]),
  );
  return {
    attack: titleOf(entry),
    settings: entry.ours,
    ...(entry.bound === undefined ? {} : { bound: entry.bound }),
    reference: entry.reference,
    perImage: ours.cost,
    agreement:
      entry.bound === undefined
        ? normsAgreement(ours.norms, reference.norms)
        : boundsAgreement(ours.fooled, reference.fooled),
    runtimes,
  };
}

const short = (x) => Number(x.toPrecision(3));
const kept =
  options.out !== undefined && existsSync(options.out) ? JSON.parse(readFileSync(options.out, 'utf8')) : {};
/** Rows of earlier comparisons stay where this one did not make them anew. */
function withEarlierRows(compared, earlier) {
  const keyOf = ({ task, settings }) => JSON.stringify([task, settings]);
  const made = new Set(compared.rows.map(keyOf));
  return { ...compared, rows: [...earlier.filter((row) => !made.has(keyOf(row))), ...compared.rows] };
}

const result = options.compare
  ? { compared: withEarlierRows(await compare(), kept.compared?.rows ?? []) }
  : { about: about(), measured: await measure() };
for (const { attack, runtimes } of result.measured?.attacks ?? []) {
  const { wasm, torch } = runtimes;
  console.log(
    `${attack.padEnd(24)} wasm ${short(wasm.perCpuSecond.median)} images/CPU-s, ${short(wasm.ofTorch.median)} of torch (${short(torch.perCpuSecond.median)}), two workers ${short(runtimes['wasm-2'].wallOfOneWorker.median)}x (wall)`,
  );
}
if (options.out !== undefined)
  writeFileSync(options.out, `${JSON.stringify({ ...kept, ...result }, null, 2)}\n`);
