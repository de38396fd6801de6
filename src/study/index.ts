/** Studies: ask, tell, report, recommend; replay of journals; the loop. */
export { assertOptions, describeValue } from './assert-options.js';
export type {
  AskedEvent,
  DegradedEvent,
  ReportedEvent,
  ResumedEvent,
  StoppedEvent,
  StudyEvent,
  StudyListener,
  ToldEvent,
  WarningEvent,
} from './events.js';
export type { ExplainedParameter, ExplainOptions, OriginCount, StudyExplanation } from './explain.js';
export type { MovedParameter, StoppedTrial, TrialExplanation } from './explain-trial.js';
export type { Finalist } from './finalists.js';
export type { StudyFacts } from './header.js';
export {
  type Composition,
  OPEN_OPTIONS,
  type OpenOptions,
  openStudyOn,
  type PolicyChoice,
  type PolicyFactory,
  type StudyView,
  verifyStudy,
  viewStudy,
} from './open-study.js';
export type { PairedBlocks } from './paired-blocks.js';
export type { OptimizeOptions, OptimizeResult } from './optimize.js';
export type {
  Calibration,
  Coverage,
  Effects,
  Estimate,
  FitReason,
  ForeseenPoint,
  Foresight,
  IndexEstimate,
  Interval,
  LeftOut,
  LengthscaleExplanation,
  ModelExplanation,
  ParameterEffect,
  PolicyExplanation,
  StoppingAdvice,
} from './policies/explanation.js';
export type {
  Policy,
  PolicyContext,
  PolicyNote,
  Recommended,
  Suggestion,
  TrialSnapshot,
} from './policies/policy.js';
export type { ObservedBest, Recommendation } from './recommend.js';
export type { AskOptions, EnqueueOptions, Study } from './study.js';
export type { Trial, TrialRef } from './trial.js';
export type { ReplayDifference, ReplayProof, VerifyOptions } from './verify-replay.js';
