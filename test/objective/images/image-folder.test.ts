import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { encode } from 'fast-png';
import { loadImageFolder } from '../../../src/objective/images/image-folder.js';
import { loadImagePool } from '../../../src/objective/images/image-pool.js';
import { openImagePool } from '../../../src/objective/images/open-image-pool.js';
import { packImagePool } from '../../../src/objective/images/pack-image-pool.js';
import { expectRejection } from '../expect-error.js';
import { temporaryFolder } from '../temporary-folder.js';
import { grayPng } from './pictures.js';

const CLASSES = 'shirt\ndress\nbag\n';

const colour = (rgb: readonly number[]) =>
  encode({ width: 2, height: 2, channels: 3, data: Uint8Array.from([...rgb, ...rgb, ...rgb, ...rgb]) });

type Tree = Readonly<Record<string, string | Uint8Array>>;

/** Writes files into a folder of their own. */
async function folderOf(tree: Tree): Promise<string> {
  const folder = await temporaryFolder();
  for (const [path, content] of Object.entries(tree)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

const small: Tree = {
  'classes.txt': CLASSES,
  'README.md': 'what these are',
  'search/shirt/b.png': grayPng(51),
  'search/shirt/a.png': grayPng(0),
  'search/bag/a.PNG': grayPng(255),
  'search/bag/.hidden': 'x',
  'heldOut/shirt/a.png': grayPng(102),
};

describe('loadImageFolder(folder)', () => {
  it('takes splits and classes from folders, labels from classes.txt, ids and order from paths', async () => {
    const pool = await loadImageFolder(await folderOf(small));
    expect(pool.classes).toEqual(['shirt', 'dress', 'bag']);
    expect(pool.shape).toEqual({ height: 2, width: 2, channels: 1 });
    expect(Object.keys(pool.splits)).toEqual(['search', 'heldOut']);
    const { search, heldOut } = pool.splits;
    expect(search?.ids).toEqual(['search/bag/a.PNG', 'search/shirt/a.png', 'search/shirt/b.png']);
    expect(Array.from(search?.labels ?? [])).toEqual([2, 0, 0]);
    expect(Array.from(search?.pixels ?? []).filter((_, i) => i % 4 === 0)).toEqual([1, 0, Math.fround(0.2)]);
    expect(heldOut?.ids).toEqual(['heldOut/shirt/a.png']);
  });

  it('takes splits and classes from labels.csv where there is one', async () => {
    const list = 'file;label;split\nx/1.png;bag;attack\n./2.png;shirt;attack\n';
    const folder = await folderOf({
      'classes.txt': CLASSES,
      'labels.csv': list,
      'x/1.png': grayPng(0),
      '2.png': grayPng(9),
    });
    const { attack } = (await loadImageFolder(folder)).splits;
    expect([attack?.ids, Array.from(attack?.labels ?? [])]).toEqual([
      ['2.png', 'x/1.png'],
      [0, 2],
    ]);
  });

  it('makes gray pictures colour, and colour ones gray where nothing is lost, if asked', async () => {
    const folder = await folderOf({
      'classes.txt': CLASSES,
      'search/bag/a.png': grayPng(51),
      'search/bag/b.png': colour([51, 51, 51]),
    });
    const three = await loadImageFolder(folder, { channels: 3 });
    expect(Array.from(three.splits.search?.pixels ?? [])).toEqual(new Array(24).fill(Math.fround(0.2)));
    const one = await loadImageFolder(folder, { channels: 1 });
    expect(Array.from(one.splits.search?.pixels ?? [])).toEqual(new Array(8).fill(Math.fround(0.2)));
  });

  it('keeps 16 bits', async () => {
    const data = Uint16Array.from([0, 1, 40000, 65535]);
    const png = encode({ width: 2, height: 2, channels: 1, depth: 16, data });
    const folder = await folderOf({ 'classes.txt': CLASSES, 'search/bag/a.png': png });
    const { search } = (await loadImageFolder(folder)).splits;
    expect(Array.from(search?.pixels ?? [])).toEqual(Array.from(data, (value) => Math.fround(value / 65535)));
  });

  const with_ = (more: Tree): Tree => ({ ...small, ...more });
  const list = (rows: string): Tree => ({
    'classes.txt': CLASSES,
    'labels.csv': `file,label,split\n${rows}`,
    'a.png': grayPng(0),
  });

  it.each<[string, Tree, string | RegExp]>([
    [
      'no class list',
      { 'search/bag/a.png': grayPng(0) },
      /: expected a classes\.txt with one class a line, got none$/,
    ],
    ['one class', { 'classes.txt': 'bag' }, 'classes.txt: expected at least two classes, one a line, got 1'],
    [
      'a class twice',
      { 'classes.txt': 'bag\nhat\nbag' },
      'classes.txt:3: expected every class once, got "bag" again',
    ],
    [
      'a class list that is no text',
      { 'classes.txt': Buffer.of(0xff, 0xfe, 0x61, 0) },
      'classes.txt: expected UTF-8 text, got bytes that are not',
    ],
    ['no pictures', { 'classes.txt': CLASSES }, /: expected pictures, got none$/],
    [
      'another split',
      with_({ 'heldout/bag/a.png': grayPng(3) }),
      'heldout/: expected a split named search, attack, heldOut, got "heldout", did you mean "heldOut"?',
    ],
    [
      'a class that is not listed',
      with_({ 'search/bags/a.png': grayPng(3) }),
      'search/bags/: expected a class of classes.txt, got "bags", did you mean "bag"?',
    ],
    [
      'a picture outside a class',
      with_({ 'search/a.png': grayPng(3) }),
      'search/a.png: expected a folder named after a class, got a file',
    ],
    [
      'another kind of file',
      with_({ 'search/bag/a.gif': 'GIF89a' }),
      'search/bag/a.gif: expected a .png, .jpg or .jpeg, got "a.gif"',
    ],
    [
      'a file that is not what its name says',
      with_({ 'search/bag/b.png': 'hello' }),
      'search/bag/b.png: expected a PNG or JPEG, got another kind of file',
    ],
    [
      'another size',
      with_({ 'search/shirt/c.png': grayPng(3, 3, 2) }),
      'search/shirt/c.png: expected 2 by 2 pixels as in search/bag/a.PNG, got 3 by 2',
    ],
    [
      'other channels',
      with_({ 'search/shirt/c.png': colour([1, 2, 3]) }),
      'search/shirt/c.png: expected gray pixels, got a coloured one',
    ],
    [
      'a copy in another split',
      with_({ 'heldOut/bag/b.png': grayPng(0) }),
      'heldOut/bag/b.png: expected an image that no other split has, got a copy of search/shirt/a.png',
    ],
    [
      'a copy in another class',
      with_({ 'search/dress/b.png': grayPng(0) }),
      'search/shirt/a.png: expected an image of one class, got a copy of search/dress/b.png, which is of another',
    ],
    [
      'a class whose folder would be skipped',
      with_({ 'classes.txt': `${CLASSES}.hats`, 'search/.hats/a.png': grayPng(9) }),
      'classes.txt: expected classes that folders can be named after, got ".hats", whose folder would be skipped',
    ],
    [
      'another header',
      { ...list(''), 'labels.csv': 'path,label,split\n' },
      'labels.csv:1: expected the columns file,label,split, got "path,label,split"',
    ],
    ['a short row', list('a.png,bag\n'), 'labels.csv:2: expected file, label and split, got 2 cells'],
    [
      'a path out of the folder',
      list('x/../../a.png,bag,search\n'),
      'labels.csv:2: expected a path within the folder, got "x/../../a.png"',
    ],
    [
      'an absolute path',
      list('/etc/a.png,bag,search\n'),
      'labels.csv:2: expected a path within the folder, got "/etc/a.png"',
    ],
    [
      'a file twice',
      list('a.png,bag,search\n./a.png,bag,search\n'),
      'labels.csv:3: expected every file once, got "a.png" again (also line 2)',
    ],
    [
      'an unknown label',
      list('a.png,hat,search\n'),
      'labels.csv:2: expected a class of classes.txt, got "hat"',
    ],
    ['a missing file', list('b.png,bag,search\n'), /^b\.png: expected a file in .*, got no such file$/],
    [
      'an open quote',
      list('"a.png,bag,search\n'),
      'labels.csv:2: expected a closing quote, got the end of the text',
    ],
  ])('refuses %s, naming the file', async (_what, tree, message) => {
    await expectRejection(loadImageFolder(await folderOf(tree)), { code: 'E_IMAGES', message });
  });

  it('refuses links that leave the folder, of files and of folders', async () => {
    const outside = await folderOf({ 'a.png': grayPng(7) });
    const folder = await folderOf(small);
    await symlink(join(outside, 'a.png'), join(folder, 'search/bag/z.png'));
    await expectRejection(loadImageFolder(folder), {
      code: 'E_IMAGES',
      message: `search/bag/z.png: expected a file within ${folder}, got a link out of it`,
    });
    const other = await folderOf(small);
    await symlink(outside, join(other, 'search/dress'));
    await expectRejection(loadImageFolder(other), {
      code: 'E_IMAGES',
      message: `search/dress: expected something within ${other}, got a link out of it`,
    });
  });

  it('refuses a folder that is none, and more pixels than asked for', async () => {
    const folder = await folderOf(small);
    await expectRejection(loadImageFolder(join(folder, 'none')), {
      code: 'E_IMAGES',
      message: `${join(folder, 'none')}: expected a folder of images, got no such folder`,
    });
    await expectRejection(loadImageFolder(folder, { maxBytes: 63 }), {
      code: 'E_IMAGES',
      message: `${folder}: expected at most 63 bytes of pixels, got 64 for 4 images of 2 by 2`,
    });
  });
});

describe('packImagePool(pool, folder)', () => {
  it('writes what loadImagePool reads as the same pool', async () => {
    const pool = await loadImageFolder(await folderOf(small));
    const out = join(await temporaryFolder(), 'packed');
    const { manifest, hash } = await packImagePool(pool, out);
    expect(await loadImagePool(manifest)).toEqual(pool);
    expect((await openImagePool(out)).hash).toBe(hash);
    expect((await readdir(out)).sort()).toEqual([
      'images-heldOut.bin.gz',
      'images-search.bin.gz',
      'images.json',
    ]);
  });

  it('leaves a pool that is there as it was', async () => {
    const pool = await loadImageFolder(await folderOf(small));
    const out = await temporaryFolder();
    const { manifest } = await packImagePool(pool, out);
    const before = await readFile(manifest);
    await expectRejection(packImagePool(pool, out), {
      code: 'E_STORAGE',
      message: `${manifest}: expected no such file yet, got one`,
    });
    expect(await readFile(manifest)).toEqual(before);
  });

  it('refuses what 8 bits cannot hold, and writes nothing', async () => {
    const png = encode({ width: 2, height: 2, channels: 1, depth: 16, data: Uint16Array.of(0, 1, 2, 3) });
    const pool = await loadImageFolder(await folderOf({ 'classes.txt': CLASSES, 'search/bag/a.png': png }));
    const out = join(await temporaryFolder(), 'packed');
    await expectRejection(packImagePool(pool, out), {
      code: 'E_IMAGES',
      message:
        'packImagePool: search image "search/bag/a.png": expected multiples of 1/255, all that 8 bits can hold, got 0.000015259021893143654',
    });
    expect(existsSync(out)).toBe(false);
  });
});

describe('openImagePool(place)', () => {
  it('opens a manifest, its folder and a folder of pictures, each under one hash', async () => {
    const folder = await folderOf(small);
    const { pool, hash } = await openImagePool(folder);
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await openImagePool(folder)).hash).toBe(hash);
    const out = await temporaryFolder();
    const { manifest } = await packImagePool(pool, out);
    expect((await openImagePool(manifest)).pool).toEqual(pool);
    expect((await openImagePool(out)).hash).toBe((await openImagePool(manifest)).hash);
  });

  it('gives another hash to other pixels, labels, names or classes', async () => {
    const hashes = new Set<string>();
    for (const tree of [
      small,
      { ...small, 'search/bag/a.PNG': grayPng(254) },
      { ...small, 'search/bag/b.png': grayPng(1) },
      { ...small, 'classes.txt': 'dress\nshirt\nbag' },
      { ...small, 'classes.txt': 'shirt\nskirt\nbag' },
    ]) {
      hashes.add((await openImagePool(await folderOf(tree))).hash);
    }
    expect(hashes.size).toBe(5);
  });

  it('says what it looked for where there is nothing', async () => {
    const folder = await temporaryFolder();
    for (const [place, got] of [
      [folder, 'a folder without either'],
      [join(folder, 'x'), 'no such file or folder'],
    ]) {
      await expectRejection(openImagePool(place), {
        code: 'E_IMAGES',
        message: `${place}: expected images.json, or a folder with it or with classes.txt, got ${got}`,
      });
    }
  });
});
