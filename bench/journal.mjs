// How long a journal of 10,000 trials takes to open, and how that compares with plain JSON.parse of the same file.
//
//   npm run build && node bench/journal.mjs [--trials 10000] [--latents 18] [--images 200]
//
// Every trial has an ask with a point and fitted hyper-parameters, one block of clean and robust bits, and a tell. Times
// are CPU of this process; the ratio is what to watch, as machines differ. The last line is the cost of one append,
// which waits for the disk.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  alphaSpace,
  createMemoryStorage,
  createStudy,
  measurementOf,
  openJournal,
  readStudy,
} from '../dist/index.js';
import { encodeLine } from '../dist/storage/journal-line.js';
import { quantile } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    trials: { type: 'string', default: '10000' },
    latents: { type: 'string', default: '18' },
    images: { type: 'string', default: '200' },
  },
});
const [trials, latents, images] = [options.trials, options.latents, options.images].map(Number);
const REPEATS = 7;
const APPENDS = 200;

/** A fraction with 15 to 17 digits, as points and hyper-parameters have. */
const fraction = (i) => (Math.sin(i + 1) + 1) / 2;
const bits = (from) =>
  Array.from({ length: images }, (_, i) => (fraction(from + i) < 0.7 ? '1' : '0')).join('');

async function makeRecords() {
  const storage = createMemoryStorage();
  await createStudy({ space: alphaSpace(latents), storage, policy: 'random' });
  const records = [...storage.read()];
  for (let trial = 0; trial < trials; trial++) {
    const numbers = (length, at) => Array.from({ length }, (_, i) => fraction(trial * 97 + at + i));
    const memo = { fit: { n: trial, lengthscales: numbers(latents, 40), outputScale: fraction(trial) } };
    const outcomes = { clean: bits(trial), robust: bits(trial + 7) };
    const block = { sample: 'search', block: 0, outcomes };
    const owner = storage.token;
    records.push({ kind: 'ask', trial, unit: numbers(latents, 0), owner, origin: { by: 'bayes' }, memo });
    records.push({ kind: 'report', trial, block, decision: 'continue' });
    records.push({ kind: 'tell', trial, state: 'complete', outcome: measurementOf([block]) });
  }
  return records;
}

/** Median CPU milliseconds of a task. */
function cpu(task) {
  const times = Array.from({ length: REPEATS }, () => {
    const before = process.cpuUsage();
    task();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return quantile(times, 0.5);
}

async function appendTimes(folder, record) {
  const storage = await openJournal(folder);
  const times = [];
  for (let i = 0; i < APPENDS; i++) {
    const before = performance.now();
    await storage.append(record);
    times.push(performance.now() - before);
  }
  await storage.close();
  return times;
}

const folder = mkdtempSync(join(tmpdir(), 'bo-search-bench-'));
try {
  const records = await makeRecords();
  const file = join(folder, 'study.jsonl');
  writeFileSync(file, Buffer.concat(records.map((record, seq) => encodeLine(record, seq))));
  const megabytes = readFileSync(file).length / 1e6;
  const open = cpu(() => readStudy(folder));
  const parse = cpu(() =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  );
  console.log(`${trials} trials, ${records.length} records, ${megabytes.toFixed(1)} MB`);
  console.log(`open and replay  ${open.toFixed(0)} ms CPU`);
  console.log(`JSON.parse alone ${parse.toFixed(0)} ms CPU`);
  console.log(`ratio            ${(open / parse).toFixed(2)}`);
  const times = await appendTimes(join(folder, 'appends'), records[2]);
  console.log(
    `one append       ${quantile(times, 0.5).toFixed(2)} ms median, ${quantile(times, 0.95).toFixed(2)} ms p95`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
