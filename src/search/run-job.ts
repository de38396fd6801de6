/** The steps of the main job, from opening model and study to the last file. */
import { versions } from 'node:process';
import { VERSION } from '../index.js';
import type { OptimizeResult, Study } from '../study/index.js';
import { isFailed } from '../trial/index.js';
import { readArtefacts, writeArtefacts } from './artefacts.js';
import { bestStep } from './best-step.js';
import { adaptiveCost } from './config/adaptive-cost.js';
import { type SearchConfig, weightsOf } from './config/search-config.js';
import { type RacingPlan, racingPlan } from './config/racing-plan.js';
import { recordedConfig } from './config/recorded-config.js';
import { assertPointsFit } from './config/assert-points-fit.js';
import { endedIn, foundFinished } from './found-finished.js';
import { schedulesToCompare, scoreHeldOut } from './held-out.js';
import type { Judge, JudgedSample } from './judge.js';
import { discardedScores, isAborted, openedEvent, progressOf } from './job-events.js';
import { openJudge } from './open-judge.js';
import { openSearchStudy } from './open-search-study.js';
import type { SearchResults } from './results.js';
import type { ImagesDone } from './events.js';
import { isRaceOver, runRace } from './race.js';
import { type RaceResults, raceResults } from './race-results.js';
import { refreshRound, roundAt, type RoundsAsked } from './refreshes.js';
import { openScoreCache, type ScoreCache } from './score-cache.js';
import { type SearchFacts, searchFacts } from './search-facts.js';
import type { FailingSearch, InterruptedSearch, RunSearchOptions, SearchOutcome } from './search-outcome.js';
import { assertSameSample, samplesOf } from './sample-of-journal.js';
import { studyListener } from './study-listener.js';

/** Opens judge and study, searches, compares; see `runSearch`. */
export async function runJob(config: SearchConfig, options: RunSearchOptions): Promise<SearchOutcome> {
  const judge = await openJudge(config, options).catch((error: unknown) => {
    if (!isAborted(error, options.signal)) throw error;
  });
  if (judge === undefined) return interrupted(config, options, endedIn(options.out));
  try {
    return await runWith(config, judge, options);
  } finally {
    await judge.close();
  }
}

async function runWith(
  config: SearchConfig,
  judge: Judge,
  options: RunSearchOptions,
): Promise<SearchOutcome> {
  const { out, onEvent } = options;
  assertPointsFit(config, judge.model.latents.length, options.configFile);
  const facts = searchFacts(config, judge);
  onEvent?.(openedEvent(config, judge));
  const cost = adaptiveCost(config);
  if (cost !== undefined) onEvent?.({ kind: 'adaptive', ...cost });
  const there = await foundFinished({ config, facts, out, ...(onEvent === undefined ? {} : { onEvent }) });
  if (there !== undefined) return there;
  await judge.assertEnoughImages();
  const study = await openSearchStudy({ ...options, config, facts, judge });
  const run: Run = { config, judge, facts, study, options };
  try {
    return await searchAndFinish(run);
  } catch (error) {
    if (!isAborted(error, options.signal)) throw error;
    return interruptedIn(run);
  } finally {
    await study.close();
  }
}

interface Run {
  readonly config: SearchConfig;
  readonly judge: Judge;
  readonly facts: SearchFacts;
  readonly study: Study;
  readonly options: RunSearchOptions;
}

async function searchAndFinish(run: Run): Promise<SearchOutcome> {
  const { config, facts, study, options, judge } = run;
  const { evaluations } = config.search;
  options.onEvent?.({
    kind: 'study',
    place: study.place,
    ended: study.endedTrials,
    evaluations,
    ...imagesOf(run),
  });
  const { heldOut } = config;
  const done = await readArtefacts(options.out, { facts, heldOut, evaluations: study.endedTrials });
  const plan = racingPlan(config);
  const over = plan === undefined ? study.endedTrials >= evaluations : isRaceOver(study, plan);
  if (done !== undefined && over) return { kind: 'finished', out: options.out, ...done, reused: true };
  const searched = await searchInRounds(run);
  if ('kind' in searched) return searched;
  return finish(run, searched, await judge.sample('heldOut', options));
}

/** Searches on the images of one round after the other, and sums up on those of the last. */
async function searchInRounds(
  run: Run,
): Promise<SearchResults['search'] | InterruptedSearch | FailingSearch> {
  const { config, study } = run;
  const { evaluations } = config.search;
  const rounds = roundsOf(config);
  for (let round = roundAt(study.endedTrials, rounds); ; round += 1) {
    const until = Math.min(evaluations, (round + 1) * rounds.every);
    const sample = await sampleOfRound(run, round, rounds);
    try {
      const stopped = await optimise(run, sample, until);
      if (stopped.reason === 'evaluations' && until < evaluations) continue;
      if (stopped.reason === 'aborted') return interruptedIn(run);
      return failing(run, stopped) ?? (await summariseSearch(run, sample));
    } finally {
      sample.dispose();
    }
  }
}

