/** An evaluator by command: the messages, the schemas of the messages, and who speaks them. */
export type {
  CommandEvaluator,
  EvaluateOptions,
  EvaluatorRequestOptions,
  EvaluatorSample,
  ImagesAsked,
  OpenSampleOptions,
} from './command-evaluator.js';
export type { EvaluatorEvent, EvaluatorListener, EvaluatorProgress } from './events.js';
export type { DefenceSpec } from './defence-spec.js';
export type { FaultReason } from './fault.js';
export type {
  AttackableSpec,
  DeployedSpec,
  GradientReply,
  ImagesRequest,
  LogitsRequest,
  PixelsReply,
  ScoresReply,
  VjpRequest,
} from './model-messages.js';
export { evaluatorProtocolJsonSchema } from './message-schemas.js';
export { openCommandEvaluator } from './open-command-evaluator.js';
export { PROTOCOL_VERSION } from './messages.js';
export type {
  AttackSpec,
  CancelledReply,
  CancelRequest,
  DescribeRequest,
  DescriptionReply,
  ErrorReply,
  EvaluateRequest,
  EvaluatorReply,
  EvaluatorRequest,
  OutcomesReply,
  ProgressReply,
  SampledReply,
  SampleRequest,
  SampleSpec,
} from './messages.js';
export type { Backoff, CommandEvaluatorOptions } from './options.js';
