/** Writes files whole or not at all. */
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BoSearchError } from '../errors.js';
import { errorCode, storageError } from '../storage/storage-error.js';

/**
 * Puts `text` at `path`: written beside it, flushed, then renamed over it, so that no reader ever sees a part.
 * @throws BoSearchError `E_STORAGE`; what was at `path` before is then still there.
 */
export async function writeWhole(path: string, text: string | Uint8Array): Promise<void> {
  await writeBeside(path, text, (partial) => rename(partial, path));
}

/**
 * Puts `text` at `path`, where nothing may be yet.
 * @throws BoSearchError `E_STORAGE`, also if something is there; it is left as it was.
 */
export async function writeNew(path: string, text: string): Promise<void> {
  await writeBeside(path, text, async (partial) => {
    await link(partial, path);
    await rm(partial);
  });
}

async function writeBeside(
  path: string,
  text: string | Uint8Array,
  place: (partial: string) => Promise<void>,
): Promise<void> {
  const partial = `${path}.partial`;
  await makeFolder(dirname(path));
  try {
    const handle = await open(partial, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await place(partial);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw errorCode(error) === 'EEXIST'
      ? inTheWay(path)
      : storageError(`${path}: expected to write it`, error);
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw storageError(`${folder}: expected a folder`, error);
  }
}

function inTheWay(path: string): BoSearchError {
  return new BoSearchError('E_STORAGE', `${path}: expected no such file yet, got one`, {
    hint: 'it is left as it was: choose another place, or move it away',
  });
}
