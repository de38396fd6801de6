/** Cuts a sample's images into blocks and makes each ready for scoring. */
import { BoSearchError } from '../../errors.js';
import { valuesPerImage, type ImageSet } from '../images/image-set.js';
import type { EvaluationBlock, PreparedImages } from './prepared-images.js';

/** Makes images (B, H, W, C) ready, such as a defence's `prepare`. */
export type PrepareImages = (
  pixels: Float32Array,
  ids: readonly string[],
) => PreparedImages | Promise<PreparedImages>;

/** The clean images of a block. */
export interface ImagesOfBlock {
  /** (B, H, W, C) flat. Not to be changed. */
  readonly pixels: Float32Array;
  readonly ids: readonly string[];
  /** True classes (B). */
  readonly labels: Int32Array;
  readonly clean: PreparedImages;
}

export interface BlockOptions {
  /** Clean images; leave out what has no weight. */
  readonly clean?: ImageSet;
  /** Attacked images with the ids and labels of the clean ones, in the same order. */
  readonly attacked?: ImageSet;
  readonly prepare: PrepareImages;
  /** Instead of `attacked`: makes the attacked part of a block from its clean images. */
  readonly attackEach?: (images: ImagesOfBlock) => PreparedImages;
  /** Images a block, at least 1; default all in one block. The last block may be smaller. */
  readonly blockSize?: number;
}

/**
 * The blocks of a sample, in the images' own order. If one cannot be made ready, those before it are disposed.
 * @throws BoSearchError `E_IMAGES` if there are no images, or the attacked ones are not the clean ones.
 */
export async function createEvaluationBlocks(options: BlockOptions): Promise<EvaluationBlock[]> {
  const images = options.clean ?? options.attacked;
  if (images === undefined || images.ids.length === 0) {
    throw new BoSearchError(
      'E_IMAGES',
      'createEvaluationBlocks: expected clean or attacked images, got none',
    );
  }
  assertSameImages(options);
  const size = options.blockSize ?? images.ids.length;
  if (!Number.isInteger(size) || size < 1) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `createEvaluationBlocks: blockSize must be at least 1, got ${size}`,
    );
  }
  const blocks: EvaluationBlock[] = [];
  try {
    for (let from = 0; from < images.ids.length; from += size) {
      const { clean, attacked, attackEach, prepare } = options;
      const block: { -readonly [Key in keyof EvaluationBlock]: EvaluationBlock[Key] } = {
        ids: images.ids.slice(from, from + size),
        labels: images.labels.slice(from, from + size),
      };
      blocks.push(block);
      if (clean !== undefined) block.clean = await prepareSlice(clean, from, block.ids, prepare);
      if (attacked !== undefined) block.attacked = await prepareSlice(attacked, from, block.ids, prepare);
      if (attackEach !== undefined && clean !== undefined && block.clean !== undefined) {
        const { ids, labels } = block;
        block.attacked = attackEach({
          pixels: pixelsOf(clean, from, ids.length),
          ids,
          labels,
          clean: block.clean,
        });
      }
    }
  } catch (error) {
    disposeBlocks(blocks);
    throw error;
  }
  return blocks;
}

/** Disposes what the blocks hold. */
export function disposeBlocks(blocks: readonly EvaluationBlock[]): void {
  for (const block of blocks) {
    block.clean?.dispose();
    block.attacked?.dispose();
  }
}

async function prepareSlice(
  images: ImageSet,
  from: number,
  ids: readonly string[],
  prepare: PrepareImages,
): Promise<PreparedImages> {
  return prepare(pixelsOf(images, from, ids.length), ids);
}

function pixelsOf({ shape, pixels }: ImageSet, from: number, count: number): Float32Array {
  const d = valuesPerImage(shape);
  return pixels.subarray(from * d, (from + count) * d);
}

function assertSameImages({ clean, attacked }: BlockOptions): void {
  if (clean === undefined || attacked === undefined) return;
  const count = Math.max(clean.ids.length, attacked.ids.length);
  for (let row = 0; row < count; row += 1) {
    if (clean.ids[row] === attacked.ids[row] && clean.labels[row] === attacked.labels[row]) continue;
    const [expected, got] = [clean, attacked].map((set) =>
      set.ids[row] === undefined ? 'none' : `"${set.ids[row]}" of class ${set.labels[row]}`,
    );
    throw new BoSearchError(
      'E_IMAGES',
      `attacked images[${row}]: expected ${expected} as clean, got ${got}`,
      {
        hint: 'choose the clean images by the ids of the attacked ones (imagesById)',
      },
    );
  }
}
