// From the runs in bench/results/arena/*.jsonl to summary.json, the tables of README.md here, and plots.
//
//   node bench/arena/report.mjs [--folder bench/results/arena] [--readme bench/arena/README.md]
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { plot } from './plots.mjs';
import { summarise } from './summarise.mjs';
import { tables } from './tables.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: at('../results/arena') },
    readme: { type: 'string', default: at('README.md') },
  },
});
const BEGIN = '<!-- tables: begin, made by report.mjs -->';
const END = '<!-- tables: end -->';

const runs = readdirSync(options.folder)
  .filter((name) => name.endsWith('.jsonl'))
  .sort()
  .flatMap((name) => readFileSync(join(options.folder, name), 'utf8').split('\n'))
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));
const summary = summarise(onceEach(runs));
writeFileSync(join(options.folder, 'summary.json'), `${JSON.stringify(summary, compact, 1)}\n`);
mkdirSync(join(options.folder, 'plots'), { recursive: true });
for (const problem of summary.problems) {
  const seeded = problem.seeded === 'all' ? '-seeded' : '';
  writeFileSync(join(options.folder, 'plots', `${problem.problem}${seeded}.svg`), plot(problem));
}
writeTables(options.readme, tables(summary));
console.log(`${runs.length} runs, ${summary.problems.length} tables' rows`);

/** The last run of each key counts: a run that was made again replaces the one before. */
function onceEach(all) {
  const byKey = new Map(all.map((run) => [[run.method, run.problem, run.seed, run.seeded].join(' '), run]));
  return [...byKey.values()];
}

function writeTables(path, text) {
  const page = readFileSync(path, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`report: expected the lines ${BEGIN} and ${END} in ${path}`);
  writeFileSync(path, `${page.slice(0, from)}${BEGIN}\n\n${text}\n\n${page.slice(to)}`);
}

function compact(_key, value) {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}
