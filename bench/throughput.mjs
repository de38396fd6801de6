// Images a second of every runtime that starts here, against PyTorch eager on one thread, in the same run.
//
//   npm run bench:throughput -- [--rounds 7] [--python bench-env/bin/python] [--runtimes wasm,cpu] [--out bench/results/throughput.json]
//
// Each runtime is a process; they take turns task by task, so that a busy machine slows all alike. Ratios are of
// CPU-seconds (user + system of the process), medians over rounds; wall seconds only compare two workers with one.
// Logits and gradients are compared with PyTorch's before anything is measured. Without --python, an environment is
// made in temp/throughput-venv (torch 2.13.0 from the registry that pip is set up for). webgpu and tensorflow run where
// scripts/conformance.mjs webgpu and scripts/build-tensorflow-binding.mjs left their packages in temp/.
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chooseImages, latentNoise, loadImagePool, readModelManifest } from '../dist/objective/index.js';
import { randomStream } from '../dist/math/index.js';
import { linearSchedule } from '../dist/schedules/index.js';
import { about, summary } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    python: { type: 'string' },
    runtimes: { type: 'string', default: 'wasm,wasm-2,cpu,webgpu,tensorflow' },
    out: { type: 'string' },
  },
});
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const COUNT = 200;
const KEY = 'throughput';
const CHUNK = 100;
const RESNET_CHUNK = 32;
/** Images a request, and how often, by task: about a second each on wasm. */
const TASKS = {
  'resnet20 forward': { images: 64, chunk: RESNET_CHUNK, times: 3 },
  'resnet20 gradient': { images: 32, chunk: RESNET_CHUNK, times: 2 },
  'bundled cached': { images: COUNT, chunk: CHUNK, times: 3 },
  'bundled from pixels': { images: COUNT, chunk: CHUNK, times: 2 },
  'bundled gradient': { images: 100, chunk: CHUNK, times: 2 },
};
/** Slow runtimes get fewer images; it is images a second that count. */
const SLOW = { cpu: { images: 8, rounds: 3 }, webgpu: { images: 2, rounds: 3 } };
const COMPARED = 8;
/** Greatest difference from PyTorch: logits absolute, gradients relative in L2. */
const TOLERANCE = { logits: 1e-3, gradient: 1e-2 };

