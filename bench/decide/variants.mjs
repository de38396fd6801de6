// Settings of the Bayesian policy that are compared, by name. What a variant does not say is as it is by default.
//
// `results/decide.jsonl` has some more: additive kernels and `mean-bar` (docs/optimiser.md says what they were), which are
// not in the tree.

/** @typedef {import('../../dist/index.js').BayesOptions} Options */

/** Changes of one thing. @type {Readonly<Record<string, Options>>} */
const CHANGES = {
  region: { region: 'alternate' },
  'region-always': { region: 'always' },
  flips: { flips: 4 },
  nei: { acquisition: 'log-nei' },
  ucb: { acquisition: 'ucb' },
  matern32: { kernel: 'matern32' },
  rbf: { kernel: 'rbf' },
  noisier: { noise: { kind: 'log-normal', location: -2, scale: 1 } },
  noisiest: { noise: { kind: 'log-normal', location: -1, scale: 0.5 } },
  'noise-4': { noise: { kind: 'log-normal', location: -4, scale: 1 } },
  'mode-0.8': { lengthscale: { mode: 0.8, common: 1, own: 0.3 } },
  'mode-1.2': { lengthscale: { mode: 1.2, common: 1, own: 0.3 } },
  'own-0.5': { lengthscale: { mode: 0.5, common: 1, own: 0.5 } },
};

/** Initial designs: `base` is that of the first release. @type {Readonly<Record<string, Options>>} */
const DESIGNS = {
  base: { initialRule: 'by-dimension' },
  'init-9': { initial: 9 },
  'init-10': { initial: 10 },
  'init-16': { initial: 16 },
};

/** Each change over the default, over 16 initial points and over the first release's rule. @type {Readonly<Record<string, Options>>} */
export const VARIANTS = {
  now: {},
  ...DESIGNS,
  ...CHANGES,
  ...over('init-16', { initial: 16 }),
  ...over('by-dimension', { initialRule: 'by-dimension' }),
  'nei-9': { ...CHANGES.nei, initial: 9 },
  'region-9': { ...CHANGES.region, initial: 9 },
  'noisier-9': { ...CHANGES.noisiest, initial: 9 },
};

/** @param {string} name @param {Options} design */
function over(name, design) {
  return Object.fromEntries(
    Object.entries(CHANGES).map(([change, options]) => [`${change}+${name}`, { ...options, ...design }]),
  );
}
