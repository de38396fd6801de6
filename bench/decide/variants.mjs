// Settings of the Bayesian policy that are compared, by name. What a variant does not say is as it is by default.

/** @type {Readonly<Record<string, import('../../dist/index.js').BayesOptions>>} */
export const VARIANTS = {
  /** The default. */
  now: {},
  /** As in the first release: 2d initial points, but 32 for d from 16 to 32. */
  base: { initialRule: 'by-dimension' },
  'init-9': { initial: 9 },
  'init-10': { initial: 10 },
  'init-12': { initial: 12 },
  'init-16': { initial: 16 },
  'init-24': { initial: 24 },
  nei: { acquisition: 'log-nei' },
  'nei-9': { acquisition: 'log-nei', initial: 9 },
  region: { region: 'alternate' },
  'region-9': { region: 'alternate', initial: 9 },
  'region-always': { region: 'always' },
  flips: { flips: 4 },
  'region-flips': { region: 'alternate', flips: 4 },
  matern32: { kernel: 'matern32' },
  noisier: { noise: { kind: 'log-normal', location: -2, scale: 1 } },
  'noisier-9': { noise: { kind: 'log-normal', location: -1, scale: 0.5 }, initial: 9 },
};
