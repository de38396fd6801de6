import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { ModelManifest } from '../../../src/objective/models/manifest.js';
import { openModel, readModelManifest } from '../../../src/objective/models/open-model.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import type { Runtime } from '../../../src/objective/tensors/runtime.js';
import { safetensors } from '../safetensors-file.js';
import type { TensorToWrite } from '../safetensors-file.js';
import { rejected } from '../thrown.js';

const BUNDLED = fileURLToPath(new URL('../../../examples/fashion-mnist/', import.meta.url));
const FILES = ['model.json', 'images.json', 'hvae.safetensors', 'classifier-coarse.safetensors', 'classifier-fine.safetensors']; // prettier-ignore

let runtime: Runtime;
let folder = '';
let tensorsBefore = 0;

beforeAll(async () => {
  runtime = await openRuntime();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bo-search-model-'));
  for (const file of FILES) cpSync(join(BUNDLED, file), join(folder, file));
  tensorsBefore = tf.memory().numTensors;
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});

const manifest = (): ModelManifest =>
  JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as ModelManifest;
const write = (file: string, content: string | Uint8Array): void =>
  writeFileSync(join(folder, file), content);

/** Puts a value at a dotted place of the manifest; undefined removes what is there. */
function edit(place: string, value: unknown): void {
  const changed: unknown = manifest();
  const keys = place.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], changed);
  (parent as Record<string, unknown>)[last] = value;
  write('model.json', JSON.stringify(changed));
}

/** Replaces a file and gives the manifest its hash. */
function replace(file: string, content: Uint8Array, entry: string): void {
  write(file, content);
  edit(`${entry}.sha256`, createHash('sha256').update(content).digest('hex'));
}

const open = (task = 'coarse') => openModel(folder, { runtime, task });

