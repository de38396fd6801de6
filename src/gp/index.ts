/** Exact Gaussian processes on the unit cube: kernels, priors, noise, fit, posterior. */
export { type RandomStream, randomStream, type StopReason } from '../math/index.js';
export type { GpData, GroupOffsets } from './data.js';
export { empiricalLogit, inverseLogit, logitVariance } from './empirical-logit.js';
export type { EmpiricalLogit } from './empirical-logit.js';
export { exactGp } from './exact-gp.js';
export type { ExactGp, GpModel, LeaveOneOut } from './exact-gp.js';
export { fitHyperparameters } from './fit.js';
export type { FitOptions, FitResult, HyperBounds, Range } from './fit.js';
export type { Hyperparameters } from './hyperparameters.js';
export { type KernelName, KERNELS } from './kernels/kernels.js';
export { matern32 } from './kernels/matern32.js';
export { matern52 } from './kernels/matern52.js';
export type { Profile } from './kernels/profile.js';
export { rbf } from './kernels/rbf.js';
export type { HyperPriors } from './likelihood.js';
export type { MeanModel } from './mean.js';
export { noiseAt } from './noise.js';
export type { FixedNoise, FixedPlusInferredNoise, InferredNoise, NoiseModel } from './noise.js';
export type { Posterior, Prediction, PredictionWithGradients } from './posterior.js';
export { dimensionScaledPrior, drawFromPrior, logPriorDensity, logPriorSlope, priorMode } from './priors.js';
export type {
  GammaPrior,
  LengthscalePrior,
  LogNormalPrior,
  Prior,
  SharedLengthscalePrior,
} from './priors.js';
export type { CrossWithGradients, Reference } from './reference.js';
export { DEFAULT_REFIT_SCHEDULE, refitReason } from './refit-schedule.js';
export type { RefitReason, RefitSchedule, RefitState } from './refit-schedule.js';
export { standardisation, standardise } from './standardise.js';
export type { Standardisation } from './standardise.js';
