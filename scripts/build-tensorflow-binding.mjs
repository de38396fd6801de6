// Builds TensorFlow.js' native binding against a TensorFlow wheel: `node scripts/build-tensorflow-binding.mjs [folder]`.
//
// The package downloads a library of 2022 where it can, and nothing where it cannot; the wheel of today has the same C
// interface. Makes in the folder (default temp/tensorflow): a Python environment with the wheel, node_modules with
// @tensorflow/tfjs-node 4.22.0, and lib/napi-v8/tfjs_binding.node within it. Needs g++, python3 with venv, Node's
// headers, the registries of npm and pip, and 3 GB of disk. Then: node scripts/conformance.mjs tensorflow.
//   --wheel NAME     what pip installs; default tensorflow-cpu
//   --headers PATH   Node's headers; default those beside this node, or /usr/include/node
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installBeside } from './install-beside.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { wheel: { type: 'string', default: 'tensorflow-cpu' }, headers: { type: 'string' } },
});
const folder = resolve(positionals[0] ?? fileURLToPath(new URL('../temp/tensorflow', import.meta.url)));

const say = (text) => console.log(`tensorflow binding: ${text}`);
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  console.error(`tensorflow binding: ${command} failed: ${error?.message ?? `status ${status}`}`);
  process.exit(1);
}

const headers = [
  values.headers,
  join(dirname(process.execPath), '../include/node'),
  '/usr/include/node',
].find((path) => path !== undefined && existsSync(join(path, 'node_api.h')));
if (headers === undefined) {
  console.error('tensorflow binding: expected node_api.h in Node’s headers, found none: give --headers');
  process.exit(1);
}

mkdirSync(folder, { recursive: true });
say(`npm packages into ${folder}`);
installBeside(folder, ['@tensorflow/tfjs-node@4.22.0']);

const environment = join(folder, 'python');
if (!existsSync(join(environment, 'bin/pip'))) run('python3', ['-m', 'venv', environment]);
say(`${values.wheel} into ${environment}`);
run(join(environment, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', values.wheel]);
const library = join(environment, 'lib');
const python = readdirSync(library).find((name) => name.startsWith('python3'));
const tensorflow = join(library, python ?? 'python3', 'site-packages/tensorflow');

const addon = join(folder, 'node_modules/@tensorflow/tfjs-node');
const target = join(addon, 'lib/napi-v8/tfjs_binding.node');
mkdirSync(dirname(target), { recursive: true });
say(`compiling against ${tensorflow}, headers of ${headers}`);
run('g++', [
  ...['--std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
  ...['-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION'],
  ...[`-I${headers}`, `-I${join(tensorflow, 'include')}`, '-o', target],
  ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(addon, 'binding', file)),
  ...[`-L${tensorflow}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
  `-Wl,-rpath,${tensorflow}`,
]);
say(`built ${target}`);
