// Installs packages into a folder of their own, without install scripts, and gives them this repository's copies of
// the TensorFlow.js packages it has: backends must register with the one tfjs-core that computes.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const own = fileURLToPath(new URL('../node_modules/@tensorflow', import.meta.url));
const versionOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;

/**
 * @param folder - made if it is not there; what is in it already is used again.
 * @param specs - `name@version`, exact.
 */
export function installBeside(folder, specs) {
  const wanted = `${JSON.stringify({ private: true, description: specs.join(' ') })}\n`;
  const manifest = join(folder, 'package.json');
  const mark = join(folder, 'node_modules/.installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(manifest, wanted);
  // Peers are this repository's; no lock, no audit: nothing outside the folder is touched.
  const options = ['--ignore-scripts', '--legacy-peer-deps', '--no-save', '--no-package-lock', '--no-audit'];
  const result = spawnSync('npm', ['install', ...options, '--no-fund', '--loglevel=error', ...specs], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 5 * 60_000,
  });
  if (result.status !== 0) {
    const why = (result.error?.message ?? result.stderr).trim().split('\n').slice(-2).join(' ');
    throw new Error(`npm install ${specs.join(' ')} failed: ${why}`);
  }
  shareTensorflow(join(folder, 'node_modules/@tensorflow'));
  writeFileSync(mark, wanted);
}

/** Replaces packages that the repository has in the same version by links to them. */
function shareTensorflow(folder) {
  for (const name of readdirSync(folder)) {
    const [there, here] = [join(folder, name), join(own, name)];
    if (!existsSync(here)) continue;
    if (versionOf(here) !== versionOf(there)) {
      throw new Error(`@tensorflow/${name}: expected ${versionOf(here)}, got ${versionOf(there)}`);
    }
    rmSync(there, { recursive: true });
    symlinkSync(here, there);
  }
  for (const name of ['tfjs-core', 'tfjs-backend-cpu']) {
    if (!existsSync(join(folder, name))) symlinkSync(join(own, name), join(folder, name));
  }
}
