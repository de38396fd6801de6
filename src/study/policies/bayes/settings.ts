/** The settings of the Bayesian policy: what each means, its default, and the check of what a caller or journal gives. */
import { DEFAULT_BETA } from '../../../acquisition/index.js';
import { BoSearchError } from '../../../errors.js';
import type { KernelName, Prior } from '../../../gp/index.js';
import { KERNELS } from '../../../gp/index.js';
import { racingSettings, type RacingOptions, type RacingSettings } from './racing/racing-settings.js';
import type { Json } from '../../../trial/index.js';

/**
 * What is maximised: log EI or EI over the best observation, noise-corrected log EI over the best posterior mean, the
 * (log) probability of improvement over the best observation, or the upper confidence bound.
 */
export type AcquisitionSetting = 'log-ei' | 'log-nei' | 'ei' | 'pi' | 'ucb';

const ACQUISITIONS: readonly AcquisitionSetting[] = ['log-ei', 'log-nei', 'ei', 'pi', 'ucb'];

/** `auto`: the logit where all outcomes are counts or measurements, else the identity. */
export type TransformSetting = 'auto' | 'identity' | 'logit';

/** See `initialRule`. */
export type InitialRule = 'by-noise' | 'by-dimension';

/** See `region`. */
export type RegionSetting = 'never' | 'always' | 'alternate';

/** Joint log-normal prior of the lengthscales in the unit cube. */
export interface LengthscaleSetting {
  /** Mode of the prior divided by √d, above 0. */
  readonly mode: number;
  /** Standard deviation of the logarithm of the scale that all dimensions share, above 0. */
  readonly common: number;
  /** Standard deviation of the logarithm of each dimension's own factor, above 0. */
  readonly own: number;
}

export interface BayesSettings {
  /**
   * Default `log-ei`: under noise the best observation is a bar above the best mean, and the longer steps it asks for
   * pay in high dimensions (bench/README.md). With trials pending, or outcomes of several samples, every setting
   * becomes `log-nei`, pending trials by fantasies; but `ucb`, which compares with no outcome, only with trials pending.
   * Failed trials count as pending, but not for `ei`: it stays what it is, and their points are only not tried again.
   * Where `log-nei` stands in for `ei`, `pi` or `ucb`, a note says so.
   */
  readonly acquisition: AcquisitionSetting;
  /**
   * What a new trial is to surpass while others are pending: `outcome`, the best outcome, observed or imagined (with
   * `log-ei`, which asks the same of a trial when nothing pends), or `mean`, the best posterior mean. Default `outcome`.
   */
  readonly pendingBar: 'outcome' | 'mean';
  /** β of `ucb`: squared number of standard deviations above the mean, at least 0. Default 3.24, that is 1.8². */
  readonly beta: number;
  /**
   * Correlation of points by their distance: `matern52` (twice differentiable functions), `matern32` (once) or `rbf`
   * (all derivatives). Default `matern52`; journals without the setting mean that.
   */
  readonly kernel: KernelName;
  /** Default `auto`. */
  readonly transform: TransformSetting;
  /**
   * Trials (seeds and enqueued points included, failed ones only with `ei`) before the model chooses, at least 1; null
   * for `initialRule`. Default null.
   */
  readonly initial: number | null;
  /**
   * How many they are where `initial` is null. `by-dimension`: 2d, but at least 6, 32 for d from 16 to 32, and d beyond.
   * `by-noise`: the same, but at most 24 while no outcome is a count or a value with a variance, for exact outcomes need
   * fewer to begin with (docs/optimiser.md). Default `by-noise`; journals without the setting mean `by-dimension`.
   */
  readonly initialRule: InitialRule;
  readonly lengthscale: LengthscaleSetting;
  /** Prior of the process variance, in units of the standardised outcomes; a number fixes it. */
  readonly outputScale: Prior | number;
  /** Prior of the inferred noise variance, in the same units. */
  readonly noise: Prior;
  /** Lowest noise variance the fit may find, above 0, in the same units: the nugget of deterministic outcomes. */
  readonly noiseFloor: number;
  /**
   * Outcomes worse than the worse quartile by more than this many interquartile ranges count as if they were there; at
   * least 0, null for never.
   */
  readonly fence: number | null;
  /** Racing over blocks of images: see `RacingSettings`; null judges every trial on all images. Default null. */
  readonly racing: RacingSettings | null;
  /**
   * Observations that a fit of the hyper-parameters looks at, at least 1: of more it takes so many, evenly spread over the
   * history. null for all. Default 300; journals without the setting mean null.
   */
  readonly fitPoints: number | null;
  /**
   * Observations that the model is conditioned on, at least 1. Of more it keeps a part: see `subset.ts`, and a note says so
   * (recommendations look at all). null for all; where trials race, all are kept. Default 1000; journals without the setting mean
   * null.
   */
  readonly maxPoints: number | null;
  /**
   * The trust region of `trust-region.ts`: for no suggestion, for every one, or for every second (odd trial numbers).
   * Default `never`; journals without the setting mean that.
   */
  readonly region: RegionSetting;
  /**
   * Rounds of single flips, moves of one parameter to a bound of the cube, that the best point of a search is tried with;
   * the flips of the points of greatest posterior mean are then looked at as well. At least 0. Default 0; journals
   * without the setting mean that.
   */
  readonly flips: number;
  /**
   * Share of the variance of an outcome, in [0, 1], beyond which inferred noise makes every second suggestion the next
   * point of the Sobol sequence: see `explore.ts`, and a note says so. null for never. Default 0.3; journals without
   * the setting mean null.
   */
  readonly explore: number | null;
  /** Scrambled Sobol points at which the acquisition is looked at, at least 1; fewer when n is large. */
  readonly candidates: number;
  /** Starts of the local search, at least 1; fewer when n is large. */
  readonly starts: number;
}

