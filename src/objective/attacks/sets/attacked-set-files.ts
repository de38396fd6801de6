/**
 * Attacked sets in a folder: `attacked.json` and the pixels it names, float32 little-endian.
 *
 * The pixels' file is named by its hash and written first, the manifest is put in place by a rename last: a write that
 * was cut short leaves the set that was there before, or none.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BoSearchError } from '../../../errors.js';
import { canonicalJson, fileSha256 } from '../../images/content-hash.js';
import { createImageSet, valuesPerImage } from '../../images/image-set.js';
import { readBytes, readJsonFile } from '../../images/json-file.js';
import { replaceFile } from '../../images/put-file.js';
import { attackedManifestSchema, type AttackedManifest } from './attacked-manifest.js';
import {
  attackRequest,
  buildAttackedSet,
  type AttackedSet,
  type AttackedSetOptions,
} from './attacked-set.js';

/** Name of the manifest in its folder. */
export const ATTACKED_MANIFEST = 'attacked.json';

/** Digits of the hash in the name of the pixels' file. */
const HASH_DIGITS = 16;

/** A set, and whether it was made now; `because` says why a stored one could not be used. */
export type ObtainedSet =
  | { readonly kind: 'reused'; readonly set: AttackedSet }
  | { readonly kind: 'built'; readonly set: AttackedSet; readonly because: string };

/**
 * The set that the options ask for: the stored one if every setting and hash is the same, else a new one, stored in
 * its place.
 * @throws BoSearchError `E_ATTACK` if the stored one is damaged, `E_STORAGE` if it cannot be written; and as
 * `buildAttackedSet` does.
 */
export async function obtainAttackedSet(folder: string, options: AttackedSetOptions): Promise<ObtainedSet> {
  const manifest = await readManifest(folder);
  const difference = manifest === undefined ? 'none was stored' : differsIn(manifest, attackRequest(options));
  if (manifest !== undefined && difference === undefined) {
    return { kind: 'reused', set: await setFromManifest(folder, manifest) };
  }
  const set = await buildAttackedSet(options);
  await saveAttackedSet(folder, set);
  return { kind: 'built', set, because: difference ?? '' };
}

/**
 * Stores a set, replacing one that is there.
 * @throws BoSearchError `E_STORAGE`; the set that was there before is then still whole.
 */
export async function saveAttackedSet(folder: string, set: AttackedSet): Promise<void> {
  const { pixels } = set.images;
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const sha256 = fileSha256(bytes);
  const file = `attacked-${sha256.slice(0, HASH_DIGITS)}.f32`;
  const manifest = manifestOf(set, { file, sha256 });
  try {
    await mkdir(folder, { recursive: true });
    await replaceFile(join(folder, file), bytes);
    await replaceFile(join(folder, ATTACKED_MANIFEST), `${JSON.stringify(manifest)}\n`);
    await removeOthers(folder, file);
  } catch (cause) {
    throw new BoSearchError(
      'E_STORAGE',
      `attacked images: expected to write ${folder}, got ${(cause as Error).message}`,
      { hint: 'check free space and permissions; nothing that was stored is lost', cause },
    );
  }
}

/**
 * The set in a folder.
 * @throws BoSearchError `E_ATTACK` naming file and place if it is missing, malformed, or not what was stored.
 */
export async function loadAttackedSet(folder: string): Promise<AttackedSet> {
  const path = join(folder, ATTACKED_MANIFEST);
  return setFromManifest(folder, await readJsonFile(path, attackedManifestSchema, 'E_ATTACK'));
}

/** The manifest in the folder; undefined where there is none. */
async function readManifest(folder: string): Promise<AttackedManifest | undefined> {
  const path = join(folder, ATTACKED_MANIFEST);
  const exists = await readdir(folder).then(
    (names) => names.includes(ATTACKED_MANIFEST),
    () => false,
  );
  return exists ? readJsonFile(path, attackedManifestSchema, 'E_ATTACK') : undefined;
}

async function setFromManifest(folder: string, manifest: AttackedManifest): Promise<AttackedSet> {
  const { shape, classes, ids, labels, file, sha256, hash, name } = manifest.images;
  const bytes = await readBytes(join(folder, file), 'E_ATTACK');
  const expected = ids.length * valuesPerImage(shape) * Float32Array.BYTES_PER_ELEMENT;
  if (bytes.length !== expected) {
    throw damaged(
      `${file}: expected ${expected} bytes for ${ids.length} images, got ${bytes.length}`,
      folder,
    );
  }
  const found = fileSha256(bytes);
  if (found !== sha256) throw damaged(`${file}: expected sha256 ${sha256}, got ${found}`, folder);
  const pixels = new Float32Array(new Uint8Array(bytes).buffer);
  const images = createImageSet({ name, shape, classes, ids, labels: Int32Array.from(labels), pixels });
  if (images.hash !== hash) {
    throw damaged(
      `${ATTACKED_MANIFEST} images.hash: expected ${images.hash} from its content, got ${hash}`,
      folder,
    );
  }
  const { perImage, dropped, request, madeBy } = manifest;
  return { images, perImage, dropped, request, madeBy };
}

function manifestOf(set: AttackedSet, stored: { file: string; sha256: string }): AttackedManifest {
  const { name, hash, shape, classes, ids, labels } = set.images;
  return {
    format: 'bo-search/attacked-set',
    version: 1,
    request: { ...set.request, attack: { ...set.request.attack } },
    madeBy: set.madeBy,
    images: { name, hash, shape, classes: [...classes], ids: [...ids], labels: [...labels], ...stored },
    perImage: [...set.perImage],
    dropped: [...set.dropped],
  };
}

/** The first entry in which stored and asked requests differ, with both values; undefined if they are the same. */
function differsIn(manifest: AttackedManifest, asked: AttackedSet['request']): string | undefined {
  const stored: Record<string, unknown> = { ...manifest.request };
  for (const [key, value] of Object.entries(asked)) {
    const [before, now] = [canonicalJson(stored[key]), canonicalJson(value)];
    if (before !== now) return `${key}: stored ${before}, asked ${now}`;
  }
  return undefined;
}

async function removeOthers(folder: string, file: string): Promise<void> {
  const names = await readdir(folder);
  const old = names.filter((name) => /^attacked-[0-9a-f]+\.f32$/.test(name) && name !== file);
  for (const name of old) await rm(join(folder, name));
}

function damaged(message: string, folder: string): BoSearchError {
  return new BoSearchError('E_ATTACK', message, {
    hint: `the stored attacked images are damaged: delete ${folder} to have them made again`,
  });
}
