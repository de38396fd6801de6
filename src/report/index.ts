/** What a study and its schedules look like: plain rows, and pictures and lines made of them. Writes nowhere. */
export { alphasPicture } from './alphas-picture.js';
export type { NamedAlphas } from './alphas-picture.js';
export { alphasSvg } from './alphas-svg.js';
export type { AlphasSvgOptions } from './alphas-svg.js';
export { formatDuration } from './duration.js';
export { evaluationCsv } from './evaluation-csv.js';
export type { CurveToDraw } from './evaluation-panel.js';
export { evaluationSvg } from './evaluation-svg.js';
export type { EvaluationSvgOptions } from './evaluation-svg.js';
export { comparisonTable, evaluationTable, transferTables } from './evaluation-table.js';
export type {
  ComparisonTableRow,
  EvaluationTableOptions,
  EvaluationTableRow,
  TransferTableRow,
  WorstCaseTableRow,
} from './evaluation-table.js';
export { warningLines } from './evaluation-warnings.js';
export type { WarningLine } from './evaluation-warnings.js';
export { progressLine, progressText } from './progress-line.js';
export type { Progress } from './progress-line.js';
export { scheduleName, scheduleRows } from './schedule-rows.js';
export type { ScheduleRow } from './schedule-rows.js';
export { scoreTable } from './score-table.js';
export type { ScoreRow } from './score-table.js';
export { isClear } from './table-text.js';
export type { Difference } from './table-text.js';
export { painted, PLAIN } from './text-style.js';
export type { TextStyle } from './text-style.js';
export { trialRows } from './trial-rows.js';
export type { TrialRow } from './trial-rows.js';
