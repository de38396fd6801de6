// The main job on the bundled model, set-up included: `npm run demo [-- arguments of bo-search run]`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const steps = [
  ['installing the dependencies (npm ci, install scripts off)', 'npm', ['ci', '--ignore-scripts']],
  ['compiling TypeScript', process.execPath, ['scripts/build.mjs']],
  [
    'searching α for the bundled model (Fashion-MNIST, 4 classes); two to three minutes at 100 evaluations',
    process.execPath,
    [
      'dist/cli/main.js',
      'run',
      'examples/fashion-mnist/coarse.yaml',
      '--out',
      'runs/demo',
      ...process.argv.slice(2),
    ],
  ],
];
// Ctrl-C is the child's to answer: it ends cleanly and says how to go on; this process waits for it.
process.on('SIGINT', () => {});

steps.forEach(([what, command, args], i) => {
  console.log(`[${i + 1}/${steps.length}] ${what}`);
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
});
