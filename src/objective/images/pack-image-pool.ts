/** Packs image pools: `images.json` and one gzip file of raw 8-bit pixels a split. */
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BoSearchError } from '../../errors.js';
import { fileSha256 } from './content-hash.js';
import type { ImagePool } from './image-pool.js';
import { type ImageSet, valuesPerImage } from './image-set.js';
import { assertManifest, type ImagesManifest, SPLIT_NAMES, type SplitManifest } from './images-manifest.js';
import { IMAGES_MANIFEST } from './open-image-pool.js';
import { putNewFile, replaceFile } from './put-file.js';

/** Where a packed pool is. */
export interface PackedPool {
  /** Path of `images.json`. */
  readonly manifest: string;
  /** `sha256:…` of the manifest. */
  readonly hash: string;
}

/**
 * Writes a pool in the packed form; `loadImagePool` gives the same pool, to the bit. The manifest is put in place last:
 * a write that was cut short leaves none.
 * @param folder - is made if it is not there; must not hold an `images.json`.
 * @throws BoSearchError `E_IMAGES` for pixels that 8 bits cannot hold; `E_STORAGE` if it cannot be written, or a pool is
 * there already, which is left as it was.
 */
export async function packImagePool(pool: ImagePool, folder: string): Promise<PackedPool> {
  const splits: Record<string, SplitManifest> = {};
  const files: [name: string, bytes: Uint8Array][] = [];
  for (const name of SPLIT_NAMES) {
    const set = pool.splits[name];
    if (set === undefined) continue;
    const packed = gzipSync(bytesOf(set), { level: 9 });
    const file = `images-${name}.bin.gz`;
    files.push([file, packed]);
    splits[name] = { file, sha256: fileSha256(packed), ids: [...set.ids], labels: [...set.labels] };
  }
  const manifest: ImagesManifest = {
    format: 'bo-search/images',
    version: 1,
    ...pool.shape,
    classes: [...pool.classes],
    splits,
  };
  assertManifest(manifest, 'packImagePool');
  const text = Buffer.from(`${JSON.stringify(manifest)}\n`);
  try {
    await mkdir(folder, { recursive: true });
    await assertNone(folder);
    for (const [name, bytes] of files) await replaceFile(join(folder, name), bytes);
    await putNewFile(join(folder, IMAGES_MANIFEST), text);
  } catch (cause) {
    throw cause instanceof BoSearchError ? cause : unwritable(folder, cause);
  }
  return { manifest: join(folder, IMAGES_MANIFEST), hash: `sha256:${fileSha256(text)}` };
}

/** The pixels as bytes, where that loses nothing. */
function bytesOf({ name, ids, pixels, shape }: ImageSet): Uint8Array {
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const byte = Math.round(pixels[i] * 255);
    if (Math.fround(byte / 255) !== pixels[i]) {
      const id = ids[Math.floor(i / valuesPerImage(shape))];
      throw new BoSearchError(
        'E_IMAGES',
        `packImagePool: ${name} image "${id}": expected multiples of 1/255, all that 8 bits can hold, got ${pixels[i]}`,
        { hint: 'save the images with 8 bits a sample, or use the folder as it is' },
      );
    }
    bytes[i] = byte;
  }
  return bytes;
}

async function assertNone(folder: string): Promise<void> {
  const handle = await open(join(folder, IMAGES_MANIFEST)).catch(() => undefined);
  if (handle === undefined) return;
  await handle.close();
  throw inTheWay(folder);
}

function inTheWay(folder: string): BoSearchError {
  return new BoSearchError(
    'E_STORAGE',
    `${join(folder, IMAGES_MANIFEST)}: expected no such file yet, got one`,
    {
      hint: 'it is left as it was: choose another folder, or move it away',
    },
  );
}

function unwritable(folder: string, cause: unknown): BoSearchError {
  if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return inTheWay(folder);
  return new BoSearchError(
    'E_STORAGE',
    `packImagePool: expected to write ${folder}, got ${(cause as Error).message}`,
    {
      hint: 'check the path, free space and permissions',
      cause,
    },
  );
}
