/** The steps of an evaluation: check all, choose images, attack, check, write. */
import { mkdir } from 'node:fs/promises';
import { versions } from 'node:process';
import { BoSearchError } from '../../errors.js';
import { VERSION } from '../../index.js';
import { chooseImages } from '../../objective/images/choose-images.js';
import { contentHash } from '../../objective/images/content-hash.js';
import type { ImageSet } from '../../objective/images/image-set.js';
import { type OpenedModel, openModel } from '../../objective/models/open-model.js';
import { openRuntime, type Runtime } from '../../objective/tensors/runtime.js';
import { schedulesToJson } from '../../schedules/index.js';
import { acquireLock } from '../../storage/lock.js';
import { storageError } from '../../storage/storage-error.js';
import { assertSchedulesFit, foreignSchedules } from '../baselines.js';
import { assertModelFits, type FittingModel } from '../config/assert-fits.js';
import { configPlace } from '../config/config-place.js';
import { recordedConfig } from '../config/recorded-config.js';
import type { SearchConfig } from '../config/search-config.js';
import { isAborted } from '../job-events.js';
import { assertEvaluable } from './assert-evaluable.js';
import { openCellStore } from './cell-store.js';
import { collectData } from './collect-data.js';
import { assertOwnEvaluation, type EvaluationFacts, evaluationFacts, keepFacts } from './evaluation-facts.js';
import type { EvaluationOutcome, FinishedEvaluation, RunEvaluationOptions } from './evaluation-outcome.js';
import { type EvaluationPlan, evaluationPlan, reportOptions } from './evaluation-plan.js';
import { type EvaluationResults, evaluationResults } from './evaluation-results.js';
import { type Defences, defenceHash, openDefences } from './open-defences.js';
import { searchedImages } from './searched-images.js';
import type { EvaluationSession } from './session.js';
import { openTimings } from './timings.js';
import { writeEvaluation } from './evaluation-files.js';

/** Seconds between two checkpoints within an attack, unless told otherwise. */
const CHECKPOINT_SECONDS = 2;

/** See `runEvaluation`. */
export async function runEvaluationJob(
  config: SearchConfig,
  options: RunEvaluationOptions,
): Promise<EvaluationOutcome> {
  const { out, signal } = options;
  try {
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
interface Prepared {
  readonly config: SearchConfig;
  readonly fitting: FittingModel;
  readonly plan: EvaluationPlan;
  readonly images: ImageSet;
  readonly searched: readonly string[];
}

async function prepare(config: SearchConfig, options: RunEvaluationOptions): Promise<Prepared> {
  const { configFile, schedules, attacks, defences, run } = options;
  if (config.evaluator !== undefined) throw noGradients(configFile);
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
  if (foreign !== undefined) options.onEvent?.({ kind: 'warning', message: foreign });
  await assertEvaluable(plan, config, configFile, fitting);
  const pool = await fitting.images.open();
  const count = plan.evaluation.images;
  const images = chooseImages(pool, { split: 'heldOut', count, task, seed: config.seed });
  const searched = await searchedImages({ config, pool, task, images, run });
  return { config, fitting, plan, images, searched };
}

async function evaluate(
  prepared: Prepared,
  runtime: Runtime,
  model: OpenedModel,
  options: RunEvaluationOptions,
): Promise<FinishedEvaluation> {
  const { config, fitting, plan, images } = prepared;
  const { out, onEvent } = options;
  onEvent?.({
    kind: 'opened',
    backend: runtime.description,
    model: model.name,
    task: model.task.name,
    latents: model.mlvgm.latents.length,
    classes: model.task.classes.length,
    ...(runtime.passedOver === undefined ? {} : { passedOver: runtime.passedOver }),
  });
  const ran = { pool: fitting.images.hash, images: images.hash, backend: runtime.name };
  const facts = evaluationFacts(config, plan.evaluation, model, ran);
  const { temperature, attenuation } = facts;
  const { workers = 1 } = config;
  const defences = openDefences({ runtime, model, place: fitting.place, temperature, attenuation, workers });
  try {
    await assertOwnEvaluation(out, facts);
    return await locked(out, async () => {
      // again: a rival may have been here since
      await assertOwnEvaluation(out, facts);
      await keepFacts(out, facts);
      return attackAll(prepared, { facts, defences, model, runtime }, options);
    });
  } finally {
    await defences.close();
  }
}

interface Opened {
  readonly facts: EvaluationFacts;
  readonly defences: Defences;
  readonly model: OpenedModel;
  readonly runtime: Runtime;
}

async function attackAll(
  { config, plan, images, searched }: Prepared,
  { facts, defences, model, runtime }: Opened,
  options: RunEvaluationOptions,
): Promise<FinishedEvaluation> {
  const { out, signal, onEvent, schedules, checkpointSeconds = CHECKPOINT_SECONDS } = options;
  const timings = await openTimings(out);
  const session: EvaluationSession = {
    plan,
    seed: config.seed,
    backend: runtime.name,
    attenuation: facts.attenuation,
    images,
    defences,
    hashOf: (defence) => defenceHash({ ...facts, model }, defence),
    store: openCellStore(out, (message) => onEvent?.({ kind: 'warning', message })),
    timings,
    checkpointSeconds,
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined ? {} : { onEvent }),
  };
  const data = await collectData(session, searched);
  const results = evaluationResults(data, reportOptions(plan, config), {
    versions: { boSearch: VERSION, node: versions.node },
    backend: runtime.description,
    precision: 'float32',
    schedules: contentHash(schedulesToJson(schedules)),
    facts,
    config: withoutSpeed(recordedConfig(config)),
  });
  const files = await writeEvaluation(out, results, data, (file) => onEvent?.({ kind: 'written', file }));
  return { kind: 'finished', out, results, files, seconds: timings.byDefence() };
}

/** Without what changes nothing but speed. */
function withoutSpeed(config: EvaluationResults['manifest']['config']): typeof config {
  const rest: { -readonly [Key in keyof typeof config]: (typeof config)[Key] } = { ...config };
  delete rest.workers;
  delete rest.memoryMb;
  return rest;
}

async function locked<T>(out: string, task: () => Promise<T>): Promise<T> {
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw storageError(`${out}: expected a folder`, error);
  });
  const lock = acquireLock(out);
  try {
    return await task();
  } finally {
    lock.release();
  }
}

function noGradients(configFile: string | undefined): BoSearchError {
  return new BoSearchError(
    'E_CONFIG',
    `${configPlace(configFile, ['evaluator'])}: expected a model to attack, got an evaluator, whose protocol answers with outcomes and gives neither logits nor gradients`,
    { hint: 'evaluate a packed model, or attack yours with a library of its own and judge the images' },
  );
}
