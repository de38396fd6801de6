export { bitsFrom, countOnes } from './bits.js';
export {
  type BlockVerdict,
  blockSize,
  checkBlock,
  imageJudgements,
  isReported,
  plainBlock,
} from './blocks.js';
export { checkOutcome } from './check-outcome.js';
export {
  isRaced,
  judgedPoints,
  type JudgedPoint,
  type JudgedTrial,
  leaderOf,
  leadingPoint,
} from './judged-points.js';
export { measurementOf } from './measurement.js';
export {
  assertDetached,
  assertRunning,
  decisionAfter,
  DETACHED,
  type Ending,
  endingOf,
  type TrialLife,
  trialOf,
} from './moves.js';
export type {
  BlockObjective,
  EvaluationContext,
  Objective,
  ObjectiveFunction,
  TrialView,
} from './objective.js';
export { isCount, isFailed, isMeasurement, observedInterval, observedValue } from './observed.js';
export type {
  Bits,
  CountOutcome,
  FailedOutcome,
  ImageOutcomes,
  Measurement,
  Outcome,
  OutcomeBlock,
  ScoreWeights,
  ValueOutcome,
} from './outcome.js';
export { journalJsonSchema } from './journal-schema.js';
export { assertPlan, assertPlanned, isPlanDone, plannedBlocks } from './plan.js';
export { JOURNAL_VERSION } from './record-fields.js';
export { assertVersion, recordFromJson } from './record-from-json.js';
export type {
  AskRecord,
  Decision,
  EndState,
  EnqueueRecord,
  HandoverRecord,
  HeaderRecord,
  JournalRecord,
  Json,
  ReportRecord,
  SessionRecord,
  TellRecord,
  TrialState,
} from './record.js';
export type { Storage, StorageWarning } from './storage.js';
export { assertWeights, DEFAULT_WEIGHTS } from './weights.js';
