/** The schedules file, version 1: how α vectors travel to other tools. Reads and writes it; refuses what is not right. */
import { BoSearchError } from '../errors.js';
import { checkSchema, type SchemaProblem } from './check-schema.js';
import { constantSchedule } from './constant-schedule.js';
import { formatJson } from './format-json.js';
import { onOneLine } from './one-line.js';
import { repeatedKey } from './repeated-key.js';
import { type BaselineName, baselineSchedules, reversedSchedule } from './reversed-schedule.js';
import { schedulesSchema } from './schedules-schema.js';
import { showValue } from './show-value.js';
import { stepSchedule } from './step-schedule.js';

/** Largest difference between a stated α and the one its formula gives. */
export const ALPHA_TOLERANCE = 1e-6;

/** Largest difference of a sum of weights from 1. */
const WEIGHT_ROUNDING = 1e-9;

/** A mean over images and its 95 % interval, all in [0, 1]. */
export interface Estimate {
  readonly mean: number;
  readonly interval: readonly [number, number];
}

/** Scores of a schedule on one set of images. */
export interface SplitMetrics {
  readonly clean?: Estimate;
  readonly robust?: Estimate;
  readonly objective?: Estimate;
  /** Weights of the two accuracies in the objective; their sum is 1. */
  readonly weights?: { readonly clean: number; readonly robust: number };
  /** Number of images, at least 1. */
  readonly images?: number;
  /** Purifications an image, at least 1. */
  readonly draws?: number;
}

export interface ScheduleMetrics {
  readonly search?: SplitMetrics;
  readonly heldOut?: SplitMetrics;
}

/** Where a schedule comes from; any further JSON may stand beside these. */
export interface ScheduleProvenance {
  readonly studySeed?: number;
  readonly evaluations?: number;
  readonly samples?: readonly string[];
  /** Version of bo-search. */
  readonly version?: string;
  readonly source?: string;
  readonly [key: string]: unknown;
}

export interface ScheduleBase {
  /** Before attenuation, one a latent, in [0, 1]. */
  readonly alphas: readonly number[];
  readonly label?: string;
  /** In (0, 1]; absent means 1. */
  readonly attenuation?: number;
  /** attenuation · alphas, to 1e-6. */
  readonly effectiveAlphas?: readonly number[];
  readonly metrics?: ScheduleMetrics;
  readonly provenance?: ScheduleProvenance;
}

/** A schedule of any kind; those with a formula must follow it to 1e-6. */
export type Schedule =
  | (ScheduleBase & { readonly kind: 'learned' | 'linear' | 'cosine' | 'custom' })
  | (ScheduleBase & { readonly kind: 'step'; readonly from: number })
  | (ScheduleBase & { readonly kind: 'constant'; readonly value: number })
  | (ScheduleBase & { readonly kind: 'reversed'; readonly of: BaselineName });

/** The model the schedules are for. */
export interface SchedulesModel {
  readonly name: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly hash?: string;
  /** Names in the order of the walk, no two the same. */
  readonly latents: readonly string[];
}

/** What else belongs to the defence the alphas were found for. */
export interface SchedulesDefence {
  readonly temperature?: number;
  readonly noiseNorm?: number;
  readonly blurSigma?: number;
  readonly blurKernel?: number;
}

export interface SchedulesFile {
  readonly format: 'bo-search/schedules';
  readonly version: 1;
  readonly model: SchedulesModel;
  readonly defence?: SchedulesDefence;
  readonly schedules: readonly Schedule[];
}

/**
 * The text of a schedules file; arrays of numbers stand on one line.
 * @throws BoSearchError `E_SCHEDULES` if the file would be refused on reading.
 */
export function schedulesToJson(file: SchedulesFile): string {
  return `${formatJson(schedulesFromJson(file, 'schedulesToJson'))}\n`;
}

/**
 * Reads a schedules file.
 * @param source - its text, or the value that text holds.
 * @param file - how to call it in errors.
 * @returns a copy that shares nothing with the source.
 * @throws BoSearchError `E_SCHEDULES` with the place, as a JSON pointer, and the reason.
 */
export function schedulesFromJson(source: unknown, file = 'schedules'): SchedulesFile {
  const value = typeof source === 'string' ? parseText(source, file) : source;
  const problem = schedulesProblem(value);
  if (problem !== undefined) throw refusal(problem, value, file);
  return structuredClone(value) as SchedulesFile;
}

/** What is wrong with a value that should be a schedules file; undefined where nothing is. For readers of other forms. */
export function schedulesProblem(value: unknown): SchemaProblem | undefined {
  return checkSchema(schedulesSchema, value) ?? findContradiction(value as SchedulesFile);
}

function parseText(text: string, file: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new BoSearchError(
      'E_SCHEDULES',
      `${file}: expected JSON, got ${onOneLine((error as Error).message)}`,
      {
        hint: 'the file may be cut short or written by hand; write it again with `npx bo-search export`',
        cause: error,
      },
    );
  }
  const twice = repeatedKey(json);
  if (twice === undefined) return value;
  const place = `${file}:${twice.line}:${twice.column}`;
  throw new BoSearchError(
    'E_SCHEDULES',
    `${place}: expected every key once, got ${showValue(twice.key)} again`,
    {
      hint: 'keep the one that is meant',
    },
  );
}

