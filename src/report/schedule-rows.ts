/** A schedules file as plain rows: one schedule a row, with the name people call it by. */
import type { Schedule, SchedulesFile, SplitMetrics } from '../schedules/index.js';

export interface ScheduleRow {
  readonly name: string;
  readonly kind: Schedule['kind'];
  readonly alphas: readonly number[];
  /** attenuation · alphas. */
  readonly effectiveAlphas: readonly number[];
  readonly search?: SplitMetrics;
  readonly heldOut?: SplitMetrics;
}

/** Rows in the file's order. */
export function scheduleRows(file: SchedulesFile): ScheduleRow[] {
  return file.schedules.map((schedule) => ({
    name: scheduleName(schedule),
    kind: schedule.kind,
    alphas: schedule.alphas,
    effectiveAlphas: schedule.alphas.map((alpha) => (schedule.attenuation ?? 1) * alpha),
    ...schedule.metrics,
  }));
}

/** `learned`, `step 4`, `α = 0.5`, `1 − linear`, or the label it was given. */
export function scheduleName(schedule: Schedule): string {
  if (schedule.label !== undefined) return schedule.label;
  switch (schedule.kind) {
    case 'step':
      return `step ${schedule.from}`;
    case 'constant':
      return `α = ${schedule.value}`;
    case 'reversed':
      return `1 − ${schedule.of}`;
    case 'learned':
    case 'linear':
    case 'cosine':
    case 'custom':
      return schedule.kind;
    default:
      return schedule satisfies never;
  }
}
