// Smoke test of the package as users get it: packs a tarball, installs it into an empty folder with scripts off,
// compiles a strict consumer against every entry point, imports each, and runs the command on the bundled model.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bo-search-smoke-'));
const say = (text) => console.log(`smoke: ${text}`);
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });

try {
  if (!existsSync(join(root, 'dist/index.js'))) run('npm', ['run', 'build'], root);
  say('packing');
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
  );
  say(`${packed.filename}: ${(packed.size / 1e6).toFixed(1)} MB packed, ${packed.entryCount} files`);

  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  );
  say('installing it into an empty folder, with scripts off');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `./${packed.filename}`]);

  say('compiling strict consumers of every entry point');
  mkdirSync(join(folder, 'types'));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  cpSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'), {
    recursive: true,
  });
  cpSync(join(root, 'node_modules/undici-types'), join(folder, 'node_modules/undici-types'), {
    recursive: true,
  });
  const flags = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
  ];
  cpSync(join(root, 'scripts/smoke-consumer.ts'), join(folder, 'consumer.ts'));
  writeFileSync(
    join(folder, 'objective.ts'),
    "import * as objective from 'bo-search/objective';\nvoid objective.openRuntime;\n",
  );
  run(process.execPath, [tsc, ...flags, 'consumer.ts']);
  // TensorFlow.js's own types do not pass a strict compiler, so users of this entry need skipLibCheck.
  run(process.execPath, [tsc, ...flags, '--skipLibCheck', 'objective.ts']);

  say('importing every entry point');
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.keys(exports).filter(
    (entry) => entry !== './package.json' && entry !== './schemas/*',
  );
  const imports = entries.map((entry) => `await import('bo-search${entry.slice(1)}');`).join('');
  run(process.execPath, ['--input-type=module', '--eval', imports]);

  say('running the command on the bundled model');
  run('npx', ['--no-install', 'bo-search', '--version']);
  run('npx', ['--no-install', 'bo-search', 'init', '.']);
  const small = readFileSync(join(folder, 'search.yaml'), 'utf8')
    .replace(/images: 200/, 'images: 24')
    .replace(/evaluations: 100/, 'evaluations: 12')
    .replace(/images: 1000/, 'images: 40');
  writeFileSync(join(folder, 'search.yaml'), small);
  run('npx', ['--no-install', 'bo-search', 'validate', 'search.yaml']);
  const result = JSON.parse(
    run('npx', ['--no-install', 'bo-search', 'run', 'search.yaml', '--out', 'runs/smoke', '--json']),
  );
  for (const file of ['study.jsonl', 'schedules.json', 'results.json', 'alphas.svg']) {
    if (!existsSync(join(folder, 'runs/smoke', file)))
      throw new Error(`smoke: expected runs/smoke/${file} after a run`);
  }
  if (typeof result !== 'object' || result === null)
    throw new Error('smoke: expected one JSON object from run --json');
  run('npx', ['--no-install', 'bo-search', 'validate', 'runs/smoke/schedules.json']);

  say('the same search on two worker threads');
  run('npx', ['--no-install', 'bo-search', 'run', 'search.yaml', '--out', 'runs/workers', '--workers', '2']);
  const [one, two] = ['smoke', 'workers'].map((name) =>
    readFileSync(join(folder, 'runs', name, 'schedules.json'), 'utf8'),
  );
  if (one !== two) throw new Error('smoke: expected the same schedules from one thread and from two workers');

  say('running the examples: a search in this process, and one through an evaluator');
  const examples = join(folder, 'node_modules/bo-search/examples');
  run(process.execPath, [join(examples, 'search-in-process.mjs')]);
  writeFileSync(
    join(folder, 'evaluator.yaml'),
    `evaluator: { command: [node, ${JSON.stringify(join(examples, 'evaluators/toy-evaluator.mjs'))}] }
attack: { l2Bound: 1 }
search: { images: 20, evaluations: 12 }
heldOut: { images: 20 }
`,
  );
  run('npx', ['--no-install', 'bo-search', 'run', 'evaluator.yaml', '--out', 'runs/evaluator']);
  say('all is well');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
