/** Flat images: checked, and cut into chunks of consecutive ones. */
import { BoSearchError, ShapeError } from '../../errors.js';
import type { Chunk } from './pipeline.js';

/** A chunk that knows where it starts. */
export interface PlacedChunk extends Chunk {
  /** Position of its first image in the call. */
  readonly from: number;
}

/** Consecutive images, `chunkSize` at a time; the last chunk may be smaller. No pixel is copied. */
export function chunksOf(
  images: Float32Array,
  ids: readonly string[],
  { pixels, chunkSize }: { readonly pixels: number; readonly chunkSize: number },
): PlacedChunk[] {
  return Array.from({ length: Math.ceil(ids.length / chunkSize) }, (_, c) => {
    const from = c * chunkSize;
    const own = ids.slice(from, from + chunkSize);
    return { from, ids: own, pixels: images.subarray(from * pixels, (from + own.length) * pixels) };
  });
}

/**
 * Throws unless there are H·W·C values an image, each in [0, 1].
 * @throws ShapeError for another length; BoSearchError `E_IMAGES` naming image, position and value.
 */
export function assertImages(
  where: string,
  images: Float32Array,
  ids: readonly string[],
  pixels: number,
): void {
  if (images.length !== ids.length * pixels) {
    const expected = `${ids.length * pixels} values (${ids.length} images of ${pixels})`;
    throw new ShapeError(`${where}: expected ${expected}, got ${images.length}`);
  }
  const wrong = images.findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong < 0) return;
  const place = `image "${ids[Math.floor(wrong / pixels)]}" value ${wrong % pixels}`;
  throw new BoSearchError(
    'E_IMAGES',
    `${where}: ${place}: expected a number in [0, 1], got ${images[wrong]}`,
  );
}
