// The main study: `npm run bench:study [-- --seeds 5,5 --jobs 2 --work runs/study]`, the seeds of each model.
//
// For each model, task and seed: the search of 100 evaluations, and 100 random points judged on the same search images.
// All schedules are then compared on held-out images that no choice was made on. Attack, draws and sizes are fixed in
// the YAML files of examples/fashion-mnist. Finished runs are kept, so that a study that was cut short goes on; the
// summary is written to bench/results/study.json. Standard errors over images are paired; those over seeds are of the
// means of the seeds' differences (every seed draws other images, noise and points).
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { parse, stringify } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5,5' },
    jobs: { type: 'string', default: String(Math.min(2, cpus().length)) },
    work: { type: 'string', default: join(root, 'runs/study') },
    models: { type: 'string', default: 'fashion-mnist,fashion-hvae-2' },
    tasks: { type: 'string', default: 'coarse,fine' },
  },
});
const MODELS = {
  'fashion-mnist': 'fashion-mnist',
  'fashion-hvae-2': join(root, 'bench/models/fashion-hvae-2'),
};
const models = options.models.split(',');
const counts = options.seeds.split(',').map(Number);
const seedsOf = (model) =>
  Array.from({ length: counts[models.indexOf(model)] ?? counts[0] }, (_, i) => i + 1);
const work = resolve(options.work);

/** Every run of the study, model by model: the random controls, then the searches. */
function plan() {
  const runs = [];
  for (const model of models) {
    for (const policy of ['random', 'bayes']) {
      for (const seed of seedsOf(model)) {
        for (const task of options.tasks.split(',')) runs.push({ model, task, seed, policy });
      }
    }
  }
  return runs;
}

const folderOf = ({ model, task, seed, policy }) => join(work, model, task, `seed-${seed}`, policy);

function writeConfig(run) {
  const base = parse(readFileSync(join(root, `examples/fashion-mnist/${run.task}.yaml`), 'utf8'));
  const search = { ...base.search, policy: run.policy, seeds: run.policy === 'bayes' };
  mkdirSync(folderOf(run), { recursive: true });
  const file = join(folderOf(run), 'search.yaml');
  writeFileSync(file, stringify({ ...base, model: MODELS[run.model], seed: run.seed, search }));
  return file;
}

function carryOut(run) {
  const out = join(folderOf(run), 'out');
  if (existsSync(join(out, 'results.json'))) return Promise.resolve();
  const command = [join(root, 'dist/cli/main.js'), 'run', writeConfig(run), '--out', out, '--json'];
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => (said = (said + text).slice(-2000)));
    child.on('close', (code) => (code === 0 ? done() : fail(new Error(`${out}: exit ${code}\n${said}`))));
  });
}

