/** JPEG files as pictures: baseline and progressive Huffman, 8 bits, gray or YCbCr. */
import jpeg from 'jpeg-js';
import { assertSize, decoderSaid, imageError, MAX_PIXELS, type RasterImage } from './raster-image.js';

/** Most scans of a progressive file: encoders write about ten; each costs a pass over the picture. */
const MAX_SCANS = 100;

/** Memory the decoder may take, in MiB: about 30 bytes a pixel. */
const MAX_MEMORY = 768;

const FRAMES: Readonly<Record<number, string>> = {
  0xc3: 'lossless',
  0xc5: 'hierarchical',
  0xc6: 'hierarchical',
  0xc7: 'hierarchical',
  0xc9: 'arithmetic-coded',
  0xca: 'arithmetic-coded',
  0xcb: 'arithmetic-coded',
};

const CONVERT = 'save it as a baseline JPEG in gray or RGB, or as PNG';

/**
 * The picture in a JPEG file. Orientation and colour profile of its metadata are not applied.
 * @param where - the file, for messages.
 * @throws BoSearchError `E_IMAGES` for a damaged or cut file, CMYK, other than 8 bits, or above 2^24 pixels.
 */
export function decodeJpeg(file: Uint8Array, where: string): RasterImage {
  const { width, height, components } = readFrame(file, where);
  let data: Uint8Array;
  try {
    ({ data } = jpeg.decode(file, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: MAX_MEMORY,
    }));
  } catch (cause) {
    throw imageError(`${where}: expected a JPEG, got ${decoderSaid(cause)}`, undefined, cause);
  }
  if (data.length !== 3 * width * height) {
    throw imageError(`${where}: expected ${width} by ${height} pixels of JPEG, got another number`);
  }
  const samples = components === 1 ? data.filter((_, i) => i % 3 === 0) : data;
  return { height, width, channels: components === 1 ? 1 : 3, white: 255, samples };
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
}

/** Walks the markers: one frame, not too many scans, and an end. */
function readFrame(file: Uint8Array, where: string): Frame {
  let frame: Frame | undefined;
  let scans = 0;
  for (let at = 2; ;) {
    at = nextMarker(file, at);
    const marker = file[at + 1];
    if (marker === undefined) throw imageError(`${where}: expected a JPEG up to its end, got one cut short`);
    if (marker === 0xd9) break;
    const length = ((file[at + 2] ?? 0) << 8) | (file[at + 3] ?? 0);
    if (length < 2 || at + 2 + length > file.length) {
      throw imageError(`${where}: expected a JPEG up to its end, got one cut short at byte ${at}`);
    }
    if (isFrame(marker)) {
      if (frame !== undefined) throw imageError(`${where}: expected one picture in a JPEG, got a second`);
      frame = frameAt(file.subarray(at + 4, at + 2 + length), marker, where);
    }
    if (marker === 0xda && ++scans > MAX_SCANS) {
      throw imageError(`${where}: expected at most ${MAX_SCANS} scans of a JPEG, got more`, CONVERT);
    }
    at += 2 + length;
  }
  if (frame === undefined || scans === 0)
    throw imageError(`${where}: expected a picture in the JPEG, got none`);
  return frame;
}

/** Offset of the next marker: 0xff and something that is neither data, restart nor filling. */
function nextMarker(file: Uint8Array, from: number): number {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const code = file[at + 1] ?? 0;
    if (code !== 0x00 && code !== 0xff && code !== 0x01 && !(code >= 0xd0 && code <= 0xd7)) return at;
  }
  return file.length;
}

/** Start of a frame: C0 to CF but for tables (C4, CC) and the reserved C8. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function frameAt(data: Uint8Array, marker: number, where: string): Frame {
  if (marker > 0xc2) {
    throw imageError(
      `${where}: expected a baseline or progressive JPEG, got a ${FRAMES[marker] ?? 'differential'} one`,
      CONVERT,
    );
  }
  const [precision = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, components = 0] = data;
  const [height, width] = [(h1 << 8) | h0, (w1 << 8) | w0];
  assertSize(height, width, where);
  if (precision !== 8)
    throw imageError(`${where}: expected 8 bits a sample of JPEG, got ${precision}`, CONVERT);
  if (components !== 1 && components !== 3) {
    const got = components === 4 ? '4 (CMYK)' : String(components);
    throw imageError(`${where}: expected 1 or 3 components of JPEG, got ${got}`, CONVERT);
  }
  assertSampling(data.subarray(6), components, where);
  return { width, height, components };
}

/** Sampling factors of 0 or above 4 would make endless or enormous blocks. */
function assertSampling(data: Uint8Array, components: number, where: string): void {
  for (let i = 0; i < components; i++) {
    const factors = data[3 * i + 1] ?? 0;
    const [h, v] = [factors >> 4, factors & 15];
    if (h < 1 || h > 4 || v < 1 || v > 4) {
      throw imageError(`${where}: expected JPEG sampling factors from 1 to 4, got ${h} by ${v}`);
    }
  }
}
