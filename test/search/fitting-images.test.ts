import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { encode } from 'fast-png';
import { givenImages } from '../../src/search/config/fitting-images.js';
import { grayPng } from '../objective/images/pictures.js';
import { temporaryFolder } from '../objective/temporary-folder.js';

type Model = Parameters<typeof givenImages>[2];

/** All that images are held to of a model of pictures of 2 by 2. */
const model = (channels: number) =>
  ({ name: 'toy', image: { height: 2, width: 2, channels, range: [0, 1] } }) as unknown as Model;

const colour = (rgb: readonly number[]) =>
  encode({ width: 2, height: 2, channels: 3, data: Uint8Array.from([...rgb, ...rgb, ...rgb, ...rgb]) });

async function folderOf(tree: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'classes.txt'), 'cat\ndog\n');
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

async function pixelsOf(folder: string, channels: number): Promise<number[]> {
  const { splits } = await (await givenImages(folder, undefined, model(channels))).open();
  return Array.from(splits.search?.pixels ?? [], (value) => Math.round(value * 255));
}

describe('images: a folder of pictures', () => {
  it('becomes what the model takes: gray ones colour', async () => {
    const folder = await folderOf({ 'search/cat/a.png': grayPng(51), 'search/dog/b.png': grayPng(7) });
    expect(await pixelsOf(folder, 3)).toEqual([
      ...new Array<number>(12).fill(51),
      ...new Array<number>(12).fill(7),
    ]);
    expect(await pixelsOf(folder, 1)).toEqual([
      ...new Array<number>(4).fill(51),
      ...new Array<number>(4).fill(7),
    ]);
  });

  it('may hold both, whichever comes first', async () => {
    const mixed = await folderOf({
      'search/cat/a.png': grayPng(51),
      'search/dog/b.png': colour([1, 2, 3]),
    });
    expect((await pixelsOf(mixed, 3)).slice(11, 15)).toEqual([51, 1, 2, 3]);
    const grays = await folderOf({
      'search/cat/a.png': colour([51, 51, 51]),
      'search/dog/b.png': grayPng(7),
    });
    expect(await pixelsOf(grays, 1)).toEqual([51, 51, 51, 51, 7, 7, 7, 7]);
  });

  it('is not to hold colours for a gray model', async () => {
    const folder = await folderOf({ 'search/cat/a.png': colour([1, 2, 3]) });
    await expect(givenImages(folder, undefined, model(1))).rejects.toMatchObject({
      code: 'E_IMAGES',
      message: 'search/cat/a.png: expected gray pixels, got a coloured one',
      hint: 'images of one channel are asked for: convert them to gray before',
    });
  });

  it('is to have the size of the model', async () => {
    const folder = await folderOf({ 'search/cat/a.png': grayPng(51, 3, 2) });
    await expect(givenImages(folder, undefined, model(3))).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: 'images: expected images of 2x2x3, got 2x3x3',
      hint: 'toy was made for images of that height, width and channels: scale them first',
    });
  });
});
