/** Packed image pools: `images.json` and one gzip file of raw pixels a split. */
import { constants } from 'node:buffer';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { BoSearchError } from '../../errors.js';
import { fileSha256 } from './content-hash.js';
import { createImageSet, valuesPerImage, type ImageSet, type ImageShape } from './image-set.js';
import {
  assertManifest,
  imagesManifestSchema,
  SPLIT_NAMES,
  type SplitManifest,
  type SplitName,
} from './images-manifest.js';
import { readBytes, readJsonFile } from './json-file.js';

/** Images with the pool's own (fine) labels, by purpose. */
export interface ImagePool {
  readonly shape: ImageShape;
  readonly classes: readonly string[];
  /** Ids are disjoint between splits. */
  readonly splits: Readonly<Partial<Record<SplitName, ImageSet>>>;
}

/**
 * Reads and checks a pool.
 * @param manifestPath - path of `images.json`; the splits' files stand beside it.
 * @throws BoSearchError `E_IMAGES` naming file, split and index: a file that is missing, malformed, cut short or not
 * the one hashed, labels out of range, ids repeated within or between splits.
 */
export async function loadImagePool(manifestPath: string): Promise<ImagePool> {
  const manifest = await readJsonFile(manifestPath, imagesManifestSchema, 'E_IMAGES');
  assertManifest(manifest, basename(manifestPath));
  const shape = { height: manifest.height, width: manifest.width, channels: manifest.channels };
  const splits: Partial<Record<SplitName, ImageSet>> = {};
  for (const name of SPLIT_NAMES) {
    const part = manifest.splits[name];
    if (part === undefined) continue;
    splits[name] = createImageSet({
      name,
      shape,
      classes: manifest.classes,
      ids: part.ids,
      labels: Int32Array.from(part.labels),
      pixels: await readPixels(dirname(manifestPath), name, part, shape),
    });
  }
  return { shape, classes: manifest.classes, splits };
}

async function readPixels(
  folder: string,
  name: SplitName,
  part: SplitManifest,
  shape: ImageShape,
): Promise<Float32Array> {
  const packed = await readBytes(join(folder, part.file), 'E_IMAGES');
  const where = `${part.file} (split ${name})`;
  const found = fileSha256(packed);
  if (found !== part.sha256) {
    throw damaged(`${where}: expected sha256 ${part.sha256}, got ${found}`);
  }
  const expected = part.ids.length * valuesPerImage(shape);
  const bytes = await unpack(packed, expected, where);
  if (bytes.length !== expected) {
    throw damaged(`${where}: expected ${expected} bytes for ${part.ids.length} images, got ${bytes.length}`);
  }
  return Float32Array.from(bytes, (value) => value / 255);
}

/** Unpacks; a file of more than `expected` bytes is given up there. */
async function unpack(packed: Buffer, expected: number, where: string): Promise<Buffer> {
  const most = Math.min(expected + 1, constants.MAX_LENGTH);
  try {
    return await promisify(gunzip)(packed, { maxOutputLength: most });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw damaged(`${where}: expected ${expected} bytes of pixels after unpacking, got more`);
    }
    throw damaged(`${where}: expected gzip data, got ${(cause as Error).message}`);
  }
}

function damaged(message: string): BoSearchError {
  return new BoSearchError('E_IMAGES', message, {
    hint: 'the file is damaged: install or pack the images again',
  });
}
