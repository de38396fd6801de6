/** From names of defences to what stands in front of the classifier. */
import { BoSearchError } from '../../errors.js';
import { canonicalJson } from '../../objective/images/content-hash.js';
import type { PreprocessingOptions } from '../../objective/purification/preprocessing.js';
import { scheduleName } from '../../report/schedule-rows.js';
import {
  ALPHA_TOLERANCE,
  type BaselineName,
  baselineSchedules,
  constantSchedule,
  reversedSchedule,
  type Schedule,
  type SchedulesFile,
} from '../../schedules/index.js';
import { configPlace } from '../config/config-place.js';
import { type EvaluationConfig, evaluationOf } from '../config/evaluation-config.js';
import type { SearchConfig } from '../config/search-config.js';
import { resolvedPreprocessing } from '../open-job.js';

/** What is in front of the classifier. */
export interface PlannedDefence {
  /** Distinct, for people and files. */
  readonly label: string;
  /** `purified`: the model with α. `preprocessed`: preprocessing alone. `bare`: nothing. */
  readonly kind: 'purified' | 'preprocessed' | 'bare';
  /** Kind of the schedule, and α before attenuation; of `purified` alone. */
  readonly schedule?: Schedule['kind'];
  readonly alphas?: readonly number[];
  readonly preprocessing: PreprocessingOptions;
  /** K, runs whose logits are averaged. */
  readonly purifications: number;
}

export interface DefencesAsked {
  readonly config: SearchConfig;
  readonly configFile: string | undefined;
  readonly latents: number;
  /** Height of an image, which rules of the blur are by. */
  readonly side: number;
  readonly schedules: SchedulesFile;
  /** Names instead of those of the configuration. */
  readonly only?: readonly string[];
}

/** Kinds of a file that are taken without being named. */
const DEFAULT_KINDS = ['learned', 'linear', 'cosine', 'step'] as const;

const DEFAULT_OTHERS = ['constant 0', 'none', 'noise', 'blur'] as const;

const WITH_PREPROCESSING = ' + preprocessing';

const NO_DEFENCE: PlannedDefence = { label: 'no defence', kind: 'bare', preprocessing: {}, purifications: 1 };

/**
 * The defences of a configuration, in the order of their names, each once.
 * @throws BoSearchError `E_CONFIG` with the place, for a name that neither the file nor a formula gives, or
 * preprocessing that the configuration does not have; `E_SCHEDULES` for different defences of one label.
 */
export function plannedDefences(asked: DefencesAsked): PlannedDefence[] {
  const { config, configFile, only, schedules } = asked;
  const evaluation = evaluationOf(config);
  const names = only ?? evaluation.defences ?? defaultNames(schedules);
  const all = names.flatMap((name, i) => {
    const place =
      only === undefined && evaluation.defences !== undefined
        ? configPlace(configFile, ['evaluation', 'defences', i])
        : 'defences';
    return namedDefences(name, place, evaluation, asked);
  });
  for (const defence of all) assertOnlyOne(all, defence);
  return all.filter(({ label }, i) => all.findIndex((other) => other.label === label) === i);
}

/** @throws BoSearchError `E_SCHEDULES` if another defence has the same label: one of the two would be left out. */
function assertOnlyOne(all: readonly PlannedDefence[], defence: PlannedDefence): void {
  const { label } = defence;
  if (all.every((other) => other.label !== label || areAlike(other, defence))) return;
  throw new BoSearchError(
    'E_SCHEDULES',
    `defences: expected one defence called ${JSON.stringify(label)}, got two that differ`,
    { hint: 'give each schedule of the file a label of its own' },
  );
}

/** True if both do the same, whatever they are called: α of a file may be rounded. */
function areAlike(one: PlannedDefence, other: PlannedDefence): boolean {
  const { alphas = [] } = other;
  const own = one.alphas ?? [];
  const rest = ({ kind, preprocessing, purifications }: PlannedDefence) =>
    canonicalJson({ kind, preprocessing, purifications });
  return (
    own.length === alphas.length &&
    own.every((value, i) => Math.abs(value - alphas[i]) <= ALPHA_TOLERANCE) &&
    rest(one) === rest(other)
  );
}

