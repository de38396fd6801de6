/**
 * The chunks of a PNG file that its pixels depend on, checked before anything is decoded.
 *
 * Source: W3C, Portable Network Graphics (Third Edition), sections 5 and 11.
 */
import { inflateSync } from 'node:zlib';
import { assertSize, imageError } from './raster-image.js';

/** What the header says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

/** A header, and a PNG of nothing but what its pixels depend on: no profile or text is left to be unpacked. */
export interface BarePng {
  readonly header: PngHeader;
  readonly bytes: Uint8Array;
}

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Chunks that pixels depend on. */
const KEPT = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/** Samples a pixel, by colour type: gray, colour, palette, gray with alpha, colour with alpha. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Bit depths, by colour type. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Columns and rows of the seven passes: first, step. */
const PASSES = [
  [0, 8, 0, 8],
  [4, 8, 0, 8],
  [0, 4, 4, 8],
  [2, 4, 0, 4],
  [0, 2, 2, 4],
  [1, 2, 0, 2],
  [0, 1, 1, 2],
] as const;

/**
 * Checks lengths and header, and that the pixel data unpacks to as many bytes as the header asks
 * for: a file that would unpack to more is given up at that size.
 * @throws BoSearchError `E_IMAGES`
 */
export function barePng(file: Uint8Array, where: string): BarePng {
  const chunks = readChunks(file, where);
  const first = chunks[0];
  if (first?.type !== 'IHDR' || first.data.length !== 13)
    throw imageError(`${where}: expected a PNG header first`);
  const header = readHeader(first.data, where);
  const data = chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data);
  assertUnpacks(Buffer.concat(data), header, where);
  const kept = chunks.filter(({ type }) => KEPT.has(type)).map(({ whole }) => whole);
  return { header, bytes: Buffer.concat([PNG_SIGNATURE, ...kept]) };
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** With length and checksum. */
  readonly whole: Uint8Array;
}

function readChunks(file: Uint8Array, where: string): Chunk[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const chunks: Chunk[] = [];
  let at = PNG_SIGNATURE.length;
  for (;;) {
    if (at + 12 > file.length) throw imageError(`${where}: expected a PNG up to its end, got one cut short`);
    const length = view.getUint32(at);
    const end = at + 12 + length;
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type))
      throw imageError(`${where}: expected a PNG chunk at byte ${at}, got none`);
    if (end > file.length) {
      throw imageError(
        `${where}: expected ${length} bytes of PNG chunk ${type} at byte ${at}, got a file cut short`,
      );
    }
    chunks.push({ type, data: file.subarray(at + 8, end - 4), whole: file.subarray(at, end) });
    if (type === 'IEND') return chunks;
    at = end;
  }
}

function readHeader(data: Uint8Array, where: string): PngHeader {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, colourType = 0, compression, filter, interlace = 0] = data.subarray(8);
  assertSize(height, width, where);
  if (DEPTHS[colourType]?.includes(depth) !== true) {
    throw imageError(`${where}: expected a PNG colour type and depth, got ${colourType} and ${depth}`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw imageError(`${where}: expected PNG compression 0, filter 0, interlace 0 or 1, got others`);
  }
  return { width, height, depth, colourType, interlaced: interlace === 1 };
}

function assertUnpacks(packed: Uint8Array, header: PngHeader, where: string): void {
  const expected = unpackedLength(header);
  let got: string;
  try {
    const { length } = inflateSync(packed, { maxOutputLength: expected + 1 });
    if (length === expected) return;
    got = length > expected ? 'more' : String(length);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    got = code === 'ERR_BUFFER_TOO_LARGE' ? 'more' : (cause as Error).message;
  }
  throw imageError(`${where}: expected ${expected} bytes of PNG pixels after unpacking, got ${got}`);
}

function unpackedLength({ width, height, depth, colourType, interlaced }: PngHeader): number {
  const bits = depth * SAMPLES[colourType];
  const rows = (columns: number, lines: number) =>
    columns === 0 ? 0 : lines * (1 + Math.ceil((columns * bits) / 8));
  if (!interlaced) return rows(width, height);
  return PASSES.reduce(
    (total, [x, dx, y, dy]) =>
      total + rows(Math.max(0, Math.ceil((width - x) / dx)), Math.max(0, Math.ceil((height - y) / dy))),
    0,
  );
}
