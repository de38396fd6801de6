/**
 * Plain data as bytes and back: numbers, strings, booleans, null, typed arrays, and arrays and objects of those.
 *
 * Bytes: the length of a JSON text (uint32, little-endian), the text, then the bytes of all typed arrays, one behind
 * the other. In the text `{"$array":[kind, first byte, length]}` stands for a typed array, `{"$number":"NaN"}` for a
 * number JSON has no word for, and a key that begins with `$` has one more. Every bit comes back, −0 and the payload of
 * a NaN in an array included; two references to one array come back as two arrays.
 */
import { internalError } from '../../../errors.js';

type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

const ARRAYS = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
} as const;

type ArrayKind = keyof typeof ARRAYS;

const LENGTH_BYTES = 4;

/**
 * The bytes of plain data.
 * @throws an internal error that names the place of anything else, for a state that holds it is one that cannot go on.
 */
export function plainDataToBytes(value: unknown): Uint8Array {
  const arrays: Uint8Array[] = [];
  const text = Buffer.from(JSON.stringify(withoutArrays(value, 'data', createSink(arrays))), 'utf8');
  const head = new Uint8Array(LENGTH_BYTES);
  new DataView(head.buffer).setUint32(0, text.length, true);
  return Buffer.concat([head, text, ...arrays]);
}

/**
 * Plain data from its bytes; all arrays own their memory.
 * @throws RangeError, SyntaxError or TypeError for bytes that `plainDataToBytes` did not make.
 */
export function plainDataFromBytes(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = LENGTH_BYTES + view.getUint32(0, true);
  const text = Buffer.from(bytes.subarray(LENGTH_BYTES, begin)).toString('utf8');
  return withArrays(JSON.parse(text), bytes.subarray(begin));
}

/** Takes the bytes of an array and says where they begin. */
type Sink = (bytes: Uint8Array) => number;

function createSink(arrays: Uint8Array[]): Sink {
  let next = 0;
  return (bytes) => {
    const from = next;
    arrays.push(bytes);
    next += bytes.length;
    return from;
  };
}

function withoutArrays(value: unknown, place: string, sink: Sink): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return isJsonNumber(value) ? value : { $number: wordOf(value) };
  if (Array.isArray(value)) {
    // not `map`, which passes over holes
    return Array.from(value, (one: unknown, at) => withoutArrays(one, `${place}[${at}]`, sink));
  }
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (isArrayKind(kind)) {
    const array = value as TypedArray;
    const from = sink(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return { $array: [kind, from, array.length] };
  }
  if (!isPlainObject(value)) {
    throw internalError(`${place}: expected plain data, got ${value === undefined ? 'undefined' : kind}`);
  }
  const entries = Object.entries(value).map(([key, one]) => [
    key.startsWith('$') ? `$${key}` : key,
    withoutArrays(one, `${place}.${key}`, sink),
  ]);
  return Object.fromEntries(entries);
}

function withArrays(value: unknown, bytes: Uint8Array): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => withArrays(one, bytes));
  if ('$number' in value) return Number(value.$number);
  if ('$array' in value) return arrayAt(value.$array as [ArrayKind, number, number], bytes);
  const entries = Object.entries(value).map(([key, one]) => [
    key.startsWith('$') ? key.slice(1) : key,
    withArrays(one, bytes),
  ]);
  return Object.fromEntries(entries);
}

function arrayAt([kind, from, length]: [ArrayKind, number, number], bytes: Uint8Array): TypedArray {
  const array = new ARRAYS[kind](length);
  const own = new Uint8Array(array.buffer);
  own.set(bytes.subarray(from, from + own.length));
  if (from + own.length > bytes.length)
    throw new RangeError(`expected ${own.length} bytes from byte ${from}`);
  return array;
}

function isJsonNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

function wordOf(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function isArrayKind(kind: string): kind is ArrayKind {
  return Object.hasOwn(ARRAYS, kind);
}

/** True for `{…}`, of this realm or another. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
