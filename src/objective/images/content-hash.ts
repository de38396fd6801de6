/** Names for content: `sha256:…` of text, arrays and JSON values, the same on every run. */
import { createHash } from 'node:crypto';

/** Something to hash: text as UTF-8, arrays by their bytes (little-endian, as all of Node's platforms in use are). */
export type HashPart = string | Float32Array | Int32Array | Uint8Array;

/**
 * `sha256:` and 64 hexadecimal digits of the parts. Each part goes in behind its kind and byte length, so that no two
 * different lists of parts hash the same stream.
 */
export function contentHash(...parts: readonly HashPart[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : bytesOf(part);
    hash.update(`${kindOf(part)}:${bytes.byteLength}:`);
    hash.update(bytes);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** The 64 hexadecimal digits that `sha256sum` prints for a file of these bytes. */
export function fileSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** JSON with keys in code-unit order and no spaces: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isPlainObject(inner) ? sortedKeys(inner) : inner));
}

function sortedKeys(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, value[key]]),
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `[object Float32Array]`; unlike `constructor.name`, the same for a Buffer as for any Uint8Array. */
function kindOf(part: HashPart): string {
  return Object.prototype.toString.call(part);
}

function bytesOf(array: Float32Array | Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
