/** Schedules of α: makers, the paper's presets, and the schedules file. Knows no model and loads no package. */
export { assertAlphas, MAX_LATENTS } from './alphas.js';
export { constantSchedule } from './constant-schedule.js';
export { cosineSchedule } from './cosine-schedule.js';
export { linearSchedule } from './linear-schedule.js';
export { paperPresets } from './paper-presets.js';
export type { PaperPreset, PaperTaskName } from './paper-presets.js';
export { baselineSchedules, reversedSchedule } from './reversed-schedule.js';
export type { BaselineName } from './reversed-schedule.js';
export { ALPHA_TOLERANCE, schedulesFromJson, schedulesToJson } from './schedules-file.js';
export type {
  Estimate,
  Schedule,
  ScheduleBase,
  ScheduleMetrics,
  ScheduleProvenance,
  SchedulesDefence,
  SchedulesFile,
  SchedulesModel,
  SplitMetrics,
} from './schedules-file.js';
export { schedulesSchema } from './schedules-schema.js';
export type { JsonSchema } from './check-schema.js';
export { stepSchedule } from './step-schedule.js';