/** Where the images stay, there is one round. */
function roundsOf({ attack: { refresh }, search: { evaluations } }: SearchConfig): RoundsAsked {
  return { every: refresh?.every ?? Infinity, evaluations };
}

/** The search images of a round, which are those that its trials were judged on. */
async function sampleOfRound(run: Run, round: number, rounds: RoundsAsked): Promise<JudgedSample> {
  const { config, study, judge, options } = run;
  const { out, onEvent } = options;
  const refresh = refreshRound(study, round, rounds);
  if (refresh !== undefined) onEvent?.({ kind: 'refreshing', ...refresh });
  const sample = await judge.sample('search', { ...options, ...(refresh === undefined ? {} : { refresh }) });
  try {
    const isNew = refresh?.after === study.endedTrials;
    const byEvaluator = config.evaluator !== undefined;
    const listen = onEvent === undefined ? {} : { onEvent };
    if (!isNew) assertSameSample({ study, name: sample.name, byEvaluator, out, ...listen });
    return sample;
  } catch (error) {
    sample.dispose();
    throw error;
  }
}

/** Searches until so many trials have ended in all. */
function optimise(
  { config, study, options }: Run,
  sample: JudgedSample,
  until: number,
): Promise<OptimizeResult> {
  const { evaluations, concurrency } = config.search;
  const { signal, onEvent } = options;
  const plan = racingPlan(config);
  const watch = {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(signal === undefined ? {} : { signal }),
    ...(onEvent === undefined
      ? {}
      : { onEvent: studyListener(study, { evaluations, ...imagesWanted(plan) }, onEvent) }),
  };
  return plan === undefined
    ? study.optimize(sample.objective, { evaluations: until, ...watch })
    : runRace(study, sample.objective, plan, watch);
}

function imagesWanted(plan: RacingPlan | undefined): { readonly images?: number } {
  return plan === undefined ? {} : { images: plan.images };
}

/** Image judgements of a race so far, and wanted in all. */
function imagesOf({ config, study }: Run): { readonly images?: ImagesDone } {
  const plan = racingPlan(config);
  return plan === undefined ? {} : { images: { judged: study.imagesJudged, of: plan.images } };
}

async function summariseSearch(run: Run, sample: JudgedSample): Promise<SearchResults['search']> {
  const { config, study, judge, options } = run;
  const { signal, onEvent } = options;
  const step = await bestStep({
    sample,
    latents: judge.model.latents.length,
    weights: weightsOf(config),
    cache: await cacheOf(run),
    onProgress: (progress) => onEvent?.({ kind: 'scanning', ...progress }),
    ...(signal === undefined ? {} : { signal }),
  });
  const samples = samplesOf(study.trials);
  return {
    sample: sample.name,
    ...(samples.some((name) => name !== sample.name) ? { samples } : {}),
    images: sample.images,
    draws: sample.draws,
    evaluations: study.endedTrials,
    failed: study.trials.filter(({ state }) => state === 'failed').length,
    ...(sample.attack === undefined ? {} : { attack: sample.attack }),
    recommended: study.recommend(),
    bestStep: step,
    ...raceOf(run, sample.draws),
  };
}

function raceOf({ config, study }: Run, draws: number): { readonly race?: RaceResults } {
  const plan = racingPlan(config);
  return plan === undefined ? {} : { race: raceResults(study, plan, draws) };
}

async function finish(
  run: Run,
  search: SearchResults['search'],
  sample: JudgedSample,
): Promise<SearchOutcome> {
  const { config, facts, judge, options } = run;
  try {
    const heldOut = await scoreHeldOut({
      sample,
      schedules: schedulesToCompare(search.recommended.alphas, search.bestStep),
      classes: judge.model.classes.length,
      weights: weightsOf(config),
      cache: await cacheOf(run),
      ...progressOf(options),
    });
    const results: SearchResults = {
      format: 'bo-search/results',
      version: 1,
      versions: { boSearch: VERSION, node: versions.node },
      backend: judge.description,
      config: recordedConfig(config),
      facts,
      classes: judge.model.classes,
      search,
      heldOut,
    };
    const { out, onEvent } = options;
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
  return openScoreCache(options.out, facts, discardedScores(options.onEvent));
}

function interruptedIn(run: Run): InterruptedSearch {
  return { ...interrupted(run.config, run.options, run.study.endedTrials), ...imagesOf(run) };
}

function interrupted(
  { search: { evaluations } }: SearchConfig,
  { out }: RunSearchOptions,
  ended: number,
): InterruptedSearch {
  return { kind: 'interrupted', out, ended, evaluations };
}
