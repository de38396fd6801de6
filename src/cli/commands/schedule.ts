/** `bo-search schedule`: makes a schedule by its formula, from the paper, or from given numbers. */
import { BoSearchError } from '../../errors.js';
import {
  type BaselineName,
  constantSchedule,
  cosineSchedule,
  linearSchedule,
  paperPresets,
  type PaperTaskName,
  reversedSchedule,
  type Schedule,
  type SchedulesFile,
  type SchedulesFormat,
  stepSchedule,
} from '../../schedules/index.js';
import { deliverSchedules } from '../deliver-schedules.js';
import { EXIT, type ExitCode } from '../exit-codes.js';

export interface ScheduleFlags {
  readonly latents?: number;
  readonly from?: number;
  readonly value?: number;
  readonly of?: BaselineName;
  readonly task?: PaperTaskName;
  readonly alphas?: readonly number[];
  readonly attenuation?: number;
  readonly modelName?: string;
  readonly output?: string;
  readonly format: SchedulesFormat;
  readonly json?: boolean;
}

export type ScheduleKind = 'linear' | 'cosine' | 'step' | 'constant' | 'reversed' | 'preset' | 'custom';

/** The options that say what a schedule is, as they are typed. */
const SHAPING = ['latents', 'from', 'value', 'of', 'task', 'alphas', 'attenuation'] as const;

type Shaping = (typeof SHAPING)[number];

/** Options each kind needs, and those it may have beside them. */
const OPTIONS: Readonly<Record<ScheduleKind, { needs: readonly Shaping[]; may: readonly Shaping[] }>> = {
  linear: { needs: ['latents'], may: ['attenuation'] },
  cosine: { needs: ['latents'], may: ['attenuation'] },
  step: { needs: ['latents', 'from'], may: ['attenuation'] },
  constant: { needs: ['latents', 'value'], may: ['attenuation'] },
  reversed: { needs: ['latents'], may: ['of', 'attenuation'] },
  preset: { needs: ['task'], may: [] },
  custom: { needs: ['alphas'], may: ['latents', 'attenuation'] },
};

/** Writes a schedules file with one schedule. */
export async function schedule(kind: ScheduleKind, flags: ScheduleFlags): Promise<ExitCode> {
  assertFitting(kind, flags);
  await deliverSchedules(
    kind === 'preset' ? presetFile(flags) : fileOf(scheduleOf(kind, flags), flags),
    flags,
  );
  return EXIT.done;
}

function assertFitting(kind: ScheduleKind, flags: ScheduleFlags): void {
  const { needs, may } = OPTIONS[kind];
  const missing = needs.find((name) => flags[name] === undefined);
  if (missing !== undefined) {
    throw new BoSearchError('E_ARGUMENT', `schedule ${kind}: expected --${missing}, got none`);
  }
  const odd = SHAPING.find((name) => flags[name] !== undefined && ![...needs, ...may].includes(name));
  if (odd !== undefined) {
    throw new BoSearchError(
      'E_ARGUMENT',
      `schedule ${kind}: expected no --${odd}, got ${String(flags[odd])}`,
    );
  }
}

function scheduleOf(kind: Exclude<ScheduleKind, 'preset'>, flags: ScheduleFlags): Schedule {
  const { latents: n = 0, from = 0, value = 0, of = 'linear', alphas = [] } = flags;
  switch (kind) {
    case 'linear':
      return { kind, alphas: linearSchedule(n) };
    case 'cosine':
      return { kind, alphas: cosineSchedule(n) };
    case 'step':
      if (from <= n) return { kind, from, alphas: stepSchedule(n, from) };
      throw new BoSearchError(
        'E_ARGUMENT',
        `schedule step: expected --from from 0 to --latents ${n}, got ${from}`,
      );
    case 'constant':
      return { kind, value, alphas: constantSchedule(n, value) };
    case 'reversed':
      return { kind, of, alphas: reversedSchedule(of, n) };
    case 'custom':
      if (flags.latents === undefined || flags.latents === alphas.length) return { kind, alphas };
      throw new BoSearchError(
        'E_ARGUMENT',
        `schedule custom: expected --latents ${alphas.length}, one for each of --alphas, got ${flags.latents}`,
      );
  }
}

function fileOf(made: Schedule, { attenuation, modelName = 'unknown' }: ScheduleFlags): SchedulesFile {
  return {
    format: 'bo-search/schedules',
    version: 1,
    model: { name: modelName, latents: made.alphas.map((_, i) => `z${i}`) },
    schedules: [attenuation === undefined ? made : attenuated(made, attenuation)],
  };
}

function presetFile({ task = 'celeba-hq-gender', modelName }: ScheduleFlags): SchedulesFile {
  const { model, learned, attenuation, temperature, noiseNorm } = paperPresets[task];
  const provenance = { source: `learned in the paper for ${task}` };
  const made: Schedule = { kind: 'learned', label: task, alphas: learned, provenance };
  const file = fileOf(made, { attenuation, modelName: modelName ?? model, format: 'json' });
  return { ...file, defence: { temperature, noiseNorm } };
}

function attenuated(made: Schedule, attenuation: number): Schedule {
  return { ...made, attenuation, effectiveAlphas: made.alphas.map((alpha) => attenuation * alpha) };
}
