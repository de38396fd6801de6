/**
 * Purification noise: explicit, and keyed by (sample key, image id, where, purification).
 *
 * An image's noise follows its id: it is the same alone, in any batch and in any order, and the same for every α.
 */
import { randomStream } from '../../math/random.js';

/** Which noise: the sample's key and the number of the purification, from 0. */
export interface NoiseKey {
  readonly key: string;
  readonly purification: number;
}

/** Standard normal noise of one latent for B images, (B, size) flat. */
export function latentNoise(
  { key, purification }: NoiseKey,
  latent: string,
  imageIds: readonly string[],
  size: number,
): Float32Array {
  return fillRows(imageIds, size, (id, row) => {
    randomStream('purification', key, id, 'latent', latent, purification).fillNormal(row);
  });
}

/** Gaussian noise for B images, each rescaled to L2 norm `l2Norm` over all its pixels, (B, pixels) flat. */
export function inputNoise(
  { key, purification }: NoiseKey,
  imageIds: readonly string[],
  pixels: number,
  l2Norm: number,
): Float32Array {
  const draw = new Float64Array(pixels);
  return fillRows(imageIds, pixels, (id, row) => {
    randomStream('purification', key, id, 'input', purification).fillNormal(draw);
    const scale = l2Norm / Math.sqrt(draw.reduce((sum, value) => sum + value * value, 0));
    for (let p = 0; p < pixels; p += 1) row[p] = scale * (draw[p] ?? NaN);
  });
}

function fillRows(
  imageIds: readonly string[],
  size: number,
  fill: (id: string, row: Float32Array) => void,
): Float32Array {
  const rows = new Float32Array(imageIds.length * size);
  for (const [b, id] of imageIds.entries()) fill(id, rows.subarray(b * size, (b + 1) * size));
  return rows;
}
