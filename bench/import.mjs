// How long `import 'bo-search'` takes: fresh processes with and without it take turns.
//
//   npm run bench:import -- [--rounds 15] [--out bench/results/import.json]
//
// `wall` is the whole process with the import minus the whole process without; `cpu` the same in user + system time,
// which a busy machine changes less; `within` the import alone, by the clock of its own process. Aim: under 150 ms.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { about, quantile, summary } from './report.mjs';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, out: { type: 'string' } },
});
const rounds = Number(options.rounds);
const ENTRIES = { 'bo-search': 'index.js', 'bo-search/schedules': 'schedules/index.js' };

/** Milliseconds of a fresh process, and what it says. */
function run(program) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
  if (status !== 0) throw new Error(String(stderr));
  return { wall: performance.now() - started, ...JSON.parse(stdout) };
}

const SAY = `
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ cpu: (user + system) / 1000, within: performance.now() - t }));`;
const importing = (url) => `const t = performance.now(); await import('${url}'); ${SAY}`;
const IDLE = `const t = performance.now(); ${SAY}`;

const results = { about: about(), settings: { rounds }, entries: {} };
for (const [name, file] of Object.entries(ENTRIES)) {
  const url = new URL(`../dist/${file}`, import.meta.url).href;
  run(importing(url));
  const rows = Array.from({ length: rounds }, () => {
    const bare = run(IDLE);
    const loaded = run(importing(url));
    return {
      bare: bare.wall,
      wall: loaded.wall - bare.wall,
      cpu: loaded.cpu - bare.cpu,
      within: loaded.within,
    };
  });
  const of = (key) => rows.map((row) => row[key]);
  results.entries[name] = {
    bareNodeMs: quantile(of('bare'), 0.5),
    wallMs: summary(of('wall')),
    cpuMs: summary(of('cpu')),
    withinMs: summary(of('within')),
  };
}
console.log(JSON.stringify(results, null, 2));
if (options.out) writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`);
const { wallMs, cpuMs } = results.entries['bo-search'];
console.error(
  `import: median ${wallMs.median.toFixed(0)} ms wall, ${cpuMs.median.toFixed(0)} ms CPU (aim 150)`,
);