function defaultNames({ schedules }: SchedulesFile): string[] {
  const kinds = DEFAULT_KINDS.filter((name) => schedules.some(({ kind }) => kind === name));
  // a file of custom schedules alone is meant to be evaluated
  const own = kinds.length === 0 ? ['file'] : kinds;
  return [...own, ...DEFAULT_OTHERS];
}

function namedDefences(
  name: string,
  place: string,
  evaluation: EvaluationConfig,
  asked: DefencesAsked,
): PlannedDefence[] {
  const { config, side } = asked;
  const { noise, blur } = config.preprocessing;
  switch (name) {
    case 'none':
      return [NO_DEFENCE];
    case 'noise': {
      const l2Norm = evaluation.noise?.l2Norm ?? noise?.l2Norm ?? config.attack.l2Bound;
      const preprocessing = { noise: { l2Norm } };
      return [
        { label: 'noise only', kind: 'preprocessed', preprocessing, purifications: evaluation.purifications },
      ];
    }
    case 'blur': {
      const its = { kernelSize: 'paper', sigma: 1, ...blur, ...evaluation.blur } as const;
      const preprocessing = resolvedPreprocessing({ blur: its }, side);
      return [{ label: 'blur only', kind: 'preprocessed', preprocessing, purifications: 1 }];
    }
    default:
      return schedulesNamed(name, place, asked).flatMap((schedule) => purified(schedule, evaluation, asked));
  }
}

/** One schedule without preprocessing, with it, or both. */
function purified(
  { label, alphas, schedule }: NamedSchedule,
  { preprocessing: asked, purifications }: EvaluationConfig,
  { config, configFile, side }: DefencesAsked,
): PlannedDefence[] {
  const own = resolvedPreprocessing(config.preprocessing, side);
  const hasOwn = own.blur !== undefined || own.noise !== undefined;
  return [...new Set(asked ?? [hasOwn ? 'on' : 'off'])].map((mode) => {
    if (mode === 'on' && !hasOwn) {
      throw new BoSearchError(
        'E_CONFIG',
        `${configPlace(configFile, ['evaluation', 'preprocessing'])}: expected a section preprocessing with blur or noise beside on, got none`,
        { hint: 'say under preprocessing what is done to images before the model' },
      );
    }
    const preprocessing = mode === 'on' ? own : {};
    return {
      label: mode === 'on' ? `${label}${WITH_PREPROCESSING}` : label,
      kind: 'purified',
      schedule,
      alphas,
      preprocessing,
      purifications,
    };
  });
}

interface NamedSchedule {
  readonly schedule: Schedule['kind'];
  readonly label: string;
  readonly alphas: readonly number[];
}

function schedulesNamed(name: string, place: string, asked: DefencesAsked): NamedSchedule[] {
  const { schedules } = asked.schedules;
  const named = (schedule: Schedule) => ({
    label: scheduleName(schedule),
    schedule: schedule.kind,
    alphas: schedule.alphas,
  });
  if (name === 'file') return schedules.map(named);
  const found =
    schedules.find((schedule) => scheduleName(schedule) === name) ??
    schedules.find(({ kind }) => kind === name);
  if (found !== undefined) return [named(found)];
  const formula = byFormula(name, asked.latents);
  if (formula !== undefined) return [formula];
  throw new BoSearchError(
    'E_CONFIG',
    `${place}: expected linear, cosine, reversed linear, reversed cosine, constant and a number from 0 to 1, none, noise, blur, file, or a schedule of the file (${schedules.map(scheduleName).join(', ')}), got ${JSON.stringify(name)}`,
  );
}

/** Schedules that need no file. */
function byFormula(name: string, latents: number): NamedSchedule | undefined {
  const constant = /^constant (\d*\.?\d+)$/.exec(name)?.[1];
  if (constant !== undefined && Number(constant) <= 1) {
    const value = Number(constant);
    return { label: `α = ${value}`, schedule: 'constant', alphas: constantSchedule(latents, value) };
  }
  const [, reversed, baseline] = /^(reversed )?(linear|cosine)$/.exec(name) ?? [];
  if (baseline === undefined) return undefined;
  const of = baseline as BaselineName;
  return reversed === undefined
    ? { label: of, schedule: of, alphas: baselineSchedules[of](latents) }
    : { label: `1 − ${of}`, schedule: 'reversed', alphas: reversedSchedule(of, latents) };
}
