/** Checks that the images of a configuration are of the model's classes, and that both splits hold as many as are asked for. */
import { BoSearchError } from '../../errors.js';
import { availableImages } from '../../objective/images/choose-images.js';
import { assertTaskFits, type ImageTask } from '../../objective/images/image-task.js';
import type { ModelManifest } from '../../objective/models/manifest.js';
import type { JudgedSplit } from '../judge.js';
import type { FittingModel } from './assert-fits.js';
import { askedWords, searchSampleImages } from './racing-plan.js';
import { configPlace } from './config-place.js';
import type { ImagesSurvey } from './fitting-images.js';
import type { SearchConfig } from './search-config.js';

/**
 * Checks that both splits hold the images that are asked for.
 * @throws BoSearchError `E_CONFIG` with the key, what there is and what is asked for; `E_IMAGES` if the images are
 * malformed or do not fit the task.
 */
export async function assertEnoughImages(
  config: SearchConfig,
  configFile: string | undefined,
  { images, manifest, task }: Pick<FittingModel, 'images' | 'manifest' | 'task'>,
): Promise<void> {
  const survey = await images.survey();
  if (config.images !== undefined) assertModelsClasses(survey, manifest, task, configFile);
  assertTaskFits(task, survey.classes);
  for (const split of ['search', 'heldOut'] as const) {
    assertSplit(split, { config, configFile, task, fineLabels: survey.labels[split] });
  }
}

/**
 * Classes of the images are those the classifier knows, in its order; a task merges them by their place.
 * @throws BoSearchError `E_CONFIG` with the place.
 */
export function assertModelsClasses(
  { classes }: ImagesSurvey,
  manifest: ModelManifest,
  { fromFine }: ImageTask,
  configFile: string | undefined,
): void {
  const fine = fineClassesOf(manifest);
  const fits =
    fine === undefined
      ? classes.length === fromFine.length
      : classes.length === fine.length && classes.every((name, i) => name === fine[i]);
  if (fits) return;
  const names = fine === undefined ? '' : ` (${fine.join(', ')})`;
  throw new BoSearchError(
    'E_CONFIG',
    `${configPlace(configFile, ['images'])}: expected images of the ${fromFine.length} classes of ${manifest.name}${names}, got ${classes.length} (${classes.join(', ')})`,
    {
      hint: 'classes.txt of a folder (classes of images.json) must list all of them in this order, one a line; a task merges them into its own',
    },
  );
}

/** Names of the classes that tasks merge: those of the task that merges nothing, where a model has one. */
function fineClassesOf({ tasks }: ModelManifest): readonly string[] | undefined {
  return Object.values(tasks).find(({ fromFine }) => fromFine.every((target, fine) => target === fine))
    ?.classes;
}

interface AskedSplit {
  readonly config: SearchConfig;
  readonly configFile: string | undefined;
  readonly task: ImageTask;
  /** Class of each image of the split, before the task merges them. */
  readonly fineLabels: readonly number[];
}

function assertSplit(split: JudgedSplit, { config, configFile, task, fineLabels }: AskedSplit): void {
  const asked = split === 'search' ? searchSampleImages(config) : config.heldOut.images;
  const given = config.images;
  const owner = given === undefined ? 'the model' : JSON.stringify(given);
  if (fineLabels.length === 0) {
    const key = given === undefined ? [split, 'images'] : ['images'];
    throw new BoSearchError(
      'E_CONFIG',
      `${configPlace(configFile, key)}: expected images of the split ${split}, got none: ${owner} has no such split`,
      {
        hint: `put pictures into ${split}/<class>/ of a folder of images, or list them in labels.csv with the split ${split}; search and heldOut are both needed`,
      },
    );
  }
  const most = availableImages(fineLabels, { split, task, seed: config.seed });
  if (asked <= most) return;
  const where = configPlace(configFile, [split, 'images']);
  const missing = task.classes.filter(
    (_, label) => !fineLabels.some((fine) => task.fromFine[fine] === label),
  );
  if (missing.length > 0) {
    throw new BoSearchError(
      'E_CONFIG',
      `${where}: expected images of every class in the split ${split}, got none of ${missing.join(', ')}`,
      { hint: `add images of ${missing.join(', ')} to the split ${split} of ${owner}` },
    );
  }
  throw new BoSearchError(
    'E_CONFIG',
    `${where}: expected at most ${most}, which ${owner} has for it with all classes alike, got ${askedWords(config, asked, split)}`,
    {
      hint: `ask for ${most} or fewer, or ${given === undefined ? 'pack more images with the model' : `add images of every class to ${split}`}`,
    },
  );
}
