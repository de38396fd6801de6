/** The schedules file and the picture of a search: learned beside linear, cosine, best step and constants. */
import { type NamedAlphas, alphasSvg } from '../report/index.js';
import {
  cosineSchedule,
  linearSchedule,
  type Schedule,
  type ScheduleMetrics,
  type SchedulesFile,
  type SchedulesDefence,
} from '../schedules/index.js';
import type { Baseline } from './baselines.js';
import type { BaselineResults } from './baselines-results.js';
import type { SearchFacts } from './search-facts.js';
import { weightsOf } from './config/search-config.js';
import type { ResultRow, SearchResults } from './results.js';

export const SCHEDULES_FILE = 'schedules.json';
export const PICTURE_FILE = 'alphas.svg';

/** The schedules of a finished search, each with its held-out scores. */
export function schedulesOfResults(results: SearchResults): SchedulesFile {
  const { facts, search, heldOut, config } = results;
  const schedules = heldOut.rows.flatMap((row): Schedule[] => {
    const schedule = scheduleOf(row, search.bestStep.from);
    if (schedule === undefined) return [];
    return [{ ...scored(schedule, row, config, heldOut), ...provenance(results, row) }];
  });
  return { ...fileHead(facts, defenceOf(facts)), schedules };
}

/** The schedules that were scored without a search, each with its held-out scores. */
export function schedulesOfBaselines(
  { facts, heldOut, config }: BaselineResults,
  baselines: readonly Baseline[],
): SchedulesFile {
  const schedules = baselines.map(({ schedule }, i) => scored(schedule, heldOut.rows[i], config, heldOut));
  return { ...fileHead(facts, defenceOf(facts)), schedules };
}

function scored(
  schedule: Schedule,
  { clean, robust, objective }: ResultRow,
  config: SearchResults['config'],
  { images, draws }: SearchResults['heldOut'],
): Schedule {
  const scores = {
    ...(clean === undefined ? {} : { clean }),
    ...(robust === undefined ? {} : { robust }),
  };
  const metrics: ScheduleMetrics = {
    heldOut: { ...scores, objective, weights: weightsOf(config), images, draws },
  };
  return { ...schedule, ...attenuated(schedule.alphas, config.attenuation), metrics };
}

/** The schedules of a search that is still under way: the best so far beside linear and cosine, without held-out scores. */
export function schedulesSoFar(
  facts: SearchFacts,
  learned: readonly number[],
  session: { readonly seed: number; readonly evaluations: number; readonly version: string },
): SchedulesFile {
  const n = learned.length;
  const { attenuation, task } = facts.config as { readonly attenuation: number; readonly task?: string };
  const { seed: studySeed, evaluations, version } = session;
  const schedules: Schedule[] = [
    {
      kind: 'learned',
      alphas: learned,
      ...attenuated(learned, attenuation),
      provenance: {
        ...(task === undefined ? {} : { task }),
        studySeed,
        evaluations,
        version,
        unfinished: true,
      },
    },
    { kind: 'linear', alphas: linearSchedule(n), ...attenuated(linearSchedule(n), attenuation) },
    { kind: 'cosine', alphas: cosineSchedule(n), ...attenuated(cosineSchedule(n), attenuation) },
  ];
  return { ...fileHead(facts, defenceOf(facts)), schedules };
}

/** Learned against linear and cosine, as SVG. */
export function pictureOf(facts: SearchFacts, learned: readonly number[]): string {
  const { task } = facts.config as { readonly task?: string };
  return alphasSvg(facts.model.latents, comparedAlphas(learned), {
    title: `α learned for ${facts.model.name}${task === undefined ? '' : `, ${task} task`}`,
  });
}

/** Learned, linear and cosine, as pictures show them. */
export function comparedAlphas(learned: readonly number[]): NamedAlphas[] {
  return [
    { name: 'learned', alphas: learned },
    { name: 'linear', alphas: linearSchedule(learned.length) },
    { name: 'cosine', alphas: cosineSchedule(learned.length) },
  ];
}

function fileHead({ model }: SearchFacts, defence: SchedulesDefence): Omit<SchedulesFile, 'schedules'> {
  const { name, hash, latents } = model;
  return { format: 'bo-search/schedules', version: 1, model: { name, hash, latents }, defence };
}

function defenceOf({ config }: SearchFacts): SchedulesDefence {
  const { temperature, preprocessing } = config as {
    readonly temperature: number | null;
    readonly preprocessing: {
      readonly blur?: { readonly sigma: number; readonly kernelSize: number | string };
      readonly noise?: { readonly l2Norm: number };
    };
  };
  const { blur, noise } = preprocessing;
  return {
    ...(temperature === null ? {} : { temperature }),
    ...(blur === undefined ? {} : { blurSigma: blur.sigma }),
    // a rule by image size is resolved by whoever knows the size
    ...(typeof blur?.kernelSize === 'number' ? { blurKernel: blur.kernelSize } : {}),
    ...(noise === undefined ? {} : { noiseNorm: noise.l2Norm }),
  };
}

function scheduleOf({ kind, alphas }: ResultRow, stepFrom: number): Schedule | undefined {
  if (alphas === undefined) return undefined;
  switch (kind) {
    case 'learned':
    case 'linear':
    case 'cosine':
      return { kind, alphas };
    case 'step':
      return { kind, from: stepFrom, alphas };
    case 'constant':
      return { kind, value: alphas[0], alphas };
    default:
      return { kind: 'custom', label: kind, alphas };
  }
}

function attenuated(
  alphas: readonly number[],
  attenuation: number,
): { attenuation: number; effectiveAlphas: number[] } {
  return { attenuation, effectiveAlphas: alphas.map((alpha) => attenuation * alpha) };
}

function provenance(results: SearchResults, row: ResultRow): Pick<Schedule, 'provenance'> {
  if (row.kind !== 'learned') return {};
  const { search, config, versions, backend } = results;
  return {
    provenance: {
      ...(config.task === undefined ? {} : { task: config.task }),
      studySeed: config.seed,
      evaluations: search.evaluations,
      samples: search.samples ?? [search.sample],
      version: versions.boSearch,
      trial: search.recommended.trial,
      backend,
    },
  };
}
