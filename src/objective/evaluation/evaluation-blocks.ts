/** Cuts a sample's images into blocks and makes each ready for scoring. */
import { BoSearchError } from '../../errors.js';
import { valuesPerImage, type ImageSet } from '../images/image-set.js';
import type { EvaluationBlock, PreparedImages } from './prepared-images.js';

/** Makes images (B, H, W, C) ready, such as a defence's `prepare`. */
export type PrepareImages = (
  pixels: Float32Array,
  ids: readonly string[],
) => PreparedImages | Promise<PreparedImages>;

export interface BlockOptions {
  /** Clean images; leave out what has no weight. */
  readonly clean?: ImageSet;
  /** Attacked images with the ids and labels of the clean ones, in the same order. */
  readonly attacked?: ImageSet;
  readonly prepare: PrepareImages;
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
      const { clean, attacked, prepare } = options;
      const block: { -readonly [Key in keyof EvaluationBlock]: EvaluationBlock[Key] } = {
        ids: images.ids.slice(from, from + size),
        labels: images.labels.slice(from, from + size),
      };
      blocks.push(block);
      if (clean !== undefined) block.clean = await prepareSlice(clean, from, block.ids, prepare);
      if (attacked !== undefined) block.attacked = await prepareSlice(attacked, from, block.ids, prepare);
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
  const d = valuesPerImage(images.shape);
  return prepare(images.pixels.subarray(from * d, (from + ids.length) * d), ids);
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
