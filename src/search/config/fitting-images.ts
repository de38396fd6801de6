/** The images a search takes its samples from: those of the model, or those the configuration names. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BoSearchError } from '../../errors.js';
import { type ImagePool, loadImagePool } from '../../objective/images/image-pool.js';
import { assertManifest, imagesManifestSchema } from '../../objective/images/images-manifest.js';
import { readJsonFile } from '../../objective/images/json-file.js';
import { openImagePool } from '../../objective/images/open-image-pool.js';
import type { ModelManifest } from '../../objective/models/manifest.js';
import type { JudgedSplit } from '../judge.js';
import { configPlace } from './config-place.js';

export interface FittingImages {
  /** `sha256:…` of the images. */
  readonly hash: string;
  /** Classes of the images, and the labels of both splits: without pixels where that can be. */
  survey(): Promise<ImagesSurvey>;
  /** Reads all images. */
  open(): Promise<ImagePool>;
}

export interface ImagesSurvey {
  readonly classes: readonly string[];
  readonly labels: Readonly<Record<JudgedSplit, readonly number[]>>;
}

/** The images that come with a model. */
export function modelImages(folder: string, { images }: ModelManifest): FittingImages {
  const file = resolve(folder, images.file);
  return {
    hash: `sha256:${images.sha256}`,
    open: () => loadImagePool(file),
    survey: async () => {
      const manifest = await readJsonFile(file, imagesManifestSchema, 'E_IMAGES');
      assertManifest(manifest, 'images.json');
      const { search, heldOut } = manifest.splits;
      return {
        classes: manifest.classes,
        labels: { search: search?.labels ?? [], heldOut: heldOut?.labels ?? [] },
      };
    },
  };
}

/**
 * Images in a folder of files or packed, relative to the configuration.
 * @throws BoSearchError `E_CONFIG` with file, line and column if nothing is there or the images are of another size than
 * the model's; `E_IMAGES` if they are malformed.
 */
export async function givenImages(
  images: string,
  configFile: string | undefined,
  { image, name }: ModelManifest,
): Promise<FittingImages> {
  const place = resolve(configFile === undefined ? '.' : dirname(configFile), images);
  const where = () => configPlace(configFile, ['images']);
  if (!existsSync(place)) {
    const got = `${JSON.stringify(images)}, which is ${place}`;
    throw new BoSearchError(
      'E_CONFIG',
      `${where()}: expected a folder of images or images.json, got ${got}`,
      {
        hint: 'a path counts from where the configuration is',
      },
    );
  }
  const { pool, hash } = await openImagePool(place, channelsOf(image));
  const { height, width, channels } = pool.shape;
  if (height !== image.height || width !== image.width || channels !== image.channels) {
    const [expected, got] = [image, pool.shape].map((one) => `${one.height}x${one.width}x${one.channels}`);
    const scaled = height !== image.height || width !== image.width;
    throw new BoSearchError('E_CONFIG', `${where()}: expected images of ${expected}, got ${got}`, {
      hint: `${name} was made for images of that height, width and channels: ${scaled ? 'scale' : 'convert'} them first`,
    });
  }
  return {
    hash,
    open: async () => pool,
    survey: async () => ({
      classes: pool.classes,
      labels: {
        search: [...(pool.splits.search?.labels ?? [])],
        heldOut: [...(pool.splits.heldOut?.labels ?? [])],
      },
    }),
  };
}

/** A folder's pictures become what the model takes, where nothing is lost by it. */
function channelsOf({ channels }: ModelManifest['image']): { readonly channels?: 1 | 3 } {
  return channels === 1 || channels === 3 ? { channels } : {};
}