/** Defaults: measured in bench/README.md on seeds that the reported benchmarks do not use. */
export const BAYES_DEFAULTS: BayesSettings = {
  acquisition: 'log-ei',
  pendingBar: 'outcome',
  beta: DEFAULT_BETA,
  kernel: 'matern52',
  transform: 'auto',
  initial: null,
  initialRule: 'by-noise',
  lengthscale: { mode: 0.5, common: 1, own: 0.3 },
  outputScale: 1,
  noise: { kind: 'log-normal', location: -3, scale: 1 },
  noiseFloor: 1e-6,
  fence: 1.5,
  racing: null,
  fitPoints: 300,
  maxPoints: 1000,
  region: 'never',
  flips: 0,
  explore: 0.3,
  candidates: 512,
  starts: 8,
};

/** What a caller may give: any of the settings. */
export type BayesOptions = Partial<Omit<BayesSettings, 'racing'>> & {
  readonly racing?: RacingOptions | null;
};

/** Settings that some journals do not have, for they are older: what every study did then. */
const BEFORE_THERE_WAS_A_CHOICE: BayesOptions = {
  pendingBar: 'mean',
  initialRule: 'by-dimension',
  fitPoints: null,
  maxPoints: null,
  explore: null,
};

/**
 * Settings with defaults filled in.
 * @param given - an object with some of the settings, as typed by a caller or read from a journal.
 * @param written - that they are a journal's.
 * @throws BoSearchError E_ARGUMENT naming the setting, what it may be and what came.
 */
