/** The schedules that need no search, and those a file brings: what a learned one has to beat. */
import { BoSearchError } from '../errors.js';
import { scheduleName } from '../report/schedule-rows.js';
import {
  type BaselineName,
  constantSchedule,
  cosineSchedule,
  linearSchedule,
  paperPresets,
  reversedSchedule,
  type Schedule,
  type SchedulesFile,
} from '../schedules/index.js';
import type { BestStep } from './results.js';

/** A schedule and how tables call it. */
export interface Baseline {
  readonly label: string;
  readonly schedule: Schedule;
}

const CONSTANTS = [0, 0.25, 0.5, 0.75, 1] as const;

const REVERSED: readonly BaselineName[] = ['linear', 'cosine'];

/**
 * Linear, cosine, the best step, constants, the reversed ones, the paper's learned α where they have as many values, and
 * those of a file. Of two of one kind with the same α only the first is taken.
 * @param latents - number of latents N.
 */
export function baselinesFor(
  latents: number,
  step: Pick<BestStep, 'from' | 'alphas'>,
  file: SchedulesFile | undefined,
): Baseline[] {
  const all: Baseline[] = [
    { label: 'linear', schedule: { kind: 'linear', alphas: linearSchedule(latents) } },
    { label: 'cosine', schedule: { kind: 'cosine', alphas: cosineSchedule(latents) } },
    { label: `best step (${step.from})`, schedule: { kind: 'step', from: step.from, alphas: step.alphas } },
    ...CONSTANTS.map((value): Baseline => {
      const schedule = { kind: 'constant', value, alphas: constantSchedule(latents, value) } as const;
      return { label: `α = ${value}`, schedule };
    }),
    ...REVERSED.map((of): Baseline => {
      const schedule = { kind: 'reversed', of, alphas: reversedSchedule(of, latents) } as const;
      return { label: `reversed ${of}`, schedule };
    }),
    ...presetsFor(latents),
    ...(file?.schedules ?? []).map((schedule, i) => fromFile(schedule, i)),
  ];
  return all.filter((one, i) => all.findIndex((other) => isSame(one, other)) === i);
}

/**
 * Checks that schedules of a file can be judged behind this model.
 * @throws BoSearchError `E_SCHEDULES` for another number of latents or another attenuation.
 */
export function assertSchedulesFit(
  { model, schedules }: SchedulesFile,
  wanted: { readonly latents: number; readonly attenuation: number },
): void {
  const { latents, attenuation } = wanted;
  if (model.latents.length !== latents) {
    throw unfit(`expected α of ${latents} latents, got α of ${model.latents.length} for ${model.name}`);
  }
  for (const [i, schedule] of schedules.entries()) {
    const its = schedule.attenuation ?? attenuation;
    if (its === attenuation) continue;
    throw unfit(`expected attenuation ${attenuation} as in the configuration, got ${its} in schedules[${i}]`);
  }
}

/** What follows such a warning where a run was named. */
export const IF_NOT_MEANT = 'if that is not meant, give the configuration of the run';

/**
 * Warns of schedules that were learned for another task or model: they can be judged, but are not what they were.
 * Files that do not say what they were learned for are taken as they are.
 * @param wanted - task of the configuration, where it has one, and the model's name.
 */
export function foreignSchedules(
  { model, schedules }: SchedulesFile,
  wanted: { readonly model: string; readonly task?: string },
): string | undefined {
  const task = schedules.find(({ kind }) => kind === 'learned')?.provenance?.['task'];
  const otherModel = model.hash !== undefined && model.name !== wanted.model;
  const otherTask = typeof task === 'string' && wanted.task !== undefined && task !== wanted.task;
  if (!otherModel && !otherTask) return undefined;
  const purpose = (name: string, its: unknown): string =>
    typeof its === 'string' ? `${name}, task ${its}` : name;
  return `the schedules to compare were made for ${purpose(model.name, task)}; here they are judged for ${purpose(wanted.model, wanted.task)}`;
}

function presetsFor(latents: number): Baseline[] {
  return Object.values(paperPresets)
    .filter((preset) => preset.latents === latents)
    .map(({ name, learned }) => {
      const label = `paper, ${name}`;
      return { label, schedule: { kind: 'custom', label, alphas: learned } };
    });
}

/** Without the scores of another time; attenuated ones are made again. */
function fromFile(schedule: Schedule, i: number): Baseline {
  const rest = { ...schedule } as { -readonly [Key in keyof Schedule]: Schedule[Key] };
  delete rest.metrics;
  delete rest.effectiveAlphas;
  return { label: labelInFile(schedule, i), schedule: rest as Schedule };
}

/** What a schedule is called for itself; one that has no name but its place, by that. */
function labelInFile(schedule: Schedule, i: number): string {
  if (schedule.label !== undefined || schedule.kind === 'learned') return scheduleName(schedule);
  return `file, ${schedule.kind === 'custom' ? `schedules[${i}]` : scheduleName(schedule)}`;
}

function isSame(one: Baseline, other: Baseline): boolean {
  const [a, b] = [one.schedule, other.schedule];
  return a.kind === b.kind && a.alphas.every((alpha, i) => alpha === b.alphas[i]);
}

function unfit(message: string): BoSearchError {
  return new BoSearchError('E_SCHEDULES', `schedules to compare: ${message}`, {
    hint: 'compare schedules that were made for this model and this configuration',
  });
}
