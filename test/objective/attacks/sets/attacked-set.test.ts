import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  loadAttackedSet,
  obtainAttackedSet,
  saveAttackedSet,
} from '../../../../src/objective/attacks/sets/attacked-set-files.js';
import {
  attackRequest,
  buildAttackedSet,
  requestHash,
  type AttackedSetOptions,
} from '../../../../src/objective/attacks/sets/attacked-set.js';
import { fgsmL2 } from '../../../../src/objective/attacks/methods/fgsm-l2.js';
import { pgdL2 } from '../../../../src/objective/attacks/methods/pgd-l2.js';
import { createImageSet } from '../../../../src/objective/images/image-set.js';
import { expectRejection } from '../../expect-error.js';
import { temporaryFolder } from '../../temporary-folder.js';
import { binaryModel } from '../models.js';

/** Class 0 above x₀ + x₁ = 0.8: near and far are of class 0, wrong is a clean error. */
const images = createImageSet({
  name: 'three',
  shape: { height: 1, width: 2, channels: 1 },
  classes: ['bright', 'dark'],
  ids: ['near', 'far', 'wrong'],
  labels: Int32Array.of(0, 0, 0),
  pixels: Float32Array.of(0.45, 0.45, 0.9, 0.9, 0.1, 0.1),
});

const options = (more: Partial<AttackedSetOptions> = {}): AttackedSetOptions => ({
  attack: fgsmL2({ l2Bound: 0.2 }),
  model: { name: 'linear', hash: 'sha256:linear', model: binaryModel([1, 1], -0.8) },
  images,
  seed: 1,
  madeBy: { backend: 'test', versions: { boSearch: '0.1.0', node: 'v20' } },
  ...more,
});

describe('buildAttackedSet(options)', () => {
  it('keeps every image by default, with what became of it', async () => {
    const set = await buildAttackedSet(options());
    expect(set.images.ids).toEqual(['near', 'far', 'wrong']);
    expect(set.perImage.map(({ outcome }) => outcome)).toEqual(['success', 'failure', 'clean-error']);
    expect(set.dropped).toEqual([]);
    expect(set.images.name).toBe('three under fgsm-l2');
  });
  it('keeps labels, ids and shape, and has a hash of its own', async () => {
    const set = await buildAttackedSet(options());
    expect(set.images.labels).toEqual(images.labels);
    expect(set.images.shape).toEqual(images.shape);
    expect(set.images.hash).not.toBe(images.hash);
  });
  it('with keepOnlySuccessful leaves out failures and keeps clean errors, as the paper’s code does', async () => {
    const set = await buildAttackedSet(options({ keepOnlySuccessful: true }));
    expect(set.images.ids).toEqual(['near', 'wrong']);
    expect(set.perImage.map(({ id }) => id)).toEqual(['near', 'wrong']);
    expect(set.dropped.map(({ id }) => id)).toEqual(['far']);
  });
  it('keeps class labels where a class has no successful image', async () => {
    const mixed = createImageSet({ ...images, labels: Int32Array.of(1, 0, 1) });
    const set = await buildAttackedSet(options({ images: mixed, keepOnlySuccessful: true }));
    expect(set.images.ids).toEqual(['near']);
    expect([...set.images.labels]).toEqual([1]);
    expect(set.images.classes).toEqual(['bright', 'dark']);
  });
  it('refuses to keep nothing', async () => {
    const far = createImageSet({
      ...images,
      ids: ['far'],
      labels: Int32Array.of(0),
      pixels: Float32Array.of(1, 1),
    });
    await expectRejection(buildAttackedSet(options({ images: far, keepOnlySuccessful: true })), {
      code: 'E_ATTACK',
      message: 'fgsm-l2: expected at least one successful image to keep, got none at l2Bound 0.2',
    });
  });
  it('refuses a model with another number of classes', async () => {
    const three = createImageSet({ ...images, classes: ['a', 'b', 'c'] });
    await expectRejection(buildAttackedSet(options({ images: three })), {
      code: 'E_ATTACK',
      message: 'linear: expected 3 classes (a, b, c), got 2',
    });
  });
});

describe('requestHash(request)', () => {
  it('changes with every setting and hash, and not with the backend', () => {
    const hashOf = (more: Partial<AttackedSetOptions>) => requestHash(attackRequest(options(more)));
    const { model } = options();
    const others = [
      hashOf({}),
      hashOf({ seed: 2 }),
      hashOf({ attack: fgsmL2({ l2Bound: 0.21 }) }),
      hashOf({ attack: fgsmL2({ l2Bound: 0.2, direction: 'sign' }) }),
      hashOf({ model: { ...model, hash: 'sha256:other' } }),
      hashOf({ victim: { ...model, hash: 'sha256:other' } }),
      hashOf({ images: createImageSet({ ...images, ids: ['near', 'far', 'other'] }) }),
      hashOf({ keepOnlySuccessful: true }),
    ];
    expect(new Set(others).size).toBe(others.length);
    expect(hashOf({ madeBy: { ...options().madeBy, backend: 'cpu' } })).toBe(hashOf({}));
  });
});

