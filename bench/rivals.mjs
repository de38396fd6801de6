// The rivals of the arena in one command: makes a Python environment with the released packages if there is none, and
// runs them in the same harness as ours.
//
//   npm run bench:rivals -- [--methods optuna-gp,…] [options of bench/arena/arena.mjs] [--env .cache/arena-env]
//
// `PYTHON` names the Python (3.10 or newer) the environment is made with; default python3. Torch comes from the package
// index as it is; `PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu` spares the CUDA libraries.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RIVAL_METHODS } from './arena/rival-methods.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const given = process.argv.slice(2);
const named = given.indexOf('--env');
const env = named < 0 ? at('../.cache/arena-env') : given.splice(named, 2)[1];
const python = `${env}/bin/python`;

if (!existsSync(python)) {
  run(process.env.PYTHON ?? 'python3', ['-m', 'venv', env]);
  run(python, ['-m', 'pip', 'install', '--quiet', '-r', at('arena/requirements.txt')]);
}
const methods = given.includes('--methods') ? [] : ['--methods', RIVAL_METHODS.join(',')];
run(process.execPath, [at('arena/arena.mjs'), '--python', python, ...methods, ...given]);

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