function pythonOf() {
  if (options.python !== undefined) return options.python;
  const folder = at('../temp/throughput-venv');
  const python = join(folder, 'bin/python');
  const run = (command, args) => {
    const { status } = spawnSync(command, args, { stdio: 'inherit' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  };
  if (!existsSync(python)) run('python3', ['-m', 'venv', folder]);
  const has = spawnSync(python, ['-c', 'import torch']).status === 0;
  if (!has) run(python, ['-m', 'pip', 'install', '-q', 'torch==2.13.0']);
  return python;
}

/** The script of a runtime: here, or in a copy of what it needs beside the packages of an optional backend. */
function scriptFor(backend) {
  const packages = at(`../temp/${backend}/node_modules`);
  if (!existsSync(packages)) return at('throughput-runtime.mjs');
  const copy = at(`../temp/throughput-${backend}-${process.pid}`);
  mkdirSync(join(copy, 'bench'), { recursive: true });
  cpSync(at('../dist'), join(copy, 'dist'), { recursive: true });
  for (const file of readdirSync(at('.')).filter((name) => name.endsWith('.mjs'))) {
    cpSync(at(file), join(copy, 'bench', file));
  }
  symlinkSync(packages, join(copy, 'node_modules'));
  copies.push(copy);
  return join(copy, 'bench/throughput-runtime.mjs');
}

/** SwiftShader where it is, for machines without a GPU. */
function environmentFor(backend) {
  const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
  if (backend !== 'webgpu' || !existsSync(driver)) return {};
  return { VK_ICD_FILENAMES: driver, XDG_RUNTIME_DIR: tmpdir() };
}

/** A process that answers a line for a line. */
function startSide(name, command, args, setup, environment = {}) {
  const env = { ...process.env, ...environment };
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${name} ended without an answer`);
    return JSON.parse(value);
  };
  const ask = (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return heard();
  };
  return { name, ask, opened: ask(setup), close: () => child.stdin.end() };
}

async function writeInputs(folder) {
  const model = at('../examples/fashion-mnist');
  const { manifest } = await readModelManifest(model);
  const pool = await loadImagePool(join(model, manifest.images.file));
  const { classes, fromFine } = manifest.tasks.coarse;
  const task = { name: 'coarse', classes, fromFine };
  const { ids, pixels } = chooseImages(pool, { split: 'search', count: COUNT, task, seed: 1 });
  const write = (name, values) => {
    const path = join(folder, name);
    writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return path;
  };
  const stream = randomStream('bench', 'throughput');
  const noise = manifest.latents.map(({ name, shape }, i) => {
    const size = shape.reduce((n, length) => n * length, 1);
    return write(`noise-${i}`, latentNoise({ key: KEY, purification: 0 }, name, ids, size));
  });
  return {
    model,
    ids,
    noise,
    key: KEY,
    count: COUNT,
    chunk: CHUNK,
    resnetChunk: RESNET_CHUNK,
    alphas: linearSchedule(manifest.latents.length),
    resnet: join(folder, 'resnet20.safetensors'),
    images28: write('images28', pixels.slice()),
    images32: write(
      'images32',
      Float32Array.from({ length: COUNT * 3072 }, () => stream.uniform()),
    ),
  };
}

const floats = (path) => new Float32Array(new Uint8Array(readFileSync(path)).buffer);
const norm = (values) => Math.hypot(...Array.from(values));

/** How far a side's numbers are from PyTorch's on a few images; throws where that is too far. */
async function compare(side, torch, folder) {
  const differences = {};
  for (const task of Object.keys(TASKS)) {
    const path = (who) => join(folder, `${who}-${task.replaceAll(' ', '-')}`);
    const images = side.name === 'webgpu' ? 2 : COMPARED;
    const request = { task, images, chunk: COMPARED };
    await torch.ask({ ...request, save: path('torch') });
    const { missing } = await side.ask({ ...request, save: path(side.name) });
    if (missing !== undefined) continue;
    const [expected, got] = [floats(path('torch')), floats(path(side.name))];
    if (expected.length !== got.length) throw new Error(`${side.name}: ${task}: ${got.length} numbers`);
    const off = got.map((value, i) => value - expected[i]);
    const isGradient = task.endsWith('gradient');
    const difference = isGradient ? norm(off) / norm(expected) : Math.max(...off.map(Math.abs));
    if (!(difference <= TOLERANCE[isGradient ? 'gradient' : 'logits'])) {
      throw new Error(`${side.name}: ${task}: off by ${difference}`);
    }
    differences[task] = difference;
  }
  return differences;
}

/** One measurement; images per CPU-second and per second. */
async function measure(side, task, scale) {
  const { images, chunk, times } = TASKS[task];
  const n = Math.min(images, scale?.images ?? images);
  const m = scale === undefined ? times : 1;
  const { cpu, wall, missing } = await side.ask({ task, images: n, chunk, times: m });
  return missing === undefined ? { perCpuSecond: (n * m) / cpu, perSecond: (n * m) / wall } : undefined;
}

const folder = mkdtempSync(join(tmpdir(), 'bo-search-throughput-'));
const sides = [];
const copies = [];
const results = { about: about(), settings: { rounds: Number(options.rounds), tasks: TASKS }, runtimes: {} };
try {
  const setup = await writeInputs(folder);
  const torch = startSide('torch', pythonOf(), [at('throughput-torch.py')], setup);
  results.runtimes.torch = { runtime: (await torch.opened).runtime, images: {} };
  sides.push(torch);
  for (const name of options.runtimes.split(',')) {
    const [backend, workers = '1'] = name.split('-');
    const args = [scriptFor(backend), backend, workers];
    const side = startSide(name, process.execPath, args, setup, environmentFor(backend));
    const { runtime, missing } = await side.opened;
    results.runtimes[name] = missing === undefined ? { runtime, images: {} } : { missing };
    if (missing === undefined) {
      sides.push(side);
      results.runtimes[name].differences = await compare(side, torch, folder);
    }
    console.error(name, runtime ?? `did not start: ${missing}`);
  }
  const measured = new Map();
  // Round 0 warms up and is not kept.
  for (let round = 0; round <= Number(options.rounds); round += 1) {
    for (const task of Object.keys(TASKS)) {
      for (const side of sides) {
        const scale = SLOW[side.name];
        if (scale !== undefined && round > scale.rounds) continue;
        const one = await measure(side, task, scale);
        if (one === undefined || round === 0) continue;
        const key = `${side.name}/${task}`;
        measured.set(key, [...(measured.get(key) ?? []), one]);
      }
    }
    console.error(`round ${round} of ${options.rounds}`);
  }
  for (const [key, rows] of measured) {
    const [name, task] = key.split('/');
    const torchRows = measured.get(`torch/${task}`);
    const numbers = (clock) => rows.map((row) => row[clock]);
    // Of one round: the two were measured within seconds of each other.
    const ratios = (other, clock) => rows.map((row, i) => row[clock] / other[i][clock]);
    const one = measured.get(`${name.split('-')[0]}/${task}`);
    results.runtimes[name].images[task] = {
      perCpuSecond: summary(numbers('perCpuSecond')),
      perSecond: summary(numbers('perSecond')),
      ofTorch: summary(ratios(torchRows, 'perCpuSecond')),
      ...(name.includes('-') ? { wallOfOneWorker: summary(ratios(one, 'perSecond')) } : {}),
    };
  }
} finally {
  for (const side of sides) side.close();
  for (const path of [folder, ...copies]) rmSync(path, { recursive: true, force: true });
}
const short = (x) => Number(x.toPrecision(3));
for (const [name, { images, missing }] of Object.entries(results.runtimes)) {
  if (missing !== undefined) continue;
  for (const [task, { perCpuSecond, ofTorch, wallOfOneWorker }] of Object.entries(images)) {
    const wall = wallOfOneWorker === undefined ? '' : `, ${short(wallOfOneWorker.median)}x one worker (wall)`;
    console.log(
      `${name.padEnd(10)} ${task.padEnd(20)} ${short(perCpuSecond.median)}/CPU-s, ${short(ofTorch.median)} of torch${wall}`,
    );
  }
}
if (options.out) writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`);
