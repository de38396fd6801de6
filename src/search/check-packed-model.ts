/** Checks the packed model of a configuration on its search images. */
import { checkModel } from '../objective/checks/check-model.js';
import { availableImages, chooseImages } from '../objective/images/choose-images.js';
import { openModel } from '../objective/models/open-model.js';
import { openRuntime } from '../objective/tensors/runtime.js';
import { assertModelFits } from './config/assert-fits.js';
import type { SearchConfig } from './config/search-config.js';
import { resolvedPreprocessing } from './open-job.js';
import type { CheckedSubject, CheckSearchOptions, SearchChecks } from './search-checks.js';

/** Enough to tell a classifier from chance, few enough to take seconds. */
const IMAGES = 64;

/** See `checkSearch`. */
export async function checkPackedModel(
  config: SearchConfig,
  { configFile, onSubject, ...options }: CheckSearchOptions,
): Promise<SearchChecks> {
  const { place, task, images } = await assertModelFits(config, configFile);
  const runtime = await openRuntime({ backend: config.backend ?? 'wasm' });
  const model = await openModel(place, { runtime, task: task.name });
  try {
    const { mlvgm, classifier } = model;
    const pool = await images.open();
    const choice = { split: 'search', task, seed: config.seed } as const;
    const most = availableImages([...(pool.splits.search?.labels ?? [])], choice);
    const subject: CheckedSubject = {
      kind: 'model',
      name: model.name,
      task: task.name,
      backend: runtime.description,
    };
    onSubject?.(subject);
    const checked = {
      runtime,
      mlvgm,
      classifier,
      temperature: config.temperature ?? model.temperature,
      attenuation: config.attenuation,
      preprocessing: resolvedPreprocessing(config.preprocessing, mlvgm.image.height),
      images: chooseImages(pool, { ...choice, count: Math.min(IMAGES, most) }),
    };
    return { subject, checks: await checkModel(checked, options) };
  } finally {
    model.dispose();
  }
}
