/** Who evaluates a trial. */
export { inProcessObjective } from './in-process-objective.js';
export type { InProcessOptions } from './in-process-objective.js';
export { sharedObjective } from './shared-objective.js';
export { evaluatorProtocolJsonSchema, openCommandEvaluator, PROTOCOL_VERSION } from './command/index.js';
export type {
  AttackableSpec,
  AttackSpec,
  Backoff,
  CancelledReply,
  CancelRequest,
  CommandEvaluator,
  CommandEvaluatorOptions,
  DefenceSpec,
  DeployedSpec,
  DescribeRequest,
  DescriptionReply,
  ErrorReply,
  EvaluateOptions,
  EvaluateRequest,
  EvaluatorEvent,
  EvaluatorListener,
  EvaluatorProgress,
  EvaluatorReply,
  EvaluatorRequest,
  EvaluatorRequestOptions,
  EvaluatorSample,
  FaultReason,
  GradientReply,
  ImagesAsked,
  ImagesRequest,
  LogitsRequest,
  OpenSampleOptions,
  OutcomesReply,
  PixelsReply,
  ProgressReply,
  SampledReply,
  SampleRequest,
  SampleSpec,
  ScoresReply,
  VjpRequest,
} from './command/index.js';
export {
  checkEvaluator,
  EVALUATOR_CHECK_NAMES,
  type CheckEvaluatorOptions,
  type EvaluatorCheckName,
  type EvaluatorCheckResult,
} from './checks/check-evaluator.js';
export type { EvaluatorFinding } from './checks/evaluator-to-check.js';
