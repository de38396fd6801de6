/** The steps of scoring schedules without a search. */
import { join } from 'node:path';
import { versions } from 'node:process';
import { VERSION } from '../index.js';
import { formatJson } from '../schedules/format-json.js';
import { schedulesToJson } from '../schedules/index.js';
import { assertSchedulesFit, type Baseline, baselinesFor, foreignSchedules } from './baselines.js';
import { BASELINE_SCHEDULES_FILE, type BaselineResults, BASELINES_FILE } from './baselines-results.js';
import { bestStep } from './best-step.js';
import { recordedConfig } from './config/recorded-config.js';
import { type SearchConfig, weightsOf } from './config/search-config.js';
import { scoreHeldOut } from './held-out.js';
import { assertNothingForeign, inOwnFolder } from './in-own-folder.js';
import { discardedScores, isAborted, openedEvent, progressOf } from './job-events.js';
import type { Judge, JudgedSample } from './judge.js';
import { openJudge } from './open-judge.js';
import type { BaselinesOutcome, FinishedBaselines, RunBaselinesOptions } from './baselines-outcome.js';
import { schedulesOfBaselines } from './schedules-of-run.js';
import { openScoreCache, type ScoreCache } from './score-cache.js';
import { type SearchFacts, searchFacts } from './search-facts.js';
import { writeWhole } from './write-whole.js';

/** See `runBaselines`. */
export async function runBaselinesJob(
  config: SearchConfig,
  options: RunBaselinesOptions,
): Promise<BaselinesOutcome> {
  try {
    const judge = await openJudge(config, options);
    try {
      return await runWith(config, judge, options);
    } finally {
      await judge.close();
    }
  } catch (error) {
    if (!isAborted(error, options.signal)) throw error;
    return { kind: 'interrupted', out: options.out };
  }
}

async function runWith(
  config: SearchConfig,
  judge: Judge,
  options: RunBaselinesOptions,
): Promise<FinishedBaselines> {
  const { out, onEvent, schedules } = options;
  const facts = searchFacts(config, judge);
  const latents = judge.model.latents.length;
  if (schedules !== undefined) assertSchedulesFit(schedules, { latents, attenuation: config.attenuation });
  onEvent?.(openedEvent(config, judge));
  const foreign = schedules === undefined ? undefined : foreignSchedules(schedules, purposeOf(config, judge));
  if (foreign !== undefined) onEvent?.({ kind: 'warning', message: foreign });
  assertNothingForeign(out, facts);
  await judge.assertEnoughImages();
  return inOwnFolder(out, facts, () => scoreAll(config, judge, facts, options));
}

function purposeOf(
  { task }: SearchConfig,
  { model }: Judge,
): { readonly model: string; readonly task?: string } {
  return { model: model.name, ...(task === undefined ? {} : { task }) };
}

async function scoreAll(
  config: SearchConfig,
  judge: Judge,
  facts: SearchFacts,
  options: RunBaselinesOptions,
): Promise<FinishedBaselines> {
  const { out, onEvent, schedules } = options;
  const latents = judge.model.latents.length;
  const cache = await openScoreCache(out, facts, discardedScores(onEvent));
  const search = await scanSteps(config, judge, options, cache);
  const baselines = baselinesFor(latents, search.bestStep, schedules);
  const heldOut = await score(config, judge, options, { cache, baselines });
  const results: BaselineResults = {
    format: 'bo-search/baselines',
    version: 1,
    versions: { boSearch: VERSION, node: versions.node },
    backend: judge.description,
    config: recordedConfig(config),
    facts,
    classes: judge.model.classes,
    search,
    heldOut,
  };
  return write(results, baselines, options);
}

async function scanSteps(
  config: SearchConfig,
  judge: Judge,
  options: RunBaselinesOptions,
  cache: ScoreCache,
): Promise<BaselineResults['search']> {
  const { signal, onEvent } = options;
  return withSample(judge, 'search', options, async (sample) => {
    const step = await bestStep({
      sample,
      latents: judge.model.latents.length,
      weights: weightsOf(config),
      cache,
      onProgress: (progress) => onEvent?.({ kind: 'scanning', ...progress }),
      ...(signal === undefined ? {} : { signal }),
    });
    const { name, images, draws, attack } = sample;
    return { sample: name, images, draws, ...(attack === undefined ? {} : { attack }), bestStep: step };
  });
}

function score(
  config: SearchConfig,
  judge: Judge,
  options: RunBaselinesOptions,
  { cache, baselines }: { readonly cache: ScoreCache; readonly baselines: readonly Baseline[] },
): Promise<BaselineResults['heldOut']> {
  return withSample(judge, 'heldOut', options, (sample) =>
    scoreHeldOut({
      sample,
      schedules: baselines.map(({ label, schedule: { kind, alphas } }) => ({ kind, label, alphas })),
      classes: judge.model.classes.length,
      weights: weightsOf(config),
      cache,
      ...progressOf(options),
    }),
  );
}

async function withSample<T>(
  judge: Judge,
  split: 'search' | 'heldOut',
  options: RunBaselinesOptions,
  use: (sample: JudgedSample) => Promise<T>,
): Promise<T> {
  options.signal?.throwIfAborted();
  const sample = await judge.sample(split, options);
  try {
    return await use(sample);
  } finally {
    sample.dispose();
  }
}

/** The results last, so that where they are, all is. */
async function write(
  results: BaselineResults,
  baselines: readonly Baseline[],
  { out, onEvent }: RunBaselinesOptions,
): Promise<FinishedBaselines> {
  const schedules = schedulesOfBaselines(results, baselines);
  const texts = [
    [BASELINE_SCHEDULES_FILE, schedulesToJson(schedules)],
    [BASELINES_FILE, `${formatJson(results)}\n`],
  ] as const;
  for (const [name, text] of texts) {
    const file = join(out, name);
    await writeWhole(file, text);
    onEvent?.({ kind: 'written', file });
  }
  const files = [join(out, BASELINES_FILE), join(out, BASELINE_SCHEDULES_FILE)];
  return { kind: 'finished', out, results, schedules, files };
}
