// Tests python/ and holds it to the TypeScript: `node scripts/python-check.mjs`. Needs dist/ (npm run build), Python 3.10
// or later and, once, PyPI. Without Python or torch it says so and skips; any other failure ends with code 1.
// python/tests/agreement.mjs and attack-agreement.mjs, the last steps, say what is compared.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const TORCH = '2.13.0';
// One thread: on a busy machine torch's threads wait for each other longer than they compute.
const ENV = { OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };

const python = findPython();
if (python === undefined) {
  skip('no Python 3.10 or later was found');
} else {
  const venvPython = makeVenv(python);
  if (venvPython !== undefined) {
    run(venvPython, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider'], at('python'));
    run(process.execPath, [at('python/tests/agreement.mjs'), venvPython], at('.'));
    run(process.execPath, [at('python/tests/attack-agreement.mjs'), venvPython], at('.'));
  }
}

function findPython() {
  const asked = process.env['BO_SEARCH_PYTHON'];
  const names = asked === undefined ? ['python3.11', 'python3', 'python'] : [asked];
  const rule = 'import sys, venv; sys.exit(0 if sys.version_info >= (3, 10) else 1)';
  return names.find((name) => spawnSync(name, ['-c', rule]).status === 0);
}

/** A virtual environment with torch, pytest and the package; BO_SEARCH_VENV keeps it in a folder of your choice. */
function makeVenv(python) {
  const folder = process.env['BO_SEARCH_VENV'] ?? at(`node_modules/.cache/bo-search-python-${TORCH}`);
  const inside = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (!existsSync(inside)) {
    mkdirSync(dirname(folder), { recursive: true });
    const made = spawnSync(python, ['-m', 'venv', folder], { encoding: 'utf8' });
    if (made.status !== 0) return skip(`no virtual environment could be made: ${lastLine(made)}`);
  }
  const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check'];
  const needed = [`torch==${TORCH}`, 'pytest>=8', 'setuptools>=68'];
  const got = spawnSync(inside, [...pip, ...needed], { encoding: 'utf8' });
  if (got.status !== 0) return skip(`${needed.join(', ')} could not be installed: ${lastLine(got)}`);
  run(inside, [...pip, '--no-deps', '--no-build-isolation', '--force-reinstall', at('python')], at('.'));
  return inside;
}

function skip(reason) {
  console.log(`python-check: skipped: ${reason}`);
  return undefined;
}

function lastLine({ stderr, error }) {
  return error?.message ?? stderr.trim().split('\n').at(-1);
}

function run(command, args, cwd) {
  try {
    execFileSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...ENV } });
  } catch (error) {
    console.error(`python-check: failed: ${[command, ...args].join(' ')}: ${error.message}`);
    process.exit(1);
  }
}
