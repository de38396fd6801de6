/**
 * Matrices in NumPy's `.npy` files: written as version 1.0, little-endian float64, C order; float32, float16,
 * int64 (of 0 and 1) and Fortran order are read too.
 *
 * Source: numpy.lib.format, "A Simple File Format for NumPy Arrays".
 */
import { BoSearchError } from '../../errors.js';

/** A matrix, row-major. */
export interface NpyMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Shape (rows, columns). */
  readonly values: Float64Array;
  /** Largest difference between a number from 0 to 1 and the one the file could hold: 0 for float64 and integers. */
  readonly precision: number;
}

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

/** The array's data begins at a multiple of this many bytes. */
const ALIGNMENT = 64;

/** Longest header that is read, in bytes: a matrix needs about a hundred. */
const MAX_HEADER = 4096;

/** Bytes a value, and how to read one, by type. Each of them is a float64 to the bit, or refused. */
const TYPES: Readonly<
  Record<string, { readonly size: number; readonly read: (view: DataView, at: number) => number }>
> = {
  '<f8': { size: 8, read: (view, at) => view.getFloat64(at, true) },
  '<f4': { size: 4, read: (view, at) => view.getFloat32(at, true) },
  '<f2': { size: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  // beyond 2^53 not exact, but then no α either
  '<i8': { size: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
};

/** Half a unit in the last place below 1. */
const PRECISIONS: Readonly<Record<string, number>> = { '<f4': 2 ** -24, '<f2': 2 ** -11 };

const HINT = 'write it with numpy.save, from an array of dtype float64 and shape (schedules, latents)';

/** The bytes of a matrix. */
export function npyFromMatrix(rows: readonly (readonly number[])[]): Uint8Array {
  const columns = rows[0]?.length ?? 0;
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows.length}, ${columns}), }`;
  const before = MAGIC.length + 4;
  const start = Math.ceil((before + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + 8 * rows.length * columns);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  bytes.set([1, 0], MAGIC.length);
  view.setUint16(MAGIC.length + 2, start - before, true);
  bytes.set(new TextEncoder().encode(dictionary.padEnd(start - before - 1, ' ')), before);
  bytes[start - 1] = 0x0a;
  rows.flat().forEach((value, i) => view.setFloat64(start + 8 * i, value, true));
  return bytes;
}

/**
 * The matrix of a file; an array of one axis is a matrix of one row.
 * @throws BoSearchError `E_SCHEDULES` naming the file: no npy, another type, more axes, or a length that is not the shape's.
 */
export function matrixFromNpy(bytes: Uint8Array, file: string): NpyMatrix {
  const { header, start } = readHeader(bytes, file);
  const [, type = ''] = /'descr': *'([^']*)'/.exec(header) ?? [];
  const [, order] = /'fortran_order': *(True|False)/.exec(header) ?? [];
  const [, axes] = /'shape': *\(([^)]*)\)/.exec(header) ?? [];
  if (order === undefined || axes === undefined) {
    throw bad(`${file}: expected a header with descr, fortran_order and shape, got ${excerpt(header)}`);
  }
  const known = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (known === undefined) throw bad(`${file}: expected the type <f8, <f4, <f2 or <i8, got ${excerpt(type)}`);
  const { size, read } = known;
  const [rows, columns] = shapeFrom(axes, file);
  const held = bytes.byteLength - start;
  if (held !== rows * columns * size) {
    throw bad(
      `${file}: expected ${rows * columns * size} bytes for shape (${rows}, ${columns}), got ${held}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, held);
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < values.length; i++) {
    const at = order === 'True' ? (i % columns) * rows + Math.floor(i / columns) : i;
    values[i] = read(view, size * at);
  }
  return { rows, columns, values, precision: PRECISIONS[type] ?? 0 };
}

/** The number of an IEEE 754 half: sign, 5 bits of exponent, 10 of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function readHeader(bytes: Uint8Array, file: string): { header: string; start: number } {
  const isNpy = bytes.byteLength >= 12 && MAGIC.every((byte, i) => bytes[i] === byte);
  if (!isNpy) throw bad(`${file}: expected a .npy file, got ${bytes.byteLength} bytes of something else`);
  const major = bytes[MAGIC.length] ?? 0;
  if (major < 1 || major > 3) throw bad(`${file}: expected npy version 1, 2 or 3, got ${major}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const before = MAGIC.length + (major === 1 ? 4 : 6);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = before + length;
  if (length > MAX_HEADER || start > bytes.byteLength) {
    throw bad(`${file}: expected a header within the file of at most ${MAX_HEADER} bytes, got ${length}`);
  }
  return { header: new TextDecoder('latin1').decode(bytes.subarray(before, start)), start };
}

/** `2, 12` or `12,`. */
function shapeFrom(axes: string, file: string): [number, number] {
  const sizes = axes
    .split(',')
    .map((axis) => axis.trim())
    .filter((axis, i, all) => axis !== '' || i < all.length - 1);
  const wrong = sizes.find((axis) => !/^\d{1,9}$/.test(axis));
  if (wrong !== undefined || sizes.length < 1 || sizes.length > 2) {
    throw bad(`${file}: expected a shape of one or two axes, got (${excerpt(axes).slice(1, -1)})`);
  }
  const numbers = sizes.map(Number);
  return numbers.length === 1 ? [1, numbers[0] ?? 0] : [numbers[0] ?? 0, numbers[1] ?? 0];
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function bad(message: string): BoSearchError {
  return new BoSearchError('E_SCHEDULES', message, { hint: HINT });
}
