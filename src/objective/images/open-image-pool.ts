/** Opens images by their place, packed or as a folder of pictures. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BoSearchError } from '../../errors.js';
import { canonicalJson, contentHash, fileSha256 } from './content-hash.js';
import { CLASSES_FILE } from './folder-entries.js';
import { type ImageFolderOptions, loadImageFolder } from './image-folder.js';
import { type ImagePool, loadImagePool } from './image-pool.js';
import { readBytes } from './json-file.js';

/** Name of the manifest of packed images. */
export const IMAGES_MANIFEST = 'images.json';

/** A pool, and the name of what is in it. */
export interface OpenedPool {
  readonly pool: ImagePool;
  /** `sha256:…` of the manifest, which names all else by hash; of a folder, over shape, classes and image sets. */
  readonly hash: string;
}

/**
 * Opens a pool.
 * @param place - an `images.json`, the folder it is in, or a folder of pictures with `classes.txt`. A folder with both
 * is a packed one.
 * @throws BoSearchError `E_IMAGES` naming file and reason.
 */
export async function openImagePool(place: string, options: ImageFolderOptions = {}): Promise<OpenedPool> {
  const kind = await kindOf(place);
  if (kind === 'file') return openPacked(place);
  if ((await kindOf(join(place, IMAGES_MANIFEST))) === 'file')
    return openPacked(join(place, IMAGES_MANIFEST));
  if (kind === 'folder' && (await kindOf(join(place, CLASSES_FILE))) !== 'nothing') {
    const pool = await loadImageFolder(place, options);
    return { pool, hash: poolHash(pool) };
  }
  const got = kind === 'folder' ? 'a folder without either' : 'no such file or folder';
  throw new BoSearchError(
    'E_IMAGES',
    `${place}: expected ${IMAGES_MANIFEST}, or a folder with it or with ${CLASSES_FILE}, got ${got}`,
    { hint: `check the path; a folder of pictures needs a ${CLASSES_FILE} with one class a line` },
  );
}

async function openPacked(manifest: string): Promise<OpenedPool> {
  const hash = `sha256:${fileSha256(await readBytes(manifest, 'E_IMAGES'))}`;
  return { pool: await loadImagePool(manifest), hash };
}

function poolHash({ shape, classes, splits }: ImagePool): string {
  const sets = Object.entries(splits).map(([name, set]) => [name, set.hash]);
  return contentHash(canonicalJson({ shape, classes, sets: sets.map((set) => set.join(' ')).sort() }));
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return 'nothing';
  return stats.isDirectory() ? 'folder' : 'file';
}
