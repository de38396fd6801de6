/** Small image pools, in memory and packed into a folder. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ImagePool } from '../../../src/objective/images/image-pool.js';
import { createImageSet } from '../../../src/objective/images/image-set.js';

export const SHAPE = { height: 1, width: 2, channels: 1 };

export const FINE = ['shirt', 'dress', 'bag'];

/** shirt and dress are tops. */
export const COARSE_TASK = { name: 'coarse', classes: ['top', 'bag'], fromFine: [0, 0, 1] };

/** A pool whose search split has the labels given, and whose pixels say the image's index. */
export function poolOf(labels: readonly number[]): ImagePool {
  const search = createImageSet({
    name: 'search',
    shape: SHAPE,
    classes: FINE,
    ids: labels.map((_, index) => `s${index}`),
    labels: Int32Array.from(labels),
    pixels: Float32Array.from(labels.flatMap((_, index) => [(index % 256) / 255, 0])),
  });
  return { shape: SHAPE, classes: FINE, splits: { search } };
}

export interface PackedSplit {
  ids: string[];
  labels: number[];
  file: string;
  sha256: string;
}

export interface Manifest {
  format: string;
  version: number;
  height: number;
  width: number;
  channels: number;
  classes: string[];
  splits: Record<string, PackedSplit>;
}

/**
 * Packs a pool of three splits with two images each into a folder.
 * @param edit - changes the manifest before it is written.
 * @returns the path of images.json.
 */
export async function packPool(
  folder: string,
  edit: (manifest: Manifest) => void = () => {},
): Promise<string> {
  const manifest: Manifest = {
    format: 'bo-search/images',
    version: 1,
    ...SHAPE,
    classes: [...FINE],
    splits: {},
  };
  for (const [at, name] of ['search', 'attack', 'heldOut'].entries()) {
    const packed = gzipSync(Uint8Array.of(0, 51 * at, 255, 102));
    const file = `images-${name}.bin.gz`;
    await writeFile(join(folder, file), packed);
    manifest.splits[name] = {
      file,
      sha256: createHash('sha256').update(packed).digest('hex'),
      ids: [`${name}-0`, `${name}-1`],
      labels: [0, 2],
    };
  }
  edit(manifest);
  const path = join(folder, 'images.json');
  await writeFile(path, JSON.stringify(manifest));
  return path;
}
