/** A decoded picture, and the bounds every decoder keeps. */
import { BoSearchError } from '../../errors.js';

/** Gray or colour samples, row-major, channels last. Opaque: decoders refuse what shines through. */
export interface RasterImage {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** The sample that stands for 1: 255 or 65535. */
  readonly white: 255 | 65535;
  /** Shape (height, width, channels). */
  readonly samples: Uint8Array | Uint16Array;
}

/** Most pixels a picture may have: 4096 by 4096. */
export const MAX_PIXELS = 2 ** 24;

/** Largest file of one picture, in bytes. */
export const MAX_FILE_BYTES = 128 * 1024 * 1024;

/** Refuses sizes before anything is decoded. @throws BoSearchError `E_IMAGES` */
export function assertSize(height: number, width: number, where: string): void {
  if (height >= 1 && width >= 1 && height * width <= MAX_PIXELS) return;
  throw imageError(`${where}: expected from 1 to ${MAX_PIXELS} pixels, got ${width} by ${height}`);
}

/** An `E_IMAGES` error about a picture's file. */
export function imageError(message: string, hint = DAMAGED, cause?: unknown): BoSearchError {
  return new BoSearchError('E_IMAGES', message, { hint, ...(cause === undefined ? {} : { cause }) });
}

/** What a decoder says went wrong, in words for people: where it only stumbled, that its data are damaged. */
export function decoderSaid(cause: unknown): string {
  const { name, message } = cause as Error;
  if (name !== 'Error' || !/^[\x20-\x7e]{1,200}$/.test(message)) return 'damaged data';
  return `an error: ${message}`;
}

const DAMAGED = 'the file may be damaged: fetch or convert it again';
