/** Starts what a search needs to compute: the tensor runtime, the model, and the defence around it. */
import { versions } from 'node:process';
import { VERSION } from '../index.js';
import type { MadeBy, NamedModel } from '../objective/attacks/sets/attacked-set.js';
import type { WithDefence } from '../objective/evaluation/adaptive-images.js';
import type { PrepareImages } from '../objective/evaluation/evaluation-blocks.js';
import { canonicalJson, contentHash } from '../objective/images/content-hash.js';
import { type OpenedModel, openModel } from '../objective/models/open-model.js';
import type { DifferentiableClassifier } from '../objective/purification/bare-classifier.js';
import { blurKernelSize } from '../objective/purification/blur.js';
import type { PreprocessingOptions } from '../objective/purification/preprocessing.js';
import { openRuntime, type Runtime } from '../objective/tensors/runtime.js';
import { constantSchedule } from '../schedules/index.js';
import type { FittingModel } from './config/assert-fits.js';
import { DEFAULT_MEMORY_MB, type SearchConfig } from './config/search-config.js';
import { openCompute } from './open-compute.js';

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
  readonly classifier: NamedModel & { readonly model: DifferentiableClassifier };
  /** The whole defence with every α = 0. */
  readonly defence: NamedModel;
  /** The whole defence with any α, to attack. */
  readonly withDefence: WithDefence;
  /** `sha256:…` of all that decides what the defence with these α answers. */
  hashOfDefence(alphas: readonly number[]): string;
  /** Makes images ready for many α, within the memory of the configuration. */
  readonly prepare: PrepareImages;
  close(): Promise<void>;
}

/**
 * Opens runtime and model.
 * @throws BoSearchError `E_BACKEND`, `E_MODEL`, `E_WEIGHTS` or `E_NON_FINITE`, each naming file and place.
 */
export async function openJob(
  config: SearchConfig,
  { place, task }: Pick<FittingModel, 'place' | 'task'>,
): Promise<SearchJob> {
  const runtime = await openRuntime({ backend: config.backend ?? 'wasm' });
  const model = await openModel(place, { runtime, task: task.name });
  try {
    return await jobFor(config, runtime, model, place);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

async function jobFor(
  config: SearchConfig,
  runtime: Runtime,
  model: OpenedModel,
  place: string,
): Promise<SearchJob> {
  const { attenuation, workers = 1, memoryMb = DEFAULT_MEMORY_MB } = config;
  const { mlvgm, classifier, task } = model;
  const temperature = config.temperature ?? model.temperature;
  const preprocessing = resolvedPreprocessing(config.preprocessing, mlvgm.image.height);
  const purification = { runtime, mlvgm, classifier, temperature, attenuation, preprocessing };
  const alphas = constantSchedule(mlvgm.latents.length, 0);
  const memoryBytes = memoryMb * MEGABYTE;
  const compute = await openCompute({ purification, place, task: task.name, alphas, memoryBytes, workers });
  const hashOfDefence = (its: readonly number[]): string =>
    contentHash(
      mlvgm.hash,
      classifier.hash,
      canonicalJson({ temperature, attenuation, preprocessing, alphas: its }),
    );
  return {
    runtime,
    versions: { boSearch: VERSION, node: versions.node },
    model,
    temperature,
    preprocessing,
    classifier: { name: 'bare classifier', hash: classifier.hash, model: compute.classifier },
    defence: {
      name: 'defence, α = 0',
      hash: hashOfDefence(alphas),
      model: compute.defence,
    },
    withDefence: compute.withDefence,
    hashOfDefence,
    prepare: compute.prepare,
    close: async () => {
      await compute.close();
      model.dispose();
    },
  };
}

/** With the number of taps in place of a rule. */
export function resolvedPreprocessing(
  { blur, noise }: SearchConfig['preprocessing'],
  side: number,
): PreprocessingOptions {
  return {
    ...(blur === undefined
      ? {}
      : { blur: { sigma: blur.sigma, kernelSize: blurKernelSize(blur.kernelSize, side) } }),
    ...(noise === undefined ? {} : { noise }),
  };
}
