/**
 * Schedules of α: makers, the paper's presets, the schedules file and its other forms. Knows no model; the one package
 * it needs, a YAML parser, loads when YAML is read.
 */
export { assertAlphas, MAX_LATENTS } from './alphas.js';
export { constantSchedule } from './constant-schedule.js';
export { cosineSchedule } from './cosine-schedule.js';
export { schedulesFromCsv, schedulesToCsv } from './formats/schedules-csv.js';
export { formOfContent } from './formats/form-of-content.js';
export {
  filesReadWith,
  isLoneArray,
  loneArrayWarning,
  readSchedulesFile,
  SCHEDULES_FORMATS,
  type SchedulesFormat,
  writeSchedulesAs,
} from './formats/schedules-formats.js';
export { type NpyParts, schedulesFromNpy, schedulesToNpy } from './formats/schedules-npy.js';
export { schedulesFromYaml, schedulesToYaml } from './formats/schedules-yaml.js';
export type { ReadOptions } from './formats/placed-schedules.js';
export type { WrittenFile, WrittenSchedules } from './formats/written-schedules.js';
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