async function carryOutAll(runs, jobs) {
  const waiting = [...runs];
  const worker = async () => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      await carryOut(run);
      console.log(`done: ${run.model} ${run.task} seed ${run.seed} ${run.policy}; ${waiting.length} waiting`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

/** Per-image scores (clean + robust) / 2 of one α on the held-out sample. */
function scoresOf(out, alphas) {
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  const { entries } = JSON.parse(readFileSync(join(out, 'scores.json'), 'utf8'));
  const key = JSON.stringify(alphas);
  const entry = entries.find((e) => e.sample === results.heldOut.sample && JSON.stringify(e.alphas) === key);
  const { clean, robust } = entry.outcomes;
  return Array.from(clean, (bit, i) => (Number(bit) + Number(robust[i])) / 2);
}

function paired(a, b) {
  const differences = a.map((score, i) => score - b[i]);
  return {
    mean: mean(differences),
    standardError: sampleStandardDeviation(differences) / Math.sqrt(a.length),
  };
}

/** One seed: what each schedule scored, and what was learned minus each of the others. */
function summariseSeed({ model, task, seed }) {
  const out = (policy) => join(folderOf({ model, task, seed, policy }), 'out');
  const results = JSON.parse(readFileSync(join(out('bayes'), 'results.json'), 'utf8'));
  const control = JSON.parse(readFileSync(join(out('random'), 'results.json'), 'utf8'));
  const rows = results.heldOut.rows;
  const learned = scoresOf(out('bayes'), rows[0].alphas);
  const random = { ...control.heldOut.rows[0], kind: 'random', name: 'random search' };
  if (control.heldOut.sample !== results.heldOut.sample) throw new Error('the two runs judged other images');
  const versus = (row) =>
    paired(learned, scoresOf(row.kind === 'random' ? out('random') : out('bayes'), row.alphas ?? null));
  return {
    seed,
    learnedAlphas: rows[0].alphas,
    searchObjective: results.search.recommended.mean,
    schedules: [...rows, random].map((row) => ({
      name: row.name,
      kind: row.kind,
      clean: row.clean.mean,
      robust: row.robust.mean,
      objective: row.objective.mean,
      ...(row === rows[0] ? {} : { learnedMinusThis: versus(row) }),
    })),
    images: results.heldOut.images,
    backend: results.backend,
  };
}

/** Means over seeds, with both kinds of standard error. */
function overSeeds(cells) {
  const labels = cells[0].schedules.map(({ kind, name }) => (kind === 'step' ? 'best step' : name));
  return labels.map((label, i) => {
    const column = (take) => cells.map(({ schedules }) => take(schedules[i]));
    const row = {
      schedule: label,
      clean: mean(column((s) => s.clean)),
      robust: mean(column((s) => s.robust)),
      objective: mean(column((s) => s.objective)),
    };
    if (i === 0) return row;
    const differences = column((s) => s.learnedMinusThis.mean);
    const overImages = column((s) => s.learnedMinusThis.standardError);
    return {
      ...row,
      learnedMinusThis: {
        mean: mean(differences),
        worstSeed: Math.min(...differences),
        standardErrorOverSeeds: sampleStandardDeviation(differences) / Math.sqrt(differences.length),
        standardErrorOverImagesOfOneSeed: mean(overImages),
      },
    };
  });
}

function print(title, rows) {
  console.log(`\n${title}\n`);
  console.log(
    '| schedule | clean | robust | objective | learned − this | s.e. over seeds | s.e. over images |',
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const { schedule, clean, robust, objective, learnedMinusThis: d } of rows) {
    const signed = (x) => (x < 0 ? '−' : '+') + Math.abs(x).toFixed(3);
    const behind = d
      ? [signed(d.mean), d.standardErrorOverSeeds.toFixed(3), d.standardErrorOverImagesOfOneSeed.toFixed(3)]
      : ['', '', ''];
    console.log(
      `| ${[schedule, ...[clean, robust, objective].map((x) => x.toFixed(3)), ...behind].join(' | ')} |`,
    );
  }
}

await carryOutAll(plan(), Number(options.jobs));
const studies = [];
for (const model of models) {
  for (const task of options.tasks.split(',')) {
    const cells = seedsOf(model).map((seed) => summariseSeed({ model, task, seed }));
    const rows = overSeeds(cells);
    print(
      `${model}, ${task}: ${cells.length} seeds, ${cells[0].images} held-out images each (${cells[0].backend})`,
      rows,
    );
    studies.push({ model, task, seeds: cells, summary: rows });
  }
}
const versions = {
  boSearch: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
  node: process.version,
};
const configuration = Object.fromEntries(
  options.tasks
    .split(',')
    .map((task) => [task, parse(readFileSync(join(root, `examples/fashion-mnist/${task}.yaml`), 'utf8'))]),
);
mkdirSync(join(root, 'bench/results'), { recursive: true });
writeFileSync(
  join(root, 'bench/results/study.json'),
  `${JSON.stringify({ format: 'bo-search/study', versions, configuration, studies }, null, 1)}\n`,
);
console.log('\nwrote bench/results/study.json');
