/** PNG files as pictures: gray, colour and palette, 1 to 16 bits, interlaced from 8 bits on; alpha only where opaque. */
import { decode, type DecodedPng } from 'fast-png';
import { barePng } from './png-chunks.js';
import { decoderSaid, imageError, type RasterImage } from './raster-image.js';

const OPAQUE_HINT = 'put the picture on the background it is meant to stand on, and save it without alpha';

/**
 * The picture in a PNG file. Colour profiles and gamma are not applied: samples are taken as they are.
 * @param where - the file, for messages.
 * @throws BoSearchError `E_IMAGES` for a damaged file, one above 2^24 pixels, or one that is not opaque.
 */
export function decodePng(file: Uint8Array, where: string): RasterImage {
  const { header, bytes } = barePng(file, where);
  if (header.interlaced && header.depth < 8) {
    throw imageError(
      `${where}: expected an interlaced PNG of at least 8 bits, got ${header.depth}`,
      'save it without interlacing',
    );
  }
  const png = decoded(bytes, where);
  const all = unpackSamples(png);
  if (header.colourType === 3) return fromPalette(png, all, where);
  const colours = png.channels >= 3 ? 3 : 1;
  assertNoKeyColour(png, all, where);
  const samples = withoutAlpha(png, all, colours, where);
  const { width, height, depth } = png;
  return {
    height,
    width,
    channels: colours,
    white: depth === 16 ? 65535 : 255,
    samples: toBytes(samples, depth),
  };
}

function decoded(bytes: Uint8Array, where: string): DecodedPng {
  try {
    return decode(bytes, { checkCrc: true });
  } catch (cause) {
    throw imageError(`${where}: expected a PNG, got ${decoderSaid(cause)}`, undefined, cause);
  }
}

/** One entry a sample; rows of less than 8 bits a sample end at a byte. */
function unpackSamples({ data, width, height, channels, depth }: DecodedPng): Uint8Array | Uint16Array {
  if (data instanceof Uint16Array) return data;
  if (depth >= 8) return Uint8Array.from(data);
  const samples = new Uint8Array(width * height * channels);
  const rowBytes = Math.ceil((width * depth) / 8);
  const mask = 2 ** depth - 1;
  for (let i = 0; i < samples.length; i++) {
    const [row, bit] = [Math.floor(i / width), (i % width) * depth];
    const byte = data[row * rowBytes + (bit >> 3)];
    samples[i] = (byte >> (8 - depth - (bit & 7))) & mask;
  }
  return samples;
}

function fromPalette(
  { palette = [], width, height }: DecodedPng,
  indices: ArrayLike<number>,
  where: string,
): RasterImage {
  const samples = new Uint8Array(indices.length * 3);
  for (let i = 0; i < indices.length; i++) {
    const colour = palette[indices[i]];
    if (colour === undefined) {
      throw imageError(`${where}: expected palette entries below ${palette.length}, got ${indices[i]}`);
    }
    if ((colour[3] ?? 255) !== 255) throw seeThrough(where, i, width);
    samples.set(colour.slice(0, 3), 3 * i);
  }
  return { height, width, channels: 3, white: 255, samples };
}

/** A tRNS chunk names one colour as see-through. */
function assertNoKeyColour(png: DecodedPng, samples: ArrayLike<number>, where: string): void {
  const { transparency, channels, width } = png;
  if (transparency === undefined || transparency.length !== channels) return;
  for (let i = 0; i < samples.length / channels; i++) {
    if (transparency.every((value, c) => samples[i * channels + c] === value))
      throw seeThrough(where, i, width);
  }
}

function withoutAlpha(
  { channels, width, depth }: DecodedPng,
  samples: Uint8Array | Uint16Array,
  colours: 1 | 3,
  where: string,
): Uint8Array | Uint16Array {
  if (channels === colours) return samples;
  const opaque = 2 ** depth - 1;
  for (let i = 0; i < samples.length / channels; i++) {
    if (samples[i * channels + colours] !== opaque) throw seeThrough(where, i, width);
  }
  return samples.filter((_, i) => i % channels < colours);
}

/** Samples below 8 bits, stretched to 8. */
function toBytes(samples: Uint8Array | Uint16Array, depth: number): Uint8Array | Uint16Array {
  return depth >= 8 ? samples : samples.map((sample) => (sample * 255) / (2 ** depth - 1));
}

function seeThrough(where: string, pixel: number, width: number): Error {
  const place = `column ${pixel % width}, row ${Math.floor(pixel / width)}`;
  return imageError(`${where}: expected opaque pixels, got a see-through one at ${place}`, OPAQUE_HINT);
}
