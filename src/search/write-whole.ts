/** Writes files whole or not at all. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BoSearchError } from '../errors.js';
import { putNewFile, replaceFile } from '../objective/images/put-file.js';
import { errorCode, storageError } from '../storage/storage-error.js';

/**
 * Puts `text` at `path`: written beside it, flushed, then renamed over it, so that no reader ever sees a part.
 * @throws BoSearchError `E_STORAGE`; what was at `path` before is then still there.
 */
export async function writeWhole(path: string, text: string | Uint8Array): Promise<void> {
  await putIn(path, () => replaceFile(path, text));
}

/**
 * Puts `text` at `path`, where nothing may be yet.
 * @throws BoSearchError `E_STORAGE`, also if something is there; it is left as it was.
 */
export async function writeNew(path: string, text: string): Promise<void> {
  await putIn(path, () => putNewFile(path, text));
}

async function putIn(path: string, put: () => Promise<void>): Promise<void> {
  await makeFolder(dirname(path));
  try {
    await put();
  } catch (error) {
    throw errorCode(error) === 'EEXIST'
      ? inTheWay(path)
      : storageError(`${path}: expected to write it`, error);
  }
}

/** @throws BoSearchError `E_STORAGE` if there is no folder and none can be made. */
export async function makeFolder(folder: string): Promise<void> {
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
