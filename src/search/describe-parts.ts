/** Descriptions of models, images and attacked images: those that need a tensor runtime or big files. */
import { resolve } from 'node:path';
import { loadAttackedSet } from '../objective/attacks/sets/attacked-set-files.js';
import { loadImagePool } from '../objective/images/image-pool.js';
import { openImagePool } from '../objective/images/open-image-pool.js';
import { openModel, readModelManifest } from '../objective/models/open-model.js';
import { openRuntime } from '../objective/tensors/runtime.js';
import { adaptiveCost, adaptiveWords } from './config/adaptive-cost.js';
import { assertEnoughImages } from './config/assert-enough-images.js';
import { assertModelFits } from './config/assert-fits.js';
import { assertPointsFit } from './config/assert-points-fit.js';
import { attackSpec } from './config/attack-plan.js';
import type { EvaluatorConfig, SearchConfig } from './config/search-config.js';
import type { FileDescription } from './file-description.js';

/** Checks a configuration against its model: task, and images enough. */
export async function describeConfig(config: SearchConfig, file: string): Promise<FileDescription> {
  const { images, evaluations } = config.search;
  const amount = `${evaluations} evaluations on ${images} images`;
  if (config.evaluator !== undefined) return describeEvaluator(config, config.evaluator, amount);
  const model = await assertModelFits(config, file);
  await assertEnoughImages(config, file, model);
  assertPointsFit(config, model.manifest.latents.length, file);
  const cost = adaptiveCost(config);
  const attacked = cost === undefined ? '' : `; ${adaptiveWords(cost)}`;
  const text = `a search of α for ${model.manifest.name}, task ${config.task}: ${amount}${attacked}`;
  return { kind: 'config', text, warnings: [] };
}

/** Nothing is started: only an evaluator itself knows its latents and images. */
function describeEvaluator(
  { task, attack }: SearchConfig,
  { command }: EvaluatorConfig,
  amount: string,
): FileDescription {
  attackSpec({ attack });
  const words = typeof command === 'string' ? command : command.map((word) => JSON.stringify(word)).join(' ');
  const which = task === undefined ? '' : `, task ${task}`;
  const text = `a search of α by the evaluator ${words}${which}: ${amount}; it was not started`;
  return { kind: 'config', text, warnings: [] };
}

/** Opens the model with every task: weights are compared with their hashes and shapes. */
export async function describeModel(folder: string): Promise<FileDescription> {
  const { manifest } = await readModelManifest(resolve(folder));
  const runtime = await openRuntime();
  const tasks = Object.keys(manifest.tasks);
  for (const task of tasks) {
    const model = await openModel(resolve(folder), { runtime, task });
    try {
      await loadImagePool(model.imagesManifest);
    } finally {
      model.dispose();
    }
  }
  const { name, latents } = manifest;
  const text = `model ${name} with ${latents.length} latents, tasks ${tasks.join(', ')}; weights and images are whole`;
  return { kind: 'model', text, warnings: [] };
}

export async function describeImages(path: string): Promise<FileDescription> {
  const { classes, splits } = (await openImagePool(path)).pool;
  const counts = Object.entries(splits).map(([name, { ids }]) => `${ids.length} ${name}`);
  const text = `images of ${classes.length} classes: ${counts.join(', ')}`;
  return { kind: 'images', text, warnings: [] };
}

export async function describeAttacked(folder: string): Promise<FileDescription> {
  const { images, request } = await loadAttackedSet(folder);
  const text = `${images.ids.length} images attacked by ${request.attack.name}, L2 bound ${request.attack.l2Bound}`;
  return { kind: 'attacked-images', text, warnings: [] };
}