export function bayesSettings(given: unknown = {}, written?: 'journal'): BayesSettings {
  if (!isObject(given)) throw refuse('settings', 'an object', given);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(BAYES_DEFAULTS, name)) {
      throw refuse('settings', `only ${Object.keys(BAYES_DEFAULTS).join(', ')}`, name);
    }
  }
  const then = written === 'journal' ? BEFORE_THERE_WAS_A_CHOICE : {};
  const settings = { ...BAYES_DEFAULTS, ...then, ...withoutUndefined(given) };
  assertOneOf('acquisition', settings.acquisition, ACQUISITIONS);
  assertOneOf('pendingBar', settings.pendingBar, ['outcome', 'mean']);
  assertAtLeastZero('beta', settings.beta, 'a finite number of at least 0');
  assertOneOf('kernel', settings.kernel, Object.keys(KERNELS));
  assertOneOf('transform', settings.transform, ['auto', 'identity', 'logit']);
  if (settings.initial !== null) assertCount('initial', settings.initial);
  assertOneOf('initialRule', settings.initialRule, ['by-noise', 'by-dimension']);
  assertLengthscale(settings.lengthscale);
  if (typeof settings.outputScale === 'number') assertPositive('outputScale', settings.outputScale);
  else assertPrior('outputScale', settings.outputScale);
  assertPrior('noise', settings.noise);
  assertPositive('noiseFloor', settings.noiseFloor);
  if (settings.fence !== null) {
    assertAtLeastZero('fence', settings.fence, 'a finite number of at least 0, or null');
  }
  const racing = racingSettings(settings.racing);
  for (const name of ['fitPoints', 'maxPoints'] as const) {
    if (settings[name] !== null) assertCount(name, settings[name]);
  }
  assertOneOf('region', settings.region, ['never', 'always', 'alternate']);
  assertCount('flips', settings.flips, 0);
  if (settings.explore !== null) assertShare('explore', settings.explore);
  assertCount('candidates', settings.candidates);
  assertCount('starts', settings.starts);
  return { ...settings, racing };
}

/** The settings as the journal's header keeps them. */
export function bayesSettingsToJson(settings: BayesSettings): Json {
  return JSON.parse(JSON.stringify(settings)) as Json;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutUndefined(given: Readonly<Record<string, unknown>>): BayesOptions {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function refuse(name: string, expected: string, got: unknown): BoSearchError {
  return new BoSearchError('E_ARGUMENT', `bayes policy ${name}: expected ${expected}, got ${show(got)}`);
}

function show(value: unknown): string {
  return typeof value === 'number' || value === undefined ? String(value) : JSON.stringify(value);
}

function assertOneOf(name: string, value: unknown, choices: readonly string[]): void {
  if (!choices.includes(value as string)) throw refuse(name, choices.join(', '), value);
}

function assertCount(name: string, value: unknown, least = 1): void {
  if (!(Number.isSafeInteger(value) && (value as number) >= least))
    throw refuse(name, `an integer of at least ${least}`, value);
}

function assertPositive(name: string, value: unknown): void {
  if (!(typeof value === 'number' && value > 0 && value < Infinity)) {
    throw refuse(name, 'a finite number above 0', value);
  }
}

function assertShare(name: string, value: unknown): void {
  if (!(typeof value === 'number' && value >= 0 && value <= 1)) {
    throw refuse(name, 'a number from 0 to 1, or null', value);
  }
}

function assertAtLeastZero(name: string, value: unknown, expected: string): void {
  if (typeof value === 'number' && value >= 0 && value < Infinity) return;
  throw refuse(name, expected, value);
}

function assertLengthscale(value: unknown): void {
  if (!isObject(value)) throw refuse('lengthscale', '{ mode, common, own }', value);
  assertPositive('lengthscale.mode', value['mode']);
  assertPositive('lengthscale.common', value['common']);
  assertPositive('lengthscale.own', value['own']);
}

function assertPrior(name: string, value: unknown): void {
  const kind = isObject(value) ? value['kind'] : undefined;
  if (isObject(value) && kind === 'log-normal') {
    const location = value['location'];
    if (!Number.isFinite(location)) throw refuse(`${name}.location`, 'a finite number', location);
    return assertPositive(`${name}.scale`, value['scale']);
  }
  if (isObject(value) && kind === 'gamma') {
    assertPositive(`${name}.shape`, value['shape']);
    return assertPositive(`${name}.rate`, value['rate']);
  }
  throw refuse(name, 'a prior of kind log-normal or gamma', value);
}
