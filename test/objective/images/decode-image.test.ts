import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { encode } from 'fast-png';
import { decodeImage } from '../../../src/objective/images/decode-image.js';
import { expectError } from '../expect-error.js';
import { pngOf } from './pictures.js';

const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/pictures/${name}`, import.meta.url)));

const { height, width, pixels } = JSON.parse(fixture('pixels.json').toString()) as {
  height: number;
  width: number;
  pixels: Record<string, number[]>;
};

/** Levels by which two decoders' cosine transforms and colour conversions may differ. */
const JPEG_LEVELS = 2;

describe('decodeImage(file)', () => {
  const names = Object.keys(pixels);

  it.each(names.filter((name) => name.endsWith('.png')))('reads %s as Pillow does', (name) => {
    const image = decodeImage(fixture(name), name);
    const channels = pixels[name].length / (height * width);
    expect(image).toMatchObject({ height, width, channels, white: name === 'gray-16.png' ? 65535 : 255 });
    expect(Array.from(image.samples)).toEqual(pixels[name]);
  });

  it.each(names.filter((name) => name.endsWith('.jpg')))('reads %s as Pillow does, to two levels', (name) => {
    const image = decodeImage(fixture(name), name);
    expect(image).toMatchObject({ height, width, channels: pixels[name].length / (height * width) });
    const differences = pixels[name].map((value, i) => Math.abs(value - image.samples[i]));
    expect(Math.max(...differences)).toBeLessThanOrEqual(JPEG_LEVELS);
  });

  it('reads interlaced pictures', () => {
    const data = Uint8Array.from({ length: 5 * 6 * 3 }, (_, i) => (37 * i) % 256);
    const file = encode({ width: 5, height: 6, channels: 3, data }, { interlace: 'Adam7' });
    expect(Array.from(decodeImage(file, 'x').samples)).toEqual(Array.from(data));
  });

  it.each<[string, Uint8Array, string]>([
    ['no bytes', Buffer.alloc(0), 'x: expected a PNG or JPEG, got an empty file'],
    ['a GIF', Buffer.from('GIF89a'), 'x: expected a PNG or JPEG, got another kind of file'],
    [
      'see-through pixels',
      fixture('see-through.png'),
      'x: expected opaque pixels, got a see-through one at column 4, row 0',
    ],
    ['CMYK', fixture('cmyk.jpg'), 'x: expected 1 or 3 components of JPEG, got 4 (CMYK)'],
    [
      'a PNG cut short',
      fixture('gray-8.png').subarray(0, 60),
      'x: expected 81 bytes of PNG chunk IDAT at byte 33, got a file cut short',
    ],
    [
      'a JPEG cut short',
      fixture('baseline.jpg').subarray(0, -20),
      'x: expected a JPEG up to its end, got one cut short',
    ],
    [
      'a signature alone',
      fixture('gray-8.png').subarray(0, 8),
      'x: expected a PNG up to its end, got one cut short',
    ],
    ['a width of 0', pngOf({ width: 0, height: 3 }), 'x: expected from 1 to 16777216 pixels, got 0 by 3'],
    [
      'more pixels than any model takes',
      pngOf({ width: 1e5, height: 1e5 }),
      'x: expected from 1 to 16777216 pixels, got 100000 by 100000',
    ],
    [
      'fewer pixels than its header says',
      pngOf({ width: 4, height: 4, data: Buffer.alloc(10) }),
      'x: expected 20 bytes of PNG pixels after unpacking, got 10',
    ],
    [
      'an unknown filter',
      pngOf({ width: 1, height: 1, data: Buffer.of(9, 0) }),
      'x: expected a PNG, got an error: Unsupported filter: 9',
    ],
    [
      'an unknown colour type',
      pngOf({ width: 1, height: 1, colourType: 5 }),
      'x: expected a PNG colour type and depth, got 5 and 8',
    ],
  ])('refuses %s', (_what, file, message) => {
    expectError(() => decodeImage(file, 'x'), { code: 'E_IMAGES', message });
  });

  it('gives up a bomb of pixel data at the size its header says', () => {
    const bomb = pngOf({ width: 2, height: 2, packed: deflateSync(Buffer.alloc(50_000_000)) });
    expectError(() => decodeImage(bomb, 'x'), {
      code: 'E_IMAGES',
      message: 'x: expected 6 bytes of PNG pixels after unpacking, got more',
    });
  });

  it('never unpacks a profile', () => {
    const profile = Buffer.concat([Buffer.from('p\0\0'), deflateSync(Buffer.alloc(50_000_000))]);
    const file = pngOf({ width: 1, height: 1, before: [['iCCP', profile]] });
    expect(Array.from(decodeImage(file, 'x').samples)).toEqual([0]);
  });

  it('refuses a JPEG whose frame is larger than any model takes before decoding it', () => {
    const file = Buffer.from(fixture('gray.jpg'));
    const frame = file.indexOf(Buffer.of(0xff, 0xc0));
    file.writeUInt16BE(65535, frame + 5);
    file.writeUInt16BE(65535, frame + 7);
    expectError(() => decodeImage(file, 'x'), {
      code: 'E_IMAGES',
      message: 'x: expected from 1 to 16777216 pixels, got 65535 by 65535',
    });
  });

  it('refuses a JPEG of endless scans', () => {
    const file = fixture('progressive.jpg');
    const scan = file.indexOf(Buffer.of(0xff, 0xda));
    const one = file.subarray(scan, file.indexOf(Buffer.of(0xff, 0xc4), scan));
    const many = Buffer.concat([
      file.subarray(0, scan),
      ...Array.from({ length: 101 }, () => one),
      Buffer.of(0xff, 0xd9),
    ]);
    expectError(() => decodeImage(many, 'x'), {
      code: 'E_IMAGES',
      message: 'x: expected at most 100 scans of a JPEG, got more',
    });
  });
});
