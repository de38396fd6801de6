/** A picture from the bytes of its file, whichever kind they are: the name's ending is not asked. */
import { decodeJpeg } from './decode-jpeg.js';
import { decodePng } from './decode-png.js';
import { PNG_SIGNATURE } from './png-chunks.js';
import { imageError, type RasterImage } from './raster-image.js';

/**
 * Decodes a PNG or JPEG.
 * @param where - the file, for messages.
 * @throws BoSearchError `E_IMAGES`
 */
export function decodeImage(file: Uint8Array, where: string): RasterImage {
  if (PNG_SIGNATURE.every((byte, i) => file[i] === byte)) return decodePng(file, where);
  if (file[0] === 0xff && file[1] === 0xd8) return decodeJpeg(file, where);
  const got = file.length === 0 ? 'an empty file' : 'another kind of file';
  throw imageError(
    `${where}: expected a PNG or JPEG, got ${got}`,
    'convert it, or take it out of the folder',
  );
}
