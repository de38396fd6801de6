import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { loadImagePool } from '../../../src/objective/images/image-pool.js';
import { expectRejection } from '../expect-error.js';
import { temporaryFolder } from '../temporary-folder.js';
import { FINE, packPool, SHAPE, type Manifest } from './pools.js';

describe('loadImagePool(manifestPath)', () => {
  it('reads splits with ids, labels and pixels as k/255', async () => {
    const pool = await loadImagePool(await packPool(await temporaryFolder()));
    expect(pool.classes).toEqual(FINE);
    expect(pool.shape).toEqual(SHAPE);
    expect(Object.keys(pool.splits)).toEqual(['search', 'attack', 'heldOut']);
    const { attack } = pool.splits;
    expect(attack?.ids).toEqual(['attack-0', 'attack-1']);
    expect([...(attack?.labels ?? [])]).toEqual([0, 2]);
    expect([...(attack?.pixels ?? [])]).toEqual([0, 0.2, 1, 0.4].map(Math.fround));
  });
  it('reads a pool with fewer splits', async () => {
    const path = await packPool(await temporaryFolder(), (manifest) => delete manifest.splits['attack']);
    expect(Object.keys((await loadImagePool(path)).splits)).toEqual(['search', 'heldOut']);
  });
  it('gives the same hashes on every reading, and different ones to different splits', async () => {
    const path = await packPool(await temporaryFolder());
    const hashes = async () => Object.values((await loadImagePool(path)).splits).map(({ hash }) => hash);
    expect(await hashes()).toEqual(await hashes());
    expect(new Set(await hashes()).size).toBe(3);
  });
});

describe('loadImagePool: the manifest', () => {
  it.each<[string, (manifest: Manifest) => void, string]>([
    ['another format', (m) => (m.format = 'x'), 'images.json format: expected "bo-search/images", got "x"'],
    ['another version', (m) => (m.version = 2), 'images.json version: expected 1, got 2'],
    ['no height', (m) => (m.height = 0), 'images.json height: expected an integer of at least 1, got 0'],
    [
      'one class',
      (m) => (m.classes = ['a']),
      'images.json classes: expected at least two class names, got ["a"]',
    ],
    [
      'a label out of range',
      (m) => (m.splits['heldOut'].labels[1] = 3),
      'images.json splits.heldOut.labels[1]: expected an integer from 0 to 2, got 3',
    ],
    [
      'a label that is no integer',
      (m) => (m.splits['search'].labels[0] = 0.5),
      'images.json splits.search.labels[0]: expected a class number, got 0.5',
    ],
    [
      'a label too few',
      (m) => m.splits['search'].labels.pop(),
      'images.json splits.search.labels: expected one label for each of 2 ids, got 1',
    ],
    [
      'an unknown split',
      (m) => (m.splits['train'] = m.splits['search']),
      'images.json splits: expected splits named search, attack, heldOut, got train',
    ],
    [
      'an id twice in a split',
      (m) => (m.splits['search'].ids[1] = 'search-0'),
      'images.json splits.search.ids[1]: expected ids that no other image of any split has, got "search-0" (also search[0])',
    ],
    [
      'an id in two splits',
      (m) => (m.splits['heldOut'].ids[1] = 'search-0'),
      'images.json splits.heldOut.ids[1]: expected ids that no other image of any split has, got "search-0" (also search[0])',
    ],
    [
      'a file elsewhere',
      (m) => (m.splits['search'].file = '../x.gz'),
      'images.json splits.search.file: expected the name of a file beside the manifest, got "../x.gz"',
    ],
    [
      'a hash that is none',
      (m) => (m.splits['search'].sha256 = 'abc'),
      'images.json splits.search.sha256: expected 64 hexadecimal digits, got "abc"',
    ],
  ])('is refused for %s', async (_name, edit, message) => {
    const path = await packPool(await temporaryFolder(), edit);
    await expectRejection(loadImagePool(path), { code: 'E_IMAGES', message });
  });
  it('is named where it is missing', async () => {
    const path = join(await temporaryFolder(), 'images.json');
    await expectRejection(loadImagePool(path), {
      code: 'E_IMAGES',
      message: `images.json: expected a readable file at ${path}, got no such file`,
    });
  });
  it('is named where it is not JSON', async () => {
    const path = join(await temporaryFolder(), 'images.json');
    await writeFile(path, '{"format": ');
    await expectRejection(loadImagePool(path), {
      code: 'E_IMAGES',
      message: /^images.json: expected JSON, got text that is not: /,
    });
  });
});

describe('loadImagePool: the pixels', () => {
  const packedAs = async (bytes: Uint8Array) => {
    const folder = await temporaryFolder();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const path = await packPool(folder, (m) => (m.splits['attack'].sha256 = sha256));
    await writeFile(join(folder, 'images-attack.bin.gz'), bytes);
    return path;
  };

  it('are refused where the file is missing', async () => {
    const folder = await temporaryFolder();
    const path = await packPool(folder);
    const file = join(folder, 'images-heldOut.bin.gz');
    await rm(file);
    await expectRejection(loadImagePool(path), {
      code: 'E_IMAGES',
      message: `images-heldOut.bin.gz: expected a readable file at ${file}, got no such file`,
    });
  });
  it('are refused where the file is not the one that was hashed', async () => {
    const path = await packPool(await temporaryFolder(), (m) => (m.splits['attack'].sha256 = '0'.repeat(64)));
    await expectRejection(loadImagePool(path), {
      code: 'E_IMAGES',
      message: /^images-attack.bin.gz \(split attack\): expected sha256 0{64}, got [0-9a-f]{64}$/,
    });
  });
  it('are refused where there are too few', async () => {
    await expectRejection(loadImagePool(await packedAs(gzipSync(Uint8Array.of(1, 2, 3)))), {
      code: 'E_IMAGES',
      message: 'images-attack.bin.gz (split attack): expected 4 bytes for 2 images, got 3',
    });
  });
  it('are refused where they are not gzip', async () => {
    await expectRejection(loadImagePool(await packedAs(Uint8Array.of(1, 2, 3, 4))), {
      code: 'E_IMAGES',
      message: /^images-attack.bin.gz \(split attack\): expected gzip data, got /,
    });
  });
});

describe('loadImagePool(manifestPath) of pixels that unpack without end', () => {
  it('gives up at the size the manifest says', async () => {
    const folder = await temporaryFolder();
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const path = await packPool(folder, ({ splits }) => {
      splits['search'].sha256 = createHash('sha256').update(bomb).digest('hex');
    });
    await writeFile(join(folder, 'images-search.bin.gz'), bomb);
    await expectRejection(loadImagePool(path), {
      code: 'E_IMAGES',
      message: 'images-search.bin.gz (split search): expected 4 bytes of pixels after unpacking, got more',
    });
  });
});
