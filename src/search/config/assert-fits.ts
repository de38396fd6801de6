/** Checks a configuration against its model before anything is computed or written: model, task, enough images. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BoSearchError } from '../../errors.js';
import { availableImages } from '../../objective/images/choose-images.js';
import { assertTaskFits, type ImageTask } from '../../objective/images/image-task.js';
import type { ModelManifest } from '../../objective/models/manifest.js';
import { readModelManifest } from '../../objective/models/open-model.js';
import type { JudgedSplit } from '../judge.js';
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

/**
 * Checks that both splits hold the images that are asked for.
 * @throws BoSearchError `E_CONFIG` with the key, how many there are and how many are asked for; `E_IMAGES` if the
 * images are malformed or do not fit the task.
 */
export async function assertEnoughImages(
  config: SearchConfig,
  configFile: string | undefined,
  { images, task }: Pick<FittingModel, 'images' | 'task'>,
): Promise<void> {
  const { classes, labels } = await images.survey();
  assertTaskFits(task, classes);
  for (const split of ['search', 'heldOut'] as const satisfies readonly JudgedSplit[]) {
    const { images: asked } = config[split];
    const most = availableImages(labels[split], { split, task, seed: config.seed });
    if (asked <= most) continue;
    throw new BoSearchError(
      'E_CONFIG',
      `${configPlace(configFile, [split, 'images'])}: expected at most ${most}, which the model has for it with all classes alike, got ${asked}`,
      { hint: `ask for ${most} or fewer, or pack more images with the model` },
    );
  }
}
