/** Starts what a search needs to compute: the tensor runtime, the model, and the defence around it. */
import { versions } from 'node:process';
import { VERSION } from '../index.js';
import type { MadeBy, NamedModel } from '../objective/attacks/attacked-set.js';
import type { PrepareImages } from '../objective/evaluation/evaluation-blocks.js';
import { canonicalJson, contentHash } from '../objective/images/content-hash.js';
import { type OpenedModel, openModel } from '../objective/models/open-model.js';
import { bareClassifier } from '../objective/purification/bare-classifier.js';
import { blurKernelSize } from '../objective/purification/blur.js';
import { createDefence } from '../objective/purification/defence.js';
import type { PurificationOptions } from '../objective/purification/pipeline.js';
import { prepareImages } from '../objective/purification/prepared-images.js';
import type { PreprocessingOptions } from '../objective/purification/preprocessing.js';
import { createMemoryBudget } from '../objective/purification/state-cache.js';
import { openRuntime, type Runtime, type RuntimeBackend } from '../objective/tensors/runtime.js';
import { constantSchedule } from '../schedules/index.js';
import type { FittingModel } from './config/assert-fits.js';
import { DEFAULT_MEMORY_MB, type SearchConfig } from './config/search-config.js';

const MEGABYTE = 2 ** 20;

/** What computes. */
export interface SearchJob {
  readonly runtime: Runtime;
  readonly versions: MadeBy['versions'];
  readonly model: OpenedModel;
  /** Settings of the defence, with every rule and default resolved. */
  readonly temperature: number;
  readonly preprocessing: PreprocessingOptions;
  /** The bare classifier. */
  readonly classifier: NamedModel;
  /** The whole defence with every α = 0. */
  readonly defence: NamedModel;
  /** Makes images ready for many α, within the memory of the configuration. */
  readonly prepare: PrepareImages;
  dispose(): void;
}

/**
 * Opens runtime and model.
 * @throws BoSearchError `E_BACKEND`, `E_MODEL`, `E_WEIGHTS` or `E_NON_FINITE`, each naming file and place.
 */
export async function openJob(
  config: SearchConfig,
  { place, task }: Pick<FittingModel, 'place' | 'task'>,
): Promise<SearchJob> {
  const runtime = await openRuntime({ backend: (config.backend ?? 'wasm') as RuntimeBackend });
  const model = await openModel(place, { runtime, task: task.name });
  try {
    return jobFor(config, runtime, model);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function jobFor(config: SearchConfig, runtime: Runtime, model: OpenedModel): SearchJob {
  const { attenuation } = config;
  const { mlvgm, classifier } = model;
  const temperature = config.temperature ?? model.temperature;
  const preprocessing = resolved(config.preprocessing, mlvgm.image.height);
  const options: PurificationOptions = {
    runtime,
    mlvgm,
    classifier,
    temperature,
    attenuation,
    preprocessing,
  };
  const alphas = constantSchedule(mlvgm.latents.length, 0);
  const defence = createDefence({ ...options, alphas });
  const settings = canonicalJson({ temperature, attenuation, preprocessing, alphas });
  const memory = createMemoryBudget((config.memoryMb ?? DEFAULT_MEMORY_MB) * MEGABYTE);
  return {
    runtime,
    versions: { boSearch: VERSION, node: versions.node },
    model,
    temperature,
    preprocessing,
    classifier: {
      name: 'bare classifier',
      hash: classifier.hash,
      model: bareClassifier({ runtime, classifier }),
    },
    defence: {
      name: 'defence, α = 0',
      hash: contentHash(mlvgm.hash, classifier.hash, settings),
      model: defence,
    },
    prepare: (pixels, ids) => prepareImages({ ...options, memory }, { pixels, ids }),
    dispose: () => {
      defence.dispose();
      model.dispose();
    },
  };
}

/** With the number of taps in place of a rule. */
function resolved({ blur, noise }: SearchConfig['preprocessing'], side: number): PreprocessingOptions {
  return {
    ...(blur === undefined
      ? {}
      : { blur: { sigma: blur.sigma, kernelSize: blurKernelSize(blur.kernelSize, side) } }),
    ...(noise === undefined ? {} : { noise }),
  };
}
