/** The search job: configuration, run, files, and what they look like. */
export { runSearch } from './run-search.js';
export { buildAttack } from './build-attack.js';
export type {
  AttackOutcome,
  BuildAttackOptions,
  FinishedAttack,
  InterruptedAttack,
} from './attack-outcome.js';
export { runBaselines } from './run-baselines.js';
export type {
  BaselinesOutcome,
  FinishedBaselines,
  InterruptedBaselines,
  RunBaselinesOptions,
} from './baselines-outcome.js';
export type { BaselineResults } from './baselines-results.js';
export { runMix } from './mix/run-mix.js';
export type { FinishedMix, InterruptedMix, MixOutcome, RunMixOptions } from './mix/mix-outcome.js';
export type { FollowedShares, MixedLatent, MixResults, RandomLatents } from './mix/mix-results.js';
export { runEvaluation } from './evaluate/run-evaluation.js';
export type {
  EvaluationOutcome,
  FinishedEvaluation,
  InterruptedEvaluation,
  RunEvaluationOptions,
} from './evaluate/evaluation-outcome.js';
export { dataOfResults, type EvaluationResults } from './evaluate/evaluation-results.js';
export { evaluationJsonSchema } from './evaluate/evaluation-schema.js';
export { readEvaluation } from './evaluate/read-evaluation.js';
export { assertCheckable, checkSearch } from './check-search.js';
export type { CheckedSubject, CheckSearchOptions, SearchCheck, SearchChecks } from './search-checks.js';
export type {
  FailingSearch,
  FinishedSearch,
  InterruptedSearch,
  RunSearchOptions,
  SearchOutcome,
} from './search-outcome.js';
export type {
  AdaptiveEvent,
  AttackedEvent,
  AttackingDefenceEvent,
  AttackingEvent,
  EvaluatedEvent,
  ImagesDone,
  MixingEvent,
  OpenedEvent,
  RefreshingEvent,
  ScanningEvent,
  ScoringEvent,
  SearchEvent,
  SearchListener,
  SearchWarningEvent,
  StudyOpenedEvent,
  TrialEvent,
  TrialFailedEvent,
  WrittenEvent,
} from './events.js';
export type { AttackSummary } from '../objective/evaluation/attack-summary.js';
export type { Recommendation } from '../study/index.js';
export type { ModelFacts } from './judge.js';
export type { JudgedSplit } from './judge.js';
export { resultsJsonSchema } from './results-schema.js';
export type { BestStep, ResultRow, SearchResults } from './results.js';
export type { JudgedScore, Purifications, RaceFinalist, RaceResults } from './race-results.js';
export type { SearchFacts } from './search-facts.js';

// Configuration
export { loadSpace, readSpace } from './config/read-space.js';
export { loadSearchConfig, readSearchConfig } from './config/read-search-config.js';
export type { RecordedConfig, RecordedEvaluator } from './config/recorded-config.js';
export type { SearchConfig, SearchConfigInput } from './config/search-config.js';
export { searchConfigJsonSchema } from './config/search-config-schema.js';
export { type AdaptiveCost, adaptiveWords } from './config/adaptive-cost.js';
export { withEvaluationImages } from './config/evaluation-config.js';
export { type ConfigOverrides, withOverrides } from './config/with-overrides.js';
export { SEARCH_TEMPLATE } from './config/template.js';

// Files
export { describeFile } from './describe-file.js';
export type { FileDescription } from './file-description.js';
export { type LoadedSchedules, loadSchedules } from './load-schedules.js';
export { readRun, type RunStatus } from './read-run.js';
export { comparedAlphas } from './schedules-of-run.js';
export { writeNew, writeWhole } from './write-whole.js';

// Pictures and lines, for whoever shows a search
export {
  alphasPicture,
  comparisonTable,
  evaluationTable,
  formatDuration,
  progressLine,
  progressText,
  scoreTable,
  warningLines,
  type Difference,
  type NamedAlphas,
  type Progress,
  type ScoreRow,
  type TextStyle,
  type TrialRow,
} from '../report/index.js';
