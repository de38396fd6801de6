/** The steps of an evaluation: check all, choose images, attack, check, write. */
import { chooseImages } from '../../objective/images/choose-images.js';
import { type OpenedModel, openModel } from '../../objective/models/open-model.js';
import { openRuntime, type Runtime } from '../../objective/tensors/runtime.js';
import { assertSchedulesFit, foreignSchedules, IF_NOT_MEANT } from '../baselines.js';
import { assertModelFits, type FittingModel } from '../config/assert-fits.js';
import type { SearchConfig } from '../config/search-config.js';
import { isAborted } from '../job-events.js';
import { assertEvaluable } from './assert-evaluable.js';
import { attackAll, type Prepared } from './attack-all.js';
import { evaluateByCommand } from './evaluate-by-command.js';
import { type EvaluatedModel, evaluationFacts } from './evaluation-facts.js';
import type { EvaluationOutcome, FinishedEvaluation, RunEvaluationOptions } from './evaluation-outcome.js';
import { evaluationPlan } from './evaluation-plan.js';
import { defenceHash, openDefences } from './open-defences.js';
import type { PlannedDefence } from './planned-defences.js';
import { searchedImages } from './searched-images.js';

/** See `runEvaluation`. */
export async function runEvaluationJob(
  config: SearchConfig,
  options: RunEvaluationOptions,
): Promise<EvaluationOutcome> {
  const { out, signal } = options;
  try {
    if (config.evaluator !== undefined) return await evaluateByCommand(config, config.evaluator, options);
    const prepared = await prepare(config, options);
    const runtime = await openRuntime({ backend: config.backend ?? 'wasm' });
    signal?.throwIfAborted();
    const model = await openModel(prepared.fitting.place, { runtime, task: prepared.fitting.task.name });
    try {
      return await evaluate(prepared, runtime, model, options);
    } finally {
      model.dispose();
    }
  } catch (error) {
    if (!isAborted(error, signal)) throw error;
    return { kind: 'interrupted', out };
  }
}

/** All that is known without a tensor runtime. */
interface PreparedModel extends Prepared {
  readonly fitting: FittingModel;
}

async function prepare(config: SearchConfig, options: RunEvaluationOptions): Promise<PreparedModel> {
  const { configFile, schedules, attacks, defences, run } = options;
  const fitting = await assertModelFits(config, configFile);
  const { manifest, task } = fitting;
  const latents = manifest.latents.length;
  assertSchedulesFit(schedules, { latents, attenuation: config.attenuation });
  const plan = evaluationPlan({
    config,
    configFile,
    schedules,
    latents,
    image: manifest.image,
    ...(attacks === undefined ? {} : { attacks }),
    ...(defences === undefined ? {} : { defences }),
  });
  const foreign = foreignSchedules(schedules, {
    model: manifest.name,
    ...(config.task === undefined ? {} : { task: config.task }),
  });
  if (foreign !== undefined) options.onEvent?.({ kind: 'warning', message: `${foreign}; ${IF_NOT_MEANT}` });
  await assertEvaluable(plan, config, configFile, fitting);
  const pool = await fitting.images.open();
  const count = plan.evaluation.images;
  const images = chooseImages(pool, { split: 'heldOut', count, task, seed: config.seed });
  const searched = await searchedImages({ config, pool, task, images, run });
  return { config, fitting, plan, images, searched };
}

async function evaluate(
  prepared: PreparedModel,
  runtime: Runtime,
  model: OpenedModel,
  options: RunEvaluationOptions,
): Promise<FinishedEvaluation> {
  const { config, fitting, plan, images } = prepared;
  options.onEvent?.({
    kind: 'opened',
    backend: runtime.description,
    model: model.name,
    task: model.task.name,
    latents: model.mlvgm.latents.length,
    classes: model.task.classes.length,
    ...(runtime.passedOver === undefined ? {} : { passedOver: runtime.passedOver }),
  });
  const ran = { pool: fitting.images.hash, images: images.hash, backend: runtime.name };
  const facts = evaluationFacts(config, plan.evaluation, factsOfModel(config, model), ran);
  const { temperature = model.temperature, attenuation, workers = 1 } = config;
  const defences = openDefences({ runtime, model, place: fitting.place, temperature, attenuation, workers });
  const hashOf = (defence: PlannedDefence) => defenceHash({ model, temperature, attenuation }, defence);
  try {
    return await attackAll(prepared, { facts, description: runtime.description, defences, hashOf }, options);
  } finally {
    await defences.close();
  }
}

function factsOfModel({ temperature }: SearchConfig, model: OpenedModel): EvaluatedModel {
  const { name, hash, classifier, task } = model;
  return {
    name,
    hash,
    classifier: classifier.hash,
    task: task.name,
    temperature: temperature ?? model.temperature,
  };
}
