/**
 * Finished pieces of an evaluation in its folder: `cells/<kind>-<hash>.json`, named by the hash of all that decides them,
 * and beside it the images they made, float32 little-endian (m, H, W, C). Written whole, images first.
 */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BoSearchError } from '../../errors.js';
import { canonicalJson, contentHash, fileSha256 } from '../../objective/images/content-hash.js';
import { formatJson } from '../../schedules/format-json.js';
import { writeWhole } from '../write-whole.js';

const FORMAT = 'bo-search/evaluation-cell';
const FOLDER = 'cells';

/** Digits of the hash in a name: 64 bits. */
const HASH_DIGITS = 16;

/** What decides a piece, all of it: equal requests, equal results. */
export interface CellRequest {
  readonly kind: string;
  readonly [key: string]: unknown;
}

export interface StoredCell<T> {
  readonly result: T;
  /** Images it made; absent where it made none. */
  readonly images?: Float32Array;
}

export interface CellStore {
  /** Whether the piece is there, whole. */
  has(request: CellRequest): Promise<boolean>;
  /** The piece as it is stored, else as `make` gives it, stored. */
  obtain<T extends object>(request: CellRequest, make: () => Promise<StoredCell<T>>): Promise<StoredCell<T>>;
  /** Where a piece that is not finished may keep its state; taken away when it is. */
  partialFile(request: CellRequest): string;
}

/**
 * The pieces in a folder.
 * @param onDamaged - told of a piece that is there and no good; it is made again.
 */
export function openCellStore(out: string, onDamaged: (message: string) => void): CellStore {
  const fileOf = (request: CellRequest) => join(out, FOLDER, `${nameOf(request)}.json`);
  const partialFile = (request: CellRequest) => join(out, FOLDER, `${nameOf(request)}.checkpoint`);
  const read = <T>(request: CellRequest) => readCell<T>(fileOf(request), request, onDamaged);
  return {
    has: async (request) => (await read(request)) !== undefined,
    async obtain(request, make) {
      const known = await read<Awaited<ReturnType<typeof make>>['result']>(request);
      const cell = known ?? (await make());
      if (known === undefined) await writeCell(fileOf(request), request, cell);
      await rm(partialFile(request), { force: true });
      return cell;
    },
    partialFile,
  };
}

/** What a piece is called in its folder. */
export function nameOf(request: CellRequest): string {
  const digits = contentHash(canonicalJson(request)).slice('sha256:'.length);
  return `${request.kind}-${digits.slice(0, HASH_DIGITS)}`;
}

async function writeCell(
  file: string,
  request: CellRequest,
  { result, images }: StoredCell<object>,
): Promise<void> {
  const bytes = images === undefined ? undefined : bytesOf(images);
  if (bytes !== undefined) await writeWhole(imagesBeside(file), bytes);
  const body = {
    request,
    result,
    ...(bytes === undefined ? {} : { images: { bytes: bytes.length, sha256: fileSha256(bytes) } }),
  };
  await writeWhole(file, `${formatJson({ format: FORMAT, version: 1, hash: hashOf(body), ...body })}\n`);
}

interface CellFile {
  readonly format?: unknown;
  readonly version?: unknown;
  readonly hash?: unknown;
  readonly request?: unknown;
  readonly result?: unknown;
  readonly images?: { readonly sha256?: unknown };
}

async function readCell<T>(
  file: string,
  request: CellRequest,
  onDamaged: (message: string) => void,
): Promise<StoredCell<T> | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    const { format, version, hash, ...body } = JSON.parse(await readFile(file, 'utf8')) as CellFile;
    if (format !== FORMAT || version !== 1 || hash !== hashOf(body))
      throw new Error('other bytes than were written');
    if (canonicalJson(body.request) !== canonicalJson(request)) throw new Error('another request');
    const result = body.result as T;
    if (body.images === undefined) return { result };
    return { result, images: await readImages(imagesBeside(file), body.images.sha256) };
  } catch (error) {
    onDamaged(`${file}: expected what was stored, got ${(error as Error).message}; it is made again`);
    return undefined;
  }
}

async function readImages(file: string, sha256: unknown): Promise<Float32Array> {
  const bytes = new Uint8Array(await readFile(file));
  if (fileSha256(bytes) !== sha256) {
    throw new BoSearchError('E_STORAGE', `other images in ${file} than were written`);
  }
  return new Float32Array(bytes.slice().buffer);
}

function imagesBeside(file: string): string {
  return file.replace(/\.json$/, '.f32');
}

function bytesOf(images: Float32Array): Uint8Array {
  return new Uint8Array(images.buffer, images.byteOffset, images.byteLength);
}

function hashOf(body: object): string {
  return contentHash(canonicalJson(JSON.parse(JSON.stringify(body))));
}