describe('saveAttackedSet and loadAttackedSet', () => {
  it('give back the same set, bit for bit', async () => {
    const folder = await temporaryFolder();
    const set = await buildAttackedSet(
      options({ attack: pgdL2({ l2Bound: 0.123 }), keepOnlySuccessful: true }),
    );
    await saveAttackedSet(folder, set);
    expect(await loadAttackedSet(folder)).toEqual(set);
  });
  it('make the folder, and leave two files in it however often they replace', async () => {
    const folder = join(await temporaryFolder(), 'deep', 'er');
    await saveAttackedSet(folder, await buildAttackedSet(options()));
    await saveAttackedSet(folder, await buildAttackedSet(options({ attack: fgsmL2({ l2Bound: 0.3 }) })));
    const names = await readdir(folder);
    expect(names.sort()).toEqual([expect.stringMatching(/^attacked-[0-9a-f]{16}\.f32$/), 'attacked.json']);
  });
  it('say that a folder cannot be written, and leave what was there', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'not a folder');
    const set = await buildAttackedSet(options());
    await expectRejection(saveAttackedSet(join(folder, 'file'), set), {
      code: 'E_STORAGE',
      message: /^attacked images: expected to write .*file, got /,
    });
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('not a folder');
  });
  it('leave the earlier set whole where a write was cut short before the manifest', async () => {
    const folder = await temporaryFolder();
    const set = await buildAttackedSet(options());
    await saveAttackedSet(folder, set);
    await writeFile(join(folder, 'attacked-0123456789abcdef.f32'), new Uint8Array(24));
    await writeFile(join(folder, 'attacked.json.partial'), '{"format":');
    expect(await loadAttackedSet(folder)).toEqual(set);
  });
  it('leave no partial file where the last step fails', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'attacked.json'));
    const set = await buildAttackedSet(options());
    await expectRejection(saveAttackedSet(folder, set), {
      code: 'E_STORAGE',
      message: /^attacked images: expected to write /,
    });
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe('loadAttackedSet(folder): damage', () => {
  const stored = async () => {
    const folder = await temporaryFolder();
    await saveAttackedSet(folder, await buildAttackedSet(options()));
    const pixels = (await readdir(folder)).find((name) => name.endsWith('.f32')) ?? '';
    return { folder, pixels, manifest: join(folder, 'attacked.json') };
  };

  it('is named where the manifest is missing', async () => {
    const folder = await temporaryFolder();
    await expectRejection(loadAttackedSet(folder), {
      code: 'E_ATTACK',
      message: `attacked.json: expected a readable file at ${join(folder, 'attacked.json')}, got no such file`,
    });
  });
  it('is named where the manifest is cut short', async () => {
    const { folder, manifest } = await stored();
    await writeFile(manifest, (await readFile(manifest, 'utf8')).slice(0, 40));
    await expectRejection(loadAttackedSet(folder), {
      code: 'E_ATTACK',
      message: /^attacked.json: expected JSON, got text that is not: /,
    });
  });
  it('is named where pixels are cut short', async () => {
    const { folder, pixels } = await stored();
    await writeFile(join(folder, pixels), new Uint8Array(20));
    await expectRejection(loadAttackedSet(folder), {
      code: 'E_ATTACK',
      message: `${pixels}: expected 24 bytes for 3 images, got 20`,
    });
  });
  it('is named where pixels were changed', async () => {
    const { folder, pixels } = await stored();
    await writeFile(join(folder, pixels), new Uint8Array(24));
    await expectRejection(loadAttackedSet(folder), {
      code: 'E_ATTACK',
      message: /^attacked-[0-9a-f]{16}\.f32: expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}$/,
    });
  });
  it('is named where a label was changed', async () => {
    const { folder, manifest } = await stored();
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace('"labels":[0,0,0]', '"labels":[0,1,0]'));
    await expectRejection(loadAttackedSet(folder), {
      code: 'E_ATTACK',
      message: /^attacked.json images.hash: expected sha256:[0-9a-f]{64} from its content, got sha256:/,
    });
  });
  it('is named by place where a value has the wrong type', async () => {
    const { folder, manifest } = await stored();
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace('"outcome":"failure"', '"outcome":"maybe"'));
    await expectRejection(loadAttackedSet(folder), {
      code: 'E_ATTACK',
      message: 'attacked.json perImage[1].outcome: expected clean-error, success or failure, got "maybe"',
    });
  });
});

describe('obtainAttackedSet(folder, options)', () => {
  it('builds the first time and reuses the second, without a call of the model', async () => {
    const folder = await temporaryFolder();
    const first = await obtainAttackedSet(folder, options());
    expect(first).toMatchObject({ kind: 'built', because: 'none was stored' });
    const model = binaryModel([1, 1], -0.8);
    const second = await obtainAttackedSet(folder, options({ model: { ...options().model, model } }));
    expect(second).toEqual({ kind: 'reused', set: first.set });
    expect(model.draws).toEqual([]);
  });
  it.each([
    [{ seed: 2 }, 'seed: stored 1, asked 2'],
    [
      { attack: fgsmL2({ l2Bound: 0.25 }) },
      'attack: stored {"direction":"gradient","l2Bound":0.2,"name":"fgsm-l2"}, asked {"direction":"gradient","l2Bound":0.25,"name":"fgsm-l2"}',
    ],
    [{ keepOnlySuccessful: true }, 'keepOnlySuccessful: stored false, asked true'],
  ])('builds again when asked for %p, and says what differs', async (more, because) => {
    const folder = await temporaryFolder();
    await obtainAttackedSet(folder, options());
    const again = await obtainAttackedSet(folder, options(more));
    expect(again).toMatchObject({ kind: 'built', because });
    expect(await loadAttackedSet(folder)).toEqual(again.set);
  });
  it('does not build over a damaged set', async () => {
    const folder = await temporaryFolder();
    await obtainAttackedSet(folder, options());
    await writeFile(join(folder, 'attacked.json'), '{}');
    await expectRejection(obtainAttackedSet(folder, options()), {
      code: 'E_ATTACK',
      message: 'attacked.json format: expected "bo-search/attacked-set", got nothing',
    });
  });
});
