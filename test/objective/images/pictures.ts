/** Small PNG files, right or wrong. */
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';

interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly colourType?: number;
  /** Filtered rows; default zeros of the right length, where that is small. */
  readonly data?: Uint8Array;
  /** In place of the packed data. */
  readonly packed?: Uint8Array;
  /** Chunks between header and pixels. */
  readonly before?: readonly (readonly [type: string, data: Uint8Array])[];
}

/** A PNG of 8 bits with these parts and right checksums. */
export function pngOf({ width, height, colourType = 0, data, packed, before = [] }: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colourType, 0, 0, 0], 8);
  const rows = data ?? Buffer.alloc(Math.min(1000, (width + 1) * height));
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    ...before.map(([type, bytes]) => chunk(type, bytes)),
    chunk('IDAT', packed ?? deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A gray picture of one level. */
export function grayPng(level: number, width = 2, height = 2): Uint8Array {
  return encode({ width, height, channels: 1, data: new Uint8Array(width * height).fill(level) });
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

function crc32(bytes: Uint8Array): number {
  let remainder = -1;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  }
  return ~remainder >>> 0;
}