describe('openModel', () => {
  it('opens a bundled model by name and any folder by path', async () => {
    const bundled = await openModel('fashion-mnist', { runtime, task: 'coarse' });
    const copied = await open('fine');
    expect(bundled.folder).toBe(BUNDLED.replace(/\/$/, ''));
    expect(copied.folder).toBe(folder);
    expect(copied.hash).toBe(bundled.hash);
    expect(bundled.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(bundled.task.classes).toEqual(bundled.classifier.classes);
    expect(bundled.task.fromFine).toHaveLength(10);
    expect(copied.task).toEqual({ name: 'fine', classes: copied.classifier.classes, fromFine: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }); // prettier-ignore
    expect(copied.imagesManifest).toBe(join(folder, 'images.json'));
    expect(bundled.mlvgm.latents).toEqual(manifest().latents.map((l) => ({ ...l, noise: l.shape })));
    bundled.dispose();
    copied.dispose();
  });

  it('opens what shares files with the bundled examples by relative path', async () => {
    edit('images.file', relative(folder, join(BUNDLED, 'images.json')));
    const model = await open();
    expect(model.imagesManifest).toBe(join(BUNDLED, 'images.json'));
    model.dispose();
  });

  it('names a folder that is not there, and a manifest that is not JSON', async () => {
    const missing = join(folder, 'none');
    expect(await rejected(openModel(missing, { runtime, task: 'coarse' }))).toEqual([
      'E_MODEL',
      `model.json: expected a readable file at ${join(missing, 'model.json')}, got no such file`,
    ]);
    write('model.json', '{');
    const [code, message] = await rejected(open());
    expect(code).toBe('E_MODEL');
    expect(message).toMatch(/^model\.json: expected JSON, got text that is not: /);
  });

  it('names a task it does not have, also one that every object has', async () => {
    for (const task of ['medium', 'toString']) {
      expect(await rejected(open(task))).toEqual([
        'E_MODEL',
        `model.json tasks: expected one of coarse, fine, got "${task}"`,
      ]);
    }
  });

  it.each<[string, string, unknown, string]>([
    ['format', 'format', 'x', 'format: expected "bo-search/model", got "x"'],
    ['version', 'version', 2, 'version: expected 1, got 2'],
    ['family', 'family', 'gan', 'family: expected "hvae", got "gan"'],
    ['a temperature of 0', 'temperature', 0, 'temperature: expected a number in (0, 1], got 0'],
    ['no weights', 'weights', undefined, 'weights: expected an object with file and sha256, got nothing'],
    [
      'a malformed hash',
      'weights.sha256',
      'abc',
      'weights.sha256: expected 64 hexadecimal digits, got "abc"',
    ],
    ['another range', 'image.range.0', -1, 'image.range[0]: expected 0, got -1'],
    [
      'two scales',
      'architecture.scales',
      [1, 2],
      'architecture.scales: expected three scales, coarsest first, got [1,2]',
    ],
    [
      'a scale of another size',
      'architecture.scales.1.size',
      5,
      'architecture.scales: expected sizes 1, 4, 8 for a padded side of 32, got 1, 5, 8',
    ],
    ['an image that is not square', 'image.width', 32, 'image: expected a square image, got 28 by 32'],
    ['no latents', 'latents', [], 'latents: expected 12 as in architecture.scales, got 0'],
    [
      'a latent of another shape',
      'latents.4.shape',
      [4, 4, 5],
      'latents[4].shape: expected [4, 4, 4], got [4, 4, 5]',
    ],
    [
      'a latent name used twice',
      'latents.5.name',
      '4x4.0',
      'latents[5].name: expected a name of its own, got "4x4.0" again',
    ],
    [
      'a class that is not there',
      'tasks.coarse.fromFine.3',
      4,
      'tasks.coarse.fromFine[3]: expected a class number below 4, got 4',
    ],
    [
      'strides for other layers',
      'tasks.fine.classifier.architecture.strides',
      [1, 2],
      'tasks.fine.classifier.architecture.strides: expected 4 numbers, one a layer, got 2',
    ],
  ])('refuses a manifest with %s, naming the place', async (_, place, value, message) => {
    edit(place, value);
    expect(await rejected(open())).toEqual(['E_MODEL', `model.json ${message}`]);
  });

  it('refuses files that are missing or not the ones the manifest names', async () => {
    const { sha256 } = manifest().weights;
    const damaged = readFileSync(join(folder, 'hvae.safetensors'));
    damaged[40_000] = (damaged[40_000] ?? 0) ^ 1;
    write('hvae.safetensors', damaged);
    const got = createHash('sha256').update(damaged).digest('hex');
    expect(await rejected(open())).toEqual([
      'E_MODEL',
      `hvae.safetensors: expected sha256 ${sha256}, got ${got}`,
    ]);
    rmSync(join(folder, 'hvae.safetensors'));
    expect(await rejected(open())).toEqual([
      'E_MODEL',
      `hvae.safetensors: expected a readable file at ${join(folder, 'hvae.safetensors')}, got no such file`,
    ]);
  });

  it.each(['../hvae.safetensors', '/etc/hostname', 'a/../../b', '.'])('refuses the path %s', async (file) => {
    edit('weights.file', file);
    expect(await rejected(open())).toEqual([
      'E_MODEL',
      `model.json weights.file: expected a path within the model's folder or the bundled examples, got "${file}"`,
    ]);
  });

  it('names file and tensor where weights do not fit the architecture, and frees what it had built', async () => {
    const classifier = 'tasks.coarse.classifier';
    const zeros = (shape: number[]): TensorToWrite => ({
      dtype: 'F32',
      shape,
      values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0),
    });
    const file = 'classifier-coarse.safetensors';
    const first = { 'conv.0.kernel': zeros([3, 3, 1, 16]) };
    replace(file, safetensors(first), classifier);
    expect(await rejected(open())).toEqual([
      'E_WEIGHTS',
      `${file}: expected a tensor "conv.0.bias", got none of that name`,
    ]);
    replace(file, safetensors({ ...first, 'conv.0.bias': zeros([8]) }), classifier);
    expect(await rejected(open())).toEqual([
      'E_WEIGHTS',
      `${file}: tensor "conv.0.bias": expected shape [16], got [8]`,
    ]);
    edit(`${classifier}.architecture.channels`, [1]);
    edit(`${classifier}.architecture.strides`, [1]);
    const small = {
      'conv.0.kernel': zeros([3, 3, 1, 1]),
      'conv.0.bias': zeros([1]),
      'dense.kernel': zeros([784, 4]),
      'dense.bias': zeros([4]),
    };
    replace(file, safetensors({ ...small, more: zeros([1]) }), classifier);
    expect(await rejected(open())).toEqual([
      'E_WEIGHTS',
      `${file}: tensor "more": expected no such tensor in this architecture`,
    ]);
    replace(file, safetensors(small), classifier);
    (await open()).dispose();
  });

  it('refuses weights that are not finite', async () => {
    const weights = readFileSync(join(folder, 'hvae.safetensors'));
    weights.writeUInt16LE(0x7e00, weights.length - 2);
    replace('hvae.safetensors', weights, 'weights');
    const [code, message] = await rejected(open());
    expect(code).toBe('E_NON_FINITE');
    expect(message).toMatch(
      /^hvae\.safetensors: tensor "[a-z0-9_.]+": expected finite weights, got NaN at position \d+$/,
    );
  });

  it('asks for the backend it was told of', async () => {
    await openRuntime({ backend: 'cpu' });
    expect(await rejected(open())).toEqual(['E_BACKEND', 'openModel: expected backend wasm, got cpu']);
    await openRuntime();
  });
});

describe('readModelManifest', () => {
  it('reads names, latents and tasks without any weights', async () => {
    rmSync(join(folder, 'hvae.safetensors'));
    const read = await readModelManifest(folder);
    expect(read.folder).toBe(folder);
    expect(Object.keys(read.manifest.tasks)).toEqual(['coarse', 'fine']);
  });
});
