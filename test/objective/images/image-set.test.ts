import { describe, expect, it } from '@jest/globals';
import {
  createImageSet,
  imagesById,
  selectImages,
  type ImageSet,
} from '../../../src/objective/images/image-set.js';
import { expectError } from '../expect-error.js';

const parts: Omit<ImageSet, 'hash'> = {
  name: 'set',
  shape: { height: 1, width: 2, channels: 1 },
  classes: ['a', 'b'],
  ids: ['x', 'y', 'z'],
  labels: Int32Array.of(0, 1, 0),
  pixels: Float32Array.of(0, 0.5, 1, 0.25, 0.75, 0),
};

describe('createImageSet(parts)', () => {
  it('names the content by a hash that stands from version to version', () => {
    expect(createImageSet(parts).hash).toBe(
      'sha256:72dcfe101d6fde9a209ce9bc580b7058f6373ad9d5023963ca347a343fbeb9ad',
    );
  });
  it('hashes shape, ids, labels and pixels, and not the name', () => {
    const variants: Partial<typeof parts>[] = [
      {},
      { ids: ['x', 'y', 'w'] },
      { ids: ['x","y', 'y', 'z'] },
      { labels: Int32Array.of(0, 1, 1) },
      { pixels: Float32Array.of(0, 0.5, 1, 0.25, 0.75, 1e-7) },
      { shape: { height: 2, width: 1, channels: 1 } },
    ];
    const hashes = variants.map((more) => createImageSet({ ...parts, ...more }).hash);
    expect(new Set(hashes).size).toBe(variants.length);
    expect(createImageSet({ ...parts, name: 'other' }).hash).toBe(hashes[0]);
  });
  it('accepts no images', () => {
    const none = { ...parts, ids: [], labels: new Int32Array(0), pixels: new Float32Array(0) };
    expect(createImageSet(none).ids).toEqual([]);
  });
  it.each<[Partial<typeof parts>, string, string]>([
    [{ ids: ['x'] }, 'E_SHAPE', 'set: expected one label an image (1), got 3'],
    [
      { pixels: new Float32Array(5) },
      'E_SHAPE',
      'set: pixels must hold m·d = 6 numbers (m = 3, d = 2), got 5',
    ],
    [{ ids: ['x', 'y', 'x'] }, 'E_IMAGES', 'set ids[2]: expected distinct ids, got "x" again (also at 0)'],
    [{ labels: Int32Array.of(0, 2, 0) }, 'E_IMAGES', 'set labels[1]: expected a class from 0 to 1, got 2'],
    [{ labels: Int32Array.of(0, 0, -1) }, 'E_IMAGES', 'set labels[2]: expected a class from 0 to 1, got -1'],
    [
      { pixels: Float32Array.of(0, 0, 0, 1.5, 0, 0) },
      'E_IMAGES',
      'set image "y" value 1: expected a number from 0 to 1, got 1.5',
    ],
    [
      { pixels: Float32Array.of(0, 0, 0, 0, NaN, 0) },
      'E_IMAGES',
      'set image "z" value 0: expected a number from 0 to 1, got NaN',
    ],
  ])('refuses %p', (more, code, message) => {
    expectError(() => createImageSet({ ...parts, ...more }), { code, message });
  });
});

describe('selectImages(set, indices, name)', () => {
  const set = createImageSet(parts);
  it('takes images in the order asked for', () => {
    const chosen = selectImages(set, [2, 0], 'chosen');
    expect(chosen.ids).toEqual(['z', 'x']);
    expect([...chosen.labels]).toEqual([0, 0]);
    expect([...chosen.pixels]).toEqual([0.75, 0, 0, 0.5]);
    expect(chosen.name).toBe('chosen');
  });
  it('gives the whole set the same hash', () => {
    expect(selectImages(set, [0, 1, 2], 'all').hash).toBe(set.hash);
  });
  it.each([3, -1, 0.5])('refuses index %p', (index) => {
    expectError(() => selectImages(set, [0, index], 'chosen'), {
      code: 'E_SHAPE',
      message: `selectImages: expected indices from 0 to 2, got indices[1] = ${index}`,
    });
  });
  it('refuses an image twice', () => {
    expectError(() => selectImages(set, [1, 1], 'chosen'), {
      code: 'E_IMAGES',
      message: 'chosen ids[1]: expected distinct ids, got "y" again (also at 0)',
    });
  });
});

describe('imagesById(set, ids, name)', () => {
  const set = createImageSet(parts);
  it('takes images in the order of the ids', () => {
    expect([...imagesById(set, ['y', 'x'], 'two').labels]).toEqual([1, 0]);
  });
  it('refuses an id that is not there', () => {
    expectError(() => imagesById(set, ['w'], 'one'), {
      code: 'E_IMAGES',
      message: 'set: expected an image "w", got none of that id',
    });
  });
});
