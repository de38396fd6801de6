/** Checks a configuration against its model before anything is computed or written: model, task, images. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BoSearchError } from '../../errors.js';
import type { ImageTask } from '../../objective/images/image-task.js';
import type { ModelManifest } from '../../objective/models/manifest.js';
import { readModelManifest } from '../../objective/models/open-model.js';
import { bundledModels, modelPlace } from '../model-place.js';
import { configPlace } from './config-place.js';
import { type FittingImages, givenImages, modelImages } from './fitting-images.js';
import type { SearchConfig } from './search-config.js';

/** The model a configuration names, and the images it is judged on. */
export interface FittingModel {
  /** A bundled model's name, or a folder. */
  readonly place: string;
  readonly manifest: ModelManifest;
  readonly task: ImageTask;
  readonly images: FittingImages;
}

/**
 * Checks that the model is there and has the task, and that the images are there if they are not the model's own.
 * @throws BoSearchError `E_CONFIG` with file, line and column; `E_MODEL` if the model's manifest is malformed.
 */
export async function assertModelFits(
  config: SearchConfig,
  configFile: string | undefined,
): Promise<FittingModel> {
  const place = assertModel(config.model ?? '', configFile);
  const { folder, manifest } = await readModelManifest(place);
  const name = config.task ?? '';
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
  const images =
    config.images === undefined
      ? modelImages(folder, manifest)
      : await givenImages(config.images, configFile, manifest);
  return { place, manifest, task: { name, classes, fromFine }, images };
}

function assertModel(model: string, configFile: string | undefined): string {
  const place = modelPlace(model, configFile);
  const bundled = bundledModels();
  if (bundled.includes(place) || existsSync(join(place, 'model.json'))) return place;
  const got = `${JSON.stringify(model)}${place === model ? '' : `, which is ${place}`}`;
  throw new BoSearchError(
    'E_CONFIG',
    `${configPlace(configFile, ['model'])}: expected ${bundled.join(', ')} or a folder with model.json, got ${got}`,
    { hint: 'a folder is written ./folder and counts from where the configuration is' },
  );
}
