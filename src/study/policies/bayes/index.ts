/** The Bayesian policy. */
export { createBayesPolicy } from './bayes-policy.js';
export { BAYES_DEFAULTS } from './settings.js';
export type {
  AcquisitionSetting,
  BayesOptions,
  BayesSettings,
  InitialRule,
  LengthscaleSetting,
  RegionSetting,
  TransformSetting,
} from './settings.js';
