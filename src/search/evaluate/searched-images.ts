/** Images of an evaluation that a search has seen: by their ids, and by their pixels under any id. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from '../../objective/images/content-hash.js';
import { chooseImages } from '../../objective/images/choose-images.js';
import type { ImagePool } from '../../objective/images/image-pool.js';
import { type ImageSet, valuesPerImage } from '../../objective/images/image-set.js';
import type { ImageTask } from '../../objective/images/image-task.js';
import { ATTACKED_MANIFEST, loadAttackedSet } from '../../objective/attacks/sets/attacked-set-files.js';
import { searchSampleImages } from '../config/racing-plan.js';
import type { SearchConfig } from '../config/search-config.js';

export interface SearchedAsked {
  readonly config: SearchConfig;
  readonly pool: ImagePool;
  readonly task: ImageTask;
  /** Images of the evaluation. */
  readonly images: ImageSet;
  /** Folder of the run whose schedules are evaluated. */
  readonly run: string | undefined;
}

/** Ids of the evaluation's images that a search of the configuration, or the run the schedules come from, was on. */
export async function searchedImages({ config, pool, task, images, run }: SearchedAsked): Promise<string[]> {
  const count = searchSampleImages(config);
  const searched = chooseImages(pool, { split: 'search', count, task, seed: config.seed });
  const ids = new Set([...searched.ids, ...(await idsOfRun(run))]);
  const pixels = new Set(pixelHashes(searched));
  const own = pixelHashes(images);
  return images.ids.filter((id, row) => ids.has(id) || pixels.has(own[row]));
}

/** Ids of the search images of a run, where it kept them. */
export async function idsOfRun(run: string | undefined): Promise<string[]> {
  const folder = run === undefined ? '' : join(run, 'attacked', 'search');
  if (run === undefined || !existsSync(join(folder, ATTACKED_MANIFEST))) return [];
  const { images, dropped } = await loadAttackedSet(folder);
  return [...images.ids, ...dropped.map(({ id }) => id)];
}

/** One hash an image. */
export function pixelHashes({ ids, pixels, shape }: ImageSet): string[] {
  const d = valuesPerImage(shape);
  return ids.map((_, row) => contentHash(pixels.subarray(row * d, (row + 1) * d)));
}
