/** The steps of the main job, from opening model and study to the last file. */
import { inProcessObjective } from '../evaluators/index.js';
import { loadImagePool } from '../objective/images/image-pool.js';
import type { OptimizeResult, Study } from '../study/index.js';
import { isFailed } from '../trial/index.js';
import { readArtefacts, writeArtefacts } from './artefacts.js';
import { bestStep } from './best-step.js';
import { type SearchConfig, weightsOf } from './config/search-config.js';
import { assertEnoughImages, assertModelFits } from './config/assert-fits.js';
import { foundFinished } from './found-finished.js';
import { compareHeldOut } from './held-out.js';
import { modelPlace } from './model-place.js';
import { openJob, type SearchJob } from './open-job.js';
import { openSearchStudy } from './open-search-study.js';
import type { SearchResults } from './results.js';
import { makeSample, type Sample, type SampleSplit } from './samples.js';
import { openScoreCache, type ScoreCache } from './score-cache.js';
import { type SearchFacts, searchFacts } from './search-facts.js';
import type { FailingSearch, InterruptedSearch, RunSearchOptions, SearchOutcome } from './search-outcome.js';
import { studyListener } from './study-listener.js';

/** Opens model and study, searches, compares; see `runSearch`. */
export async function runJob(config: SearchConfig, options: RunSearchOptions): Promise<SearchOutcome> {
  await assertModelFits(config, options.configFile);
  const job = await openJob(config, modelPlace(config.model, options.configFile));
  try {
    return await runWith(config, job, options);
  } finally {
    job.dispose();
  }
}

async function runWith(
  config: SearchConfig,
  job: SearchJob,
  options: RunSearchOptions,
): Promise<SearchOutcome> {
  const { out, onEvent } = options;
  const facts = searchFacts(config, job);
  const { model, runtime } = job;
  onEvent?.({
    kind: 'opened',
    backend: runtime.description,
    model: model.name,
    task: config.task,
    latents: facts.model.latents.length,
    classes: model.task.classes.length,
  });
  const there = await foundFinished({ config, facts, out, ...(onEvent === undefined ? {} : { onEvent }) });
  if (there !== undefined) return there;
  await assertEnoughImages(config, options.configFile, { images: model.imagesManifest, task: model.task });
  const study = await openSearchStudy({ ...options, config, facts, job });
  const run: Run = { config, job, facts, study, options };
  try {
    return await searchAndFinish(run);
  } catch (error) {
    const { signal } = options;
    if (signal?.aborted !== true || error !== signal.reason) throw error;
    return interrupted(run);
  } finally {
    await study.close();
  }
}

interface Run {
  readonly config: SearchConfig;
  readonly job: SearchJob;
  readonly facts: SearchFacts;
  readonly study: Study;
  readonly options: RunSearchOptions;
}

async function searchAndFinish(run: Run): Promise<SearchOutcome> {
  const { config, facts, study, options } = run;
  const { evaluations } = config.search;
  options.onEvent?.({ kind: 'study', place: study.place, ended: study.endedTrials, evaluations });
  const { heldOut } = config;
  const done = await readArtefacts(options.out, { facts, heldOut, evaluations: study.endedTrials });
  if (done !== undefined && study.endedTrials >= evaluations)
    return { kind: 'finished', out: options.out, ...done, reused: true };
  const pool = await loadImagePool(run.job.model.imagesManifest);
  const sampleOf = (split: SampleSplit) => makeSample({ ...options, job: run.job, config, pool, split });
  const sample = await sampleOf('search');
  let search: SearchResults['search'];
  try {
    const stopped = await optimise(run, sample);
    if (stopped.reason === 'aborted') return interrupted(run);
    const failed = failing(run, stopped);
    if (failed !== undefined) return failed;
    search = await summariseSearch(run, sample);
  } finally {
    sample.dispose();
  }
  return finish(run, search, await sampleOf('heldOut'));
}

function optimise({ config, study, options, job }: Run, sample: Sample): Promise<OptimizeResult> {
  const { evaluations, draws } = config.search;
  const objective = inProcessObjective({
    sample: sample.name,
    noiseKey: sample.noiseKey,
    draws,
    classes: job.model.task.classes.length,
    weights: weightsOf(config),
    blocks: sample.blocks,
  });
  const { signal, onEvent } = options;
  return study.optimize(objective, {
    evaluations,
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined ? {} : { onEvent: studyListener(study, evaluations, onEvent) }),
  });
}

async function summariseSearch(run: Run, sample: Sample): Promise<SearchResults['search']> {
  const { config, study, facts, options } = run;
  const { signal, onEvent } = options;
  const step = await bestStep({
    sample,
    latents: facts.model.latents.length,
    weights: weightsOf(config),
    cache: await cacheOf(run),
    onProgress: (progress) => onEvent?.({ kind: 'scanning', ...progress }),
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    sample: sample.name,
    images: sample.clean.ids.length,
    draws: sample.draws,
    evaluations: study.endedTrials,
    failed: study.trials.filter(({ state }) => state === 'failed').length,
    attack: sample.attack,
    recommended: study.recommend(),
    bestStep: step,
  };
}

async function finish(run: Run, search: SearchResults['search'], sample: Sample): Promise<SearchOutcome> {
  const { config, facts, job, options } = run;
  const { signal, onEvent, out } = options;
  try {
    const rows = await compareHeldOut({
      sample,
      learned: search.recommended.alphas,
      step: search.bestStep,
      weights: weightsOf(config),
      cache: await cacheOf(run),
      onProgress: (progress) => onEvent?.({ kind: 'scoring', ...progress }),
      ...(signal === undefined ? {} : { signal }),
    });
    const heldOut = {
      sample: sample.name,
      images: sample.clean.ids.length,
      draws: sample.draws,
      attack: sample.attack,
      rows,
    };
    const results: SearchResults = {
      format: 'bo-search/results',
      version: 1,
      versions: job.versions,
      backend: job.runtime.description,
      config,
      facts,
      classes: job.model.task.classes,
      search,
      heldOut,
    };
    return { kind: 'finished', out, ...(await writeArtefacts(out, results, onEvent)), reused: false };
  } finally {
    sample.dispose();
  }
}

/** Evaluations that failed one after the other, or all of a short search; undefined where there is something to go by. */
function failing({ study, options: { out } }: Run, stopped: OptimizeResult): FailingSearch | undefined {
  const { message, advice } = stopped;
  if (stopped.reason === 'failures') return { kind: 'failing', out, message, advice };
  const last = study.trials.at(-1)?.outcome;
  if (last === undefined || study.trials.some(({ state }) => state !== 'failed')) return undefined;
  const reason = isFailed(last) ? last.failed : '';
  return {
    kind: 'failing',
    out,
    message: `all ${study.endedTrials} evaluations failed, the last with: ${reason}`,
    advice: 'mend the model or the configuration, and begin again in another folder',
  };
}

function cacheOf({ facts, options }: Run): Promise<ScoreCache> {
  return openScoreCache(options.out, facts, (reason) =>
    options.onEvent?.({ kind: 'warning', message: `${reason}; its scores are computed again` }),
  );
}

function interrupted({ study, config, options }: Run): InterruptedSearch {
  const { evaluations } = config.search;
  return { kind: 'interrupted', out: options.out, ended: study.endedTrials, evaluations };
}
