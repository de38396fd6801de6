/** Judges α in this process: a packed model behind a tensor runtime, images attacked here and kept in the run's folder. */
import { inProcessObjective } from '../evaluators/index.js';
import { scoreAlphas } from '../objective/evaluation/score-alphas.js';
import type { ImagePool } from '../objective/images/image-pool.js';
import type { ImageOutcomes, Json } from '../trial/index.js';
import { assertEnoughImages } from './config/assert-enough-images.js';
import { assertModelFits, type FittingModel } from './config/assert-fits.js';
import { racingPlan } from './config/racing-plan.js';
import { type SearchConfig, weightsOf } from './config/search-config.js';
import type { Judge, JudgedSample, JudgedSplit, SampleJudgeOptions } from './judge.js';
import { openJob, type SearchJob } from './open-job.js';
import { makeSample, type Sample } from './samples.js';

/**
 * Opens runtime and model.
 * @param configFile - for a model folder relative to it, and for places in messages.
 * @throws BoSearchError `E_CONFIG`, `E_BACKEND`, `E_MODEL`, `E_WEIGHTS` or `E_NON_FINITE`.
 */
export async function openInProcessJudge(
  config: SearchConfig,
  configFile: string | undefined,
): Promise<Judge> {
  const fitting = await assertModelFits(config, configFile);
  const job = await openJob(config, fitting);
  const pool = once(() => fitting.images.open());
  const { passedOver } = job.runtime;
  return {
    description: job.runtime.description,
    ...(passedOver === undefined ? {} : { passedOver }),
    model: {
      name: job.model.name,
      latents: job.model.mlvgm.latents.map(({ name }) => name),
      classes: job.model.task.classes,
    },
    facts: factsOf(job, fitting),
    assertEnoughImages: () => assertEnoughImages(config, configFile, fitting),
    sample: async (split, options) => judgedSample(config, job, await pool(), split, options),
    close: () => job.close(),
  };
}

function factsOf(
  { model, runtime, preprocessing, temperature }: SearchJob,
  fitting: FittingModel,
): Judge['facts'] {
  return {
    model: {
      name: model.name,
      hash: model.hash,
      classifier: model.classifier.hash,
      images: fitting.images.hash,
      fromFine: model.task.fromFine,
      latents: model.mlvgm.latents.map(({ name }) => name),
    },
    defence: { preprocessing: preprocessing as unknown as Json, temperature, backend: runtime.name },
  };
}

async function judgedSample(
  config: SearchConfig,
  job: SearchJob,
  pool: ImagePool,
  split: JudgedSplit,
  options: SampleJudgeOptions,
): Promise<JudgedSample> {
  const sample = await makeSample({ ...options, job, config, pool, split });
  const { name, noiseKey, draws, blocks, clean } = sample;
  const fresh = split === 'search' ? (racingPlan(config)?.freshBlocks.length ?? 0) : 0;
  const scored = blocks.length - fresh;
  const images = blocks.slice(0, scored).reduce((sum, { ids }) => sum + ids.length, 0);
  const classes = job.model.task.classes.length;
  const weights = weightsOf(config);
  return {
    name,
    images,
    draws,
    labels: clean.labels.slice(0, images),
    ...(sample.attack === undefined ? {} : { attack: sample.attack }),
    undefended: true,
    objective: inProcessObjective({ sample: name, noiseKey, draws, classes, weights, blocks }),
    score: (alphas, signal) => score(sample, scored, alphas, { classes, signal }),
    dispose: () => sample.dispose(),
  };
}

async function score(
  { blocks, undefended, noiseKey: key, draws }: Sample,
  /** Blocks that are judged: the first so many. */
  scored: number,
  alphas: readonly number[] | null,
  { classes, signal }: { readonly classes: number; readonly signal: AbortSignal | undefined },
): Promise<ImageOutcomes> {
  const judging = { classes, draws: { key, draws }, ...(signal === undefined ? {} : { signal }) };
  const judged = alphas === null ? undefended : blocks;
  return (await scoreAlphas(judged.slice(0, scored), alphas ?? [], judging)).outcomes;
}

/** Big files are read when the first sample asks for them, and once. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
