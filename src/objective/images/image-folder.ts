/** Image folders: PNG and JPEG files sorted into splits and classes, as an image pool. */
import { fileSha256 } from './content-hash.js';
import { decodeImage } from './decode-image.js';
import { type FolderEntry, listImageFolder, readWithin } from './folder-entries.js';
import type { ImagePool } from './image-pool.js';
import { createImageSet, type ImageSet, type ImageShape, valuesPerImage } from './image-set.js';
import { SPLIT_NAMES, type SplitName } from './images-manifest.js';
import { imageError, type RasterImage } from './raster-image.js';

export interface ImageFolderOptions {
  /**
   * 1 or 3. Gray pictures become colour ones with three equal channels; colour ones become gray only if their channels
   * are equal. Default: that of the first picture.
   */
  readonly channels?: 1 | 3;
  /** Most bytes the pixels may take, as float32; default 4 GiB. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 4 * 1024 ** 3;

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/**
 * Reads a folder of images. All must have one size: nothing is resized, cropped or turned.
 * @returns the pool; an image's id is its path within the folder, and the order is that of the ids.
 * @throws BoSearchError `E_IMAGES` naming the file: one that cannot be decoded, is not opaque, has another size or other
 * channels, stands twice in different splits or classes, or lies outside the folder.
 */
export async function loadImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<ImagePool> {
  const { classes, entries } = await listImageFolder(folder);
  const first = entries[0];
  const reader = createReader(folder);
  const begun = await reader(first);
  const channels = options.channels ?? begun.channels;
  const shape = { height: begun.height, width: begun.width, channels };
  assertFits(entries.length, shape, options.maxBytes ?? DEFAULT_MAX_BYTES, folder);
  const splits: Partial<Record<SplitName, ImageSet>> = {};
  for (const name of SPLIT_NAMES) {
    const own = entries.filter(({ split }) => split === name);
    if (own.length === 0) continue;
    const pixels = new Float32Array(own.length * valuesPerImage(shape));
    for (const [at, entry] of own.entries()) {
      const image = entry === first ? begun : await reader(entry);
      const place = pixels.subarray(at * valuesPerImage(shape), (at + 1) * valuesPerImage(shape));
      fill(place, image, { shape, id: entry.id, first: first.id, asked: options.channels });
    }
    const ids = own.map(({ id }) => id);
    splits[name] = createImageSet({
      name,
      shape,
      classes,
      ids,
      labels: Int32Array.from(own, ({ label }) => label),
      pixels,
    });
  }
  return { shape, classes, splits };
}

/** Decodes files, and refuses one that an image of another split or class is a copy of. */
function createReader(folder: string): (entry: FolderEntry) => Promise<RasterImage> {
  const owners = new Map<string, FolderEntry>();
  return async (entry) => {
    const bytes = await readWithin(folder, entry.id);
    const hash = fileSha256(bytes);
    const owner = owners.get(hash);
    if (owner !== undefined && owner.split !== entry.split) {
      throw imageError(
        `${entry.id}: expected an image that no other split has, got a copy of ${owner.id}`,
        'search, attack and held-out images must be different images, or held-out numbers mean nothing',
      );
    }
    if (owner !== undefined && owner.label !== entry.label) {
      throw imageError(
        `${entry.id}: expected an image of one class, got a copy of ${owner.id}, which is of another`,
        'one of the two labels is wrong: take that picture out',
      );
    }
    owners.set(hash, entry);
    return decodeImage(bytes, entry.id);
  };
}

function assertFits(count: number, shape: ImageShape, most: number, folder: string): void {
  const bytes = count * valuesPerImage(shape) * BYTES;
  if (bytes <= most) return;
  throw imageError(
    `${folder}: expected at most ${most} bytes of pixels, got ${bytes} for ${count} images of ${shape.width} by ${shape.height}`,
    'take fewer images, smaller ones, or raise maxBytes',
  );
}

interface Target {
  readonly shape: ImageShape;
  readonly id: string;
  readonly first: string;
  /** Channels that were asked for. */
  readonly asked: ImageFolderOptions['channels'] | undefined;
}

function fill(pixels: Float32Array, image: RasterImage, { shape, id, first, asked }: Target): void {
  if (image.height !== shape.height || image.width !== shape.width) {
    throw imageError(
      `${id}: expected ${shape.width} by ${shape.height} pixels as in ${first}, got ${image.width} by ${image.height}`,
      'resize the images before: how it is done changes what is measured',
    );
  }
  const { samples, white, channels } = image;
  if (channels === shape.channels) {
    for (let i = 0; i < pixels.length; i++) pixels[i] = samples[i] / white;
  } else if (channels === 1) {
    for (let i = 0; i < pixels.length; i++) pixels[i] = samples[Math.floor(i / 3)] / white;
  } else {
    for (let i = 0; i < pixels.length; i++) {
      const [r, g, b] = samples.subarray(3 * i, 3 * i + 3);
      if (r !== g || g !== b) {
        throw imageError(
          `${id}: expected gray pixels, got a coloured one`,
          asked === 1
            ? 'images of one channel are asked for: convert them to gray before'
            : `ask for 3 channels, or convert the images to gray: ${first}, the first one, is`,
        );
      }
      pixels[i] = r / white;
    }
  }
}