function refusal(problem: SchemaProblem, value: unknown, file: string): BoSearchError {
  const place = problem.pointer === '' ? file : `${file}: ${problem.pointer}`;
  const version = problem.pointer === '/version' && typeof (value as SchedulesFile).version === 'number';
  return new BoSearchError('E_SCHEDULES', `${place}: ${problem.reason}`, {
    hint: version
      ? 'the file is of another version of the format: read it with the bo-search that wrote it'
      : 'schemas/schedules.schema.json in the package describes the format',
  });
}

/** What a schema can't say: names that repeat, lengths that differ, values that don't follow from each other. */
function findContradiction(file: SchedulesFile): SchemaProblem | undefined {
  const { latents } = file.model;
  const repeated = latents.findIndex((name, i) => latents.indexOf(name) < i);
  if (repeated >= 0) {
    const reason = `expected every latent once, got ${showValue(latents[repeated])} again`;
    return { pointer: `/model/latents/${repeated}`, reason };
  }
  const { blurKernel = 1 } = file.defence ?? {};
  if (blurKernel % 2 === 0) {
    return { pointer: '/defence/blurKernel', reason: `expected an odd integer, got ${blurKernel}` };
  }
  for (const [i, schedule] of file.schedules.entries()) {
    const problem = checkSchedule(schedule, latents.length);
    if (problem !== undefined) return { ...problem, pointer: `/schedules/${i}${problem.pointer}` };
  }
  return undefined;
}

function checkSchedule(schedule: Schedule, n: number): SchemaProblem | undefined {
  if (schedule.alphas.length !== n) {
    return {
      pointer: '/alphas',
      reason: `expected ${n} alphas, one a latent, got ${schedule.alphas.length}`,
    };
  }
  if (schedule.kind === 'step' && schedule.from > n) {
    return { pointer: '/from', reason: `expected an integer from 0 to ${n}, got ${schedule.from}` };
  }
  const formula = formulaOf(schedule, n);
  const attenuation = schedule.attenuation ?? 1;
  const effective = schedule.alphas.map((alpha) => attenuation * alpha);
  return (
    (formula && compare(schedule.alphas, formula, '/alphas', schedule.kind)) ??
    (schedule.effectiveAlphas &&
      compare(schedule.effectiveAlphas, effective, '/effectiveAlphas', 'attenuation · alphas')) ??
    checkMetrics(schedule.metrics)
  );
}

/** The alphas a kind stands for; undefined where any are right. */
function formulaOf(schedule: Schedule, n: number): readonly number[] | undefined {
  switch (schedule.kind) {
    case 'linear':
    case 'cosine':
      return baselineSchedules[schedule.kind](n);
    case 'step':
      return stepSchedule(n, schedule.from);
    case 'constant':
      return constantSchedule(n, schedule.value);
    case 'reversed':
      return reversedSchedule(schedule.of, n);
    case 'learned':
    case 'custom':
      return undefined;
    default:
      return schedule satisfies never;
  }
}

function compare(
  stated: readonly number[],
  right: readonly number[],
  pointer: string,
  what: string,
): SchemaProblem | undefined {
  if (stated.length !== right.length) {
    return { pointer, reason: `expected ${right.length} values, one a latent, got ${stated.length}` };
  }
  const i = stated.findIndex((value, at) => Math.abs(value - right[at]) > ALPHA_TOLERANCE);
  if (i < 0) return undefined;
  return { pointer: `${pointer}/${i}`, reason: `expected ${right[i]} (${what}), got ${stated[i]}` };
}

function checkMetrics(metrics: ScheduleMetrics | undefined): SchemaProblem | undefined {
  for (const [split, scores] of Object.entries(metrics ?? {}) as [string, SplitMetrics][]) {
    for (const name of ['clean', 'robust', 'objective'] as const) {
      const problem = checkInterval(scores[name], `/metrics/${split}/${name}/interval`);
      if (problem !== undefined) return problem;
    }
    const { clean = 0, robust = 1 } = scores.weights ?? {};
    if (Math.abs(clean + robust - 1) > WEIGHT_ROUNDING) {
      const reason = `expected clean and robust to add up to 1, got ${clean} and ${robust}`;
      return { pointer: `/metrics/${split}/weights`, reason };
    }
  }
  return undefined;
}

function checkInterval(estimate: Estimate | undefined, pointer: string): SchemaProblem | undefined {
  if (estimate === undefined) return undefined;
  const { mean, interval } = estimate;
  const [low, high] = interval;
  if (low > high) return { pointer, reason: `expected the lower end first, got ${interval.join(', ')}` };
  if (mean >= low - ALPHA_TOLERANCE && mean <= high + ALPHA_TOLERANCE) return undefined;
  return { pointer, reason: `expected an interval with the mean ${mean} in it, got ${interval.join(', ')}` };
}
