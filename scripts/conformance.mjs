// Runs the conformance suite on one tensor backend: `node scripts/conformance.mjs wasm|cpu|webgpu|tensorflow`.
//
// Sources and tests are compiled, file by file, into a folder of their own under temp/, and run by plain Node: native
// backends and jest's sandbox do not agree on typed arrays. Packages of optional backends are installed beside them, so
// that package.json, the lock and node_modules stay as they are; they share this repository's tfjs-core.
//   --require   a backend that cannot be had is a failure; without it, the run says so and ends with 0
//   --hardware  webgpu on this machine's own GPU; without it, on SwiftShader
// tensorflow runs where scripts/build-tensorflow-binding.mjs built it: temp/tensorflow or BO_SEARCH_TENSORFLOW.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import { installBeside } from './install-beside.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const [backend, ...flags] = process.argv.slice(2);
const known = { wasm: undefined, cpu: undefined, webgpu: readyWebgpu, tensorflow: readyTensorflow };
if (
  !Object.hasOwn(known, backend ?? '') ||
  flags.some((flag) => !['--require', '--hardware'].includes(flag))
) {
  console.error('usage: node scripts/conformance.mjs wasm|cpu|webgpu|tensorflow [--require] [--hardware]');
  process.exit(2);
}

const TIMEOUT_MS = 15 * 60_000;
const ICD = '/usr/lib/chromium/vk_swiftshader_icd.json';
const started = Date.now();
const say = (text) => console.log(`conformance: ${text}`);

/** Thrown where this machine cannot have the backend. */
class Unavailable extends Error {}

const folder = at(`temp/conformance-${backend}-${process.pid}`);
try {
  const { packages, env = {} } = known[backend]?.() ?? {};
  compileInto(folder, packages);
  const child = spawnSync(process.execPath, [join(folder, 'test/conformance/run-conformance.js')], {
    stdio: 'inherit',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...env, BO_SEARCH_BACKEND: backend },
  });
  if (child.error !== undefined || child.signal !== null) {
    say(`the run was ended: ${child.error?.message ?? child.signal}`);
  }
  say(`${backend} took ${((Date.now() - started) / 1000).toFixed(0)} s`);
  process.exitCode = child.status ?? 1;
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  const required = flags.includes('--require');
  say(`${required ? 'FAILED' : 'SKIPPED'}: ${backend} cannot be had here: ${error.message}`);
  process.exitCode = required ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Dawn and the TensorFlow.js backend from the registry, and a Vulkan driver: SwiftShader unless hardware is asked for. */
function readyWebgpu() {
  const packages = at('temp/webgpu');
  try {
    installBeside(packages, ['webgpu@0.6.2', '@tensorflow/tfjs-backend-webgpu@4.22.0']);
  } catch (error) {
    throw new Unavailable(error.message);
  }
  if (flags.includes('--hardware')) return { packages };
  // SwiftShader is a Linux affair here: other systems run on what they have.
  if (process.platform !== 'linux')
    throw new Unavailable('SwiftShader is set up on Linux only; use --hardware');
  if (!existsSync(ICD) || !hasVulkanLoader()) installSwiftShader();
  if (!existsSync(ICD)) throw new Unavailable(`no ${ICD}`);
  const env = { VK_ICD_FILENAMES: ICD, XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir() };
  return { packages, env };
}

function hasVulkanLoader() {
  const { stdout } = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
  return (stdout ?? '').includes('libvulkan.so.1');
}

function installSwiftShader() {
  say('installing SwiftShader (chromium-common) and the Vulkan loader (libvulkan1) by apt-get');
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'chromium-common', 'libvulkan1'];
  for (const args of [['update', '-qq'], install]) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const result = spawnSync('apt-get', args, { encoding: 'utf8', timeout: 5 * 60_000, env });
    if (result.status === 0) continue;
    const why = (result.error?.message ?? result.stderr ?? '').trim().split('\n').at(-1);
    throw new Unavailable(`apt-get ${args[0]} failed: ${why}`);
  }
}

/** The folder in which the native binding was built. */
function readyTensorflow() {
  const packages = process.env.BO_SEARCH_TENSORFLOW ?? at('temp/tensorflow');
  const found = ['tfjs-node-gpu', 'tfjs-node'].some((name) =>
    existsSync(join(packages, 'node_modules/@tensorflow', name)),
  );
  if (found) return { packages };
  throw new Unavailable(`no tfjs-node in ${packages}; build it by node scripts/build-tensorflow-binding.mjs`);
}

/** src and the tests as JavaScript, with examples, fixtures and packages linked in. */
function compileInto(target, packages) {
  const sources = ['src', 'test'].flatMap((room) =>
    readdirSync(at(room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => join(room, file)),
  );
  for (const path of sources) {
    const { code } = transformSync(readFileSync(at(path), 'utf8'), {
      filename: path,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    const file = join(target, path.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
  writeFileSync(join(target, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(at('examples'), join(target, 'examples'));
  symlinkSync(at('test/fixtures'), join(target, 'test/fixtures'));
  if (packages !== undefined) symlinkSync(join(packages, 'node_modules'), join(target, 'node_modules'));
}
