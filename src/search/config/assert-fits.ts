/** Checks a configuration against its model before anything is computed or written: model, task, enough images. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BoSearchError } from '../../errors.js';
import { availableImages } from '../../objective/images/choose-images.js';
import { assertTaskFits, type ImageTask } from '../../objective/images/image-task.js';
import { assertManifest, imagesManifestSchema } from '../../objective/images/images-manifest.js';
import { readJsonFile } from '../../objective/images/json-file.js';
import type { ModelManifest } from '../../objective/models/manifest.js';
import { readModelManifest } from '../../objective/models/open-model.js';
import { bundledModels, modelPlace } from '../model-place.js';
import { configPlace } from './config-place.js';
import type { SearchConfig } from './search-config.js';

/** The model a configuration names, and the file with its images. */
export interface FittingModel {
  readonly manifest: ModelManifest;
  readonly task: ImageTask;
  /** Path of `images.json`. */
  readonly images: string;
}

/**
 * Checks that the model is there and has the task.
 * @throws BoSearchError `E_CONFIG` with file, line and column; `E_MODEL` if the model's manifest is malformed.
 */
export async function assertModelFits(
  config: SearchConfig,
  configFile: string | undefined,
): Promise<FittingModel> {
  const place = modelPlace(config.model, configFile);
  const bundled = bundledModels();
  if (!bundled.includes(place) && !existsSync(join(place, 'model.json'))) {
    const got = `${JSON.stringify(config.model)}${place === config.model ? '' : `, which is ${place}`}`;
    throw new BoSearchError(
      'E_CONFIG',
      `${configPlace(configFile, ['model'])}: expected ${bundled.join(', ')} or a folder with model.json, got ${got}`,
      { hint: 'a folder is written ./folder and counts from where the configuration is' },
    );
  }
  const { folder, manifest } = await readModelManifest(place);
  const { task: name } = config;
  const task = Object.hasOwn(manifest.tasks, name) ? manifest.tasks[name] : undefined;
  if (task === undefined) {
    const tasks = Object.keys(manifest.tasks).join(', ');
    throw new BoSearchError(
      'E_CONFIG',
      `${configPlace(configFile, ['task'])}: expected one of ${tasks}, got ${JSON.stringify(name)}`,
      { hint: `these are the tasks of ${manifest.name}` },
    );
  }
  const { classes, fromFine } = task;
  return { manifest, task: { name, classes, fromFine }, images: resolve(folder, manifest.images.file) };
}

/**
 * Checks that both splits hold the images that are asked for.
 * @param images - path of the model's `images.json`.
 * @throws BoSearchError `E_CONFIG` with the key, how many there are and how many are asked for; `E_IMAGES` if the
 * images are malformed or do not fit the task.
 */
export async function assertEnoughImages(
  config: SearchConfig,
  configFile: string | undefined,
  { images, task }: Pick<FittingModel, 'images' | 'task'>,
): Promise<void> {
  const manifest = await readJsonFile(images, imagesManifestSchema, 'E_IMAGES');
  assertManifest(manifest, 'images.json');
  assertTaskFits(task, manifest.classes);
  for (const split of ['search', 'heldOut'] as const) {
    const { images: asked } = config[split];
    const labels = manifest.splits[split]?.labels ?? [];
    const most = availableImages(labels, { split, task, seed: config.seed });
    if (asked <= most) continue;
    throw new BoSearchError(
      'E_CONFIG',
      `${configPlace(configFile, [split, 'images'])}: expected at most ${most}, which the model has for it with all classes alike, got ${asked}`,
      { hint: `ask for ${most} or fewer, or pack more images with the model` },
    );
  }
}
