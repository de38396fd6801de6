/** Images made ready for many α: what does not depend on α is done once and kept within a memory budget. */
import { BoSearchError } from '../../errors.js';
import type { PreparedImages, PurificationDraws } from '../evaluation/prepared-images.js';
import { assertRuns } from '../tensors/runtime.js';
import { assertDraws, chunkMean } from './chunk-mean.js';
import { assertImages, chunksOf } from './image-chunks.js';
import { mixingWeights, sliceWeights } from './mixing-weights.js';
import type { Alphas } from './mixing-weights.js';
import { createPipeline } from './pipeline.js';
import type { PurificationOptions } from './pipeline.js';
import { createMemoryBudget, createStateCache } from './state-cache.js';
import type { MemoryBudget } from './state-cache.js';

/** What one `prepareImages` may keep unless told otherwise: 512 MiB. */
export const DEFAULT_MEMORY_BYTES = 512 * 1024 * 1024;

export interface PrepareOptions extends PurificationOptions {
  /** Bytes to keep at most, or a budget shared with others; default 512 MiB. Results do not depend on it. */
  readonly memory?: number | MemoryBudget;
}

/** Images to prepare. The pixels are not copied: leave them unchanged until `dispose`. */
export interface ImagesToPrepare {
  /** Stable ids (B): an image's noise follows its id. */
  readonly ids: readonly string[];
  /** (B, H, W, C) flat, in [0, 1]. */
  readonly pixels: Float32Array;
}

/** Purifications to average. */
export interface DrawRange extends PurificationDraws {
  /** Number of the first purification, from 0; default 0. */
  readonly from?: number;
}

/** Prepared images that say what they hold. */
export interface CachedImages extends PreparedImages {
  /** Bytes of the tensors kept for the next call. */
  readonly bytes: number;
  /**
   * Mean logits (B, K) over purifications `from` … `from + draws − 1`; the logits of `createDefence` with the same α,
   * bit for bit, where draw `d` of K purifications is `{ from: d·K, draws: K }`.
   * @param alphas - one vector (N) or one an image (B, N), before attenuation.
   * @throws BoSearchError `E_ALPHAS`, `E_NON_FINITE` naming model, step and image, `E_BACKEND`.
   */
  logits(alphas: Alphas, draws: DrawRange): Promise<Float32Array>;
}

/**
 * Prepares images for a search. Nothing is computed before the first `logits`.
 * @throws BoSearchError as `createPipeline` does; ShapeError or `E_IMAGES` for pixels that do not fit.
 */
export function prepareImages(options: PrepareOptions, images: ImagesToPrepare): CachedImages {
  const pipeline = createPipeline(options);
  const { memory = DEFAULT_MEMORY_BYTES } = options;
  const budget = typeof memory === 'number' ? createMemoryBudget(memory) : memory;
  assertImages('prepareImages', images.pixels, images.ids, pipeline.pixels);
  const chunks = chunksOf(images.pixels, images.ids, pipeline).map((chunk) => ({
    ...chunk,
    cache: createStateCache(budget),
  }));
  const classes = pipeline.classifier.classes.length;
  const latents = pipeline.mlvgm.latents.length;
  let disposed = false;
  return {
    count: images.ids.length,
    get bytes() {
      return chunks.reduce((sum, { cache }) => sum + cache.bytes, 0);
    },
    async logits(alphas, { key, draws, from = 0 }) {
      if (disposed) throw new BoSearchError('E_ARGUMENT', 'prepareImages: logits asked for after dispose');
      assertRuns(pipeline.runtime, 'prepareImages');
      assertDraws(draws, from);
      const { attenuation } = pipeline;
      const weights = mixingWeights(alphas, { latents, images: images.ids.length, attenuation });
      const logits = new Float32Array(images.ids.length * classes);
      for (const { cache, ...chunk } of chunks) {
        cache.retain(key);
        const own = sliceWeights(weights, chunk.from, chunk.from + chunk.ids.length);
        logits.set(await chunkMean(pipeline, chunk, own, { key, from, draws }, cache), chunk.from * classes);
      }
      return logits;
    },
    dispose() {
      disposed = true;
      for (const { cache } of chunks) cache.clear();
      pipeline.preprocessing.dispose();
    },
  };
}
