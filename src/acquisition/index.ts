/** Acquisition functions on the unit cube and their maximiser: `bo-search/acquisition`. */
export { type RandomStream, randomStream, type StopReason } from '../math/index.js';
export type { Acquisition, ValuesWithGradients } from './acquisition.js';
export { acquisitionInBox, type Box, fromBox, toBox } from './box.js';
export type { ImprovementOptions } from './expected-improvement.js';
export { expectedImprovement, logExpectedImprovement } from './expected-improvement.js';
export type { MaximizeOptions, MaximizeResult } from './maximize-acquisition.js';
export { MAXIMIZE_DEFAULTS, maximizeAcquisition } from './maximize-acquisition.js';
export type { NoisyImprovementOptions } from './noisy-expected-improvement.js';
export { noisyLogExpectedImprovement, SAME_POINT } from './noisy-expected-improvement.js';
export type {
  FantasyOptions,
  PendingImprovementOptions,
  PendingOverBestOptions,
} from './pending-expected-improvement.js';
export {
  DEFAULT_FANTASIES,
  pendingLogExpectedImprovement,
  pendingLogExpectedImprovementOverBest,
} from './pending-expected-improvement.js';
export type {
  CrossWithGradients,
  Posterior,
  Prediction,
  PredictionWithGradients,
  Reference,
} from './posterior.js';
export { logProbabilityOfImprovement, probabilityOfImprovement } from './probability-of-improvement.js';
export { standardEi, standardLogEi, standardLogEiSlope } from './standard-log-ei.js';
export type { ConfidenceBoundOptions } from './upper-confidence-bound.js';
export { DEFAULT_BETA, upperConfidenceBound } from './upper-confidence-bound.js';
