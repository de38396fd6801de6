/**
 * A fixed list of labelled images, named by the hash of what is in it.
 *
 * Notation: m images of H·W·C values in [0, 1], NHWC order, flat; K classes.
 */
import { BoSearchError, ShapeError } from '../../errors.js';
import { contentHash } from './content-hash.js';

/** Size of one image. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface ImageSet {
  /** For people: what the images are. */
  readonly name: string;
  /** `sha256:…` over shape, ids, labels and pixels, in order. */
  readonly hash: string;
  readonly shape: ImageShape;
  /** Names of the K classes. */
  readonly classes: readonly string[];
  /** Stable, distinct ids (m). */
  readonly ids: readonly string[];
  /** Class indices (m), each in 0..K-1. */
  readonly labels: Int32Array;
  /** (m, H, W, C) flat, values in [0, 1]. */
  readonly pixels: Float32Array;
}

/** Values in one image: H·W·C. */
export function valuesPerImage(shape: ImageShape): number {
  return shape.height * shape.width * shape.channels;
}

/**
 * An image set from its parts, checked and hashed. The arrays are kept, not copied: do not change them afterwards.
 * @throws ShapeError if a length does not fit; BoSearchError `E_IMAGES` for a repeated id, a label outside 0..K-1, or a
 * value outside [0, 1] (NaN included).
 */
export function createImageSet(parts: Omit<ImageSet, 'hash'>): ImageSet {
  assertLengths(parts);
  assertDistinctIds(parts);
  assertLabels(parts);
  assertPixels(parts);
  const { height, width, channels } = parts.shape;
  const shape = `${height}x${width}x${channels}`;
  return { ...parts, hash: contentHash(shape, JSON.stringify(parts.ids), parts.labels, parts.pixels) };
}

/**
 * The images at `indices` (in that order) as a set of their own.
 * @throws BoSearchError `E_IMAGES` if an index repeats; ShapeError if one is outside 0..m-1.
 */
export function selectImages(set: ImageSet, indices: ArrayLike<number>, name: string): ImageSet {
  const d = valuesPerImage(set.shape);
  const ids: string[] = [];
  const labels = new Int32Array(indices.length);
  const pixels = new Float32Array(indices.length * d);
  for (const [at, index] of Array.from(indices).entries()) {
    const id = set.ids[index];
    const label = set.labels[index];
    if (id === undefined || label === undefined) {
      throw new ShapeError(
        `selectImages: expected indices from 0 to ${set.ids.length - 1}, got indices[${at}] = ${index}`,
      );
    }
    ids.push(id);
    labels[at] = label;
    pixels.set(set.pixels.subarray(index * d, (index + 1) * d), at * d);
  }
  return createImageSet({ name, shape: set.shape, classes: set.classes, ids, labels, pixels });
}

/**
 * The images with these ids, in the order of `ids`.
 * @throws BoSearchError `E_IMAGES` for an id that is not in the set.
 */
export function imagesById(set: ImageSet, ids: readonly string[], name: string): ImageSet {
  const position = new Map(set.ids.map((id, index) => [id, index]));
  const indices = ids.map((id) => {
    const index = position.get(id);
    if (index === undefined) {
      throw new BoSearchError('E_IMAGES', `${set.name}: expected an image "${id}", got none of that id`);
    }
    return index;
  });
  return selectImages(set, indices, name);
}

type Parts = Omit<ImageSet, 'hash'>;

function assertLengths({ name, ids, labels, pixels, shape }: Parts): void {
  const d = valuesPerImage(shape);
  if (labels.length !== ids.length) {
    throw new ShapeError(`${name}: expected one label an image (${ids.length}), got ${labels.length}`);
  }
  if (pixels.length !== ids.length * d) {
    throw new ShapeError(
      `${name}: pixels must hold m·d = ${ids.length * d} numbers (m = ${ids.length}, d = ${d}), got ${pixels.length}`,
    );
  }
}

function assertDistinctIds({ name, ids }: Parts): void {
  const seen = new Map<string, number>();
  for (const [index, id] of ids.entries()) {
    const before = seen.get(id);
    if (before !== undefined) {
      throw new BoSearchError(
        'E_IMAGES',
        `${name} ids[${index}]: expected distinct ids, got "${id}" again (also at ${before})`,
      );
    }
    seen.set(id, index);
  }
}

function assertLabels({ name, labels, classes }: Parts): void {
  const wrong = labels.findIndex((label) => label < 0 || label >= classes.length);
  if (wrong < 0) return;
  throw new BoSearchError(
    'E_IMAGES',
    `${name} labels[${wrong}]: expected a class from 0 to ${classes.length - 1}, got ${labels[wrong]}`,
  );
}

function assertPixels({ name, ids, pixels, shape }: Parts): void {
  const wrong = pixels.findIndex((value) => !(value >= 0 && value <= 1));
  if (wrong < 0) return;
  const d = valuesPerImage(shape);
  throw new BoSearchError(
    'E_IMAGES',
    `${name} image "${ids[Math.floor(wrong / d)]}" value ${wrong % d}: expected a number from 0 to 1, got ${pixels[wrong]}`,
  );
}
