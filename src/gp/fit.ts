/**
 * Maximum a posteriori fit of the hyper-parameters, in log space, from a few starts.
 *
 * Notation: d dimensions, θ logarithms of the free hyper-parameters, l lengthscales.
 */
import { BoSearchError } from '../errors.js';
import type { RandomStream, StopReason } from '../math/index.js';
import { minimizeBounded } from '../math/index.js';
import type { GpData } from './data.js';
import { assertGpData } from './data.js';
import type { GpModel } from './exact-gp.js';
import { FLAT_MEAN } from './exact-gp.js';
import type { FreeHyperparameters, Hyperparameters } from './hyperparameters.js';
import { assertHyperparameters, fromLogVector, toLogVector } from './hyperparameters.js';
import { matern52 } from './kernels/matern52.js';
import type { HyperPriors } from './likelihood.js';
import { logPosterior } from './likelihood.js';
import { infersNoise } from './noise.js';
import type { Prior } from './priors.js';
import { drawFromPrior, drawLengthscales, lengthscaleMode, priorMode } from './priors.js';

/** Lowest and highest value of a hyper-parameter, both included and above 0. */
export type Range = readonly [lower: number, upper: number];

export interface HyperBounds {
  /** Default [0.025, 30 √d]: from a fortieth of the cube to practically linear. */
  readonly lengthscale?: Range;
  /** Default [1e-3, 1e3]. */
  readonly outputScale?: Range;
  /** Default [1e-6, 10]. */
  readonly noiseVariance?: Range;
}

export interface FitOptions extends GpModel {
  readonly priors: HyperPriors;
  readonly bounds?: HyperBounds;
  /** A start from before; moved into the bounds. The prior mode is a start as well unless `modeStart` is false. */
  readonly warmStart?: Hyperparameters;
  /** Whether to start at the modes of the priors. Default true; it is always used where there is no warm start. */
  readonly modeStart?: boolean;
  /** If given, one more start is drawn from the priors with it. */
  readonly drawStart?: RandomStream;
  /** Limit of L-BFGS iterations a start, at least 0. Default 60. */
  readonly maxIterations?: number;
  /** Projected-gradient tolerance a point, at least 0; the gradient grows with n. Default 1e-4. */
  readonly gradientTolerance?: number;
}

/** The best of the starts. */
export interface FitResult {
  readonly hyperparameters: Hyperparameters;
  /** Log marginal posterior up to a constant; −Infinity if no start had a finite one. */
  readonly logPosterior: number;
  /** Why the best start stopped; a poor stop is a value, not an exception. */
  readonly stop: StopReason;
  /** Evaluations of the log posterior over all starts. */
  readonly evaluations: number;
}

/**
 * Fits lengthscales, output scale and noise variance by maximum a posteriori.
 * With n = 0 the answer is the mode of the priors within the bounds, found the same way.
 * @throws ShapeError, BoSearchError E_ARGUMENT or E_NON_FINITE at data or options that do not fit.
 */
export function fitHyperparameters(data: GpData, options: FitOptions): FitResult {
  assertGpData('fitHyperparameters', data);
  const d = data.dimension;
  const { priors } = options;
  const free: FreeHyperparameters = {
    outputScale: typeof priors.outputScale !== 'number',
    noiseVariance: infersNoise(data.noise) && typeof priors.noiseVariance !== 'number',
  };
  const mode = priorModes(data, priors);
  const { lower, upper } = logBounds(d, free, options.bounds ?? {});
  const objective = logPosterior(
    data,
    options.profile ?? matern52,
    options.mean ?? FLAT_MEAN,
    priors,
    free,
    mode,
  );
  const negative = (theta: Float64Array, gradient: Float64Array): number => {
    const value = -objective(theta, gradient);
    for (let k = 0; k < gradient.length; k++) gradient[k] = -gradient[k];
    return value;
  };
  const runs = starts(data, options, mode).map((start) =>
    minimizeBounded(negative, inside(toLogVector(start, free), lower, upper), {
      lower,
      upper,
      maxIterations: options.maxIterations ?? 60,
      gradientTolerance: (options.gradientTolerance ?? 1e-4) * Math.max(1, data.y.length),
      functionTolerance: 1e-9,
    }),
  );
  const best = runs.reduce((a, b) => (b.value < a.value ? b : a));
  return {
    hyperparameters: fromLogVector(best.x, free, mode),
    logPosterior: -best.value,
    stop: best.stop,
    evaluations: runs.reduce((sum, run) => sum + run.evaluations, 0),
  };
}

/** The start that knows no data: each prior's mode, or its fixed value; noise 0 where nothing is inferred. */
function priorModes(data: GpData, priors: HyperPriors): Hyperparameters {
  const noise = infersNoise(data.noise) ? modeOf(priors.noiseVariance) : 0;
  return {
    lengthscales: new Float64Array(data.dimension).fill(lengthscaleMode(priors.lengthscale)),
    outputScale: modeOf(priors.outputScale),
    noiseVariance: noise,
  };
}

function modeOf(prior: Prior | number): number {
  return typeof prior === 'number' ? prior : priorMode(prior);
}

function starts(data: GpData, options: FitOptions, mode: Hyperparameters): readonly Hyperparameters[] {
  const { warmStart, drawStart, priors } = options;
  const all: Hyperparameters[] = [];
  if (warmStart !== undefined) {
    assertHyperparameters('fitHyperparameters: warmStart', warmStart, data.dimension);
    all.push(warmStart);
  }
  if (warmStart === undefined || options.modeStart !== false) all.push(mode);
  if (drawStart !== undefined) {
    const draw = (prior: Prior | number) =>
      typeof prior === 'number' ? prior : drawFromPrior(prior, drawStart);
    all.push({
      lengthscales: drawLengthscales(priors.lengthscale, data.dimension, drawStart),
      outputScale: draw(priors.outputScale),
      noiseVariance: mode.noiseVariance === 0 ? 0 : draw(priors.noiseVariance),
    });
  }
  return all;
}

function logBounds(
  d: number,
  free: FreeHyperparameters,
  bounds: HyperBounds,
): { lower: Float64Array; upper: Float64Array } {
  const ranges: Range[] = new Array<Range>(d).fill(bounds.lengthscale ?? [0.025, 30 * Math.sqrt(d)]);
  if (free.outputScale) ranges.push(bounds.outputScale ?? [1e-3, 1e3]);
  if (free.noiseVariance) ranges.push(bounds.noiseVariance ?? [1e-6, 10]);
  for (const [lower, upper] of ranges) {
    if (lower > 0 && lower <= upper && upper < Infinity) continue;
    throw new BoSearchError(
      'E_ARGUMENT',
      `fitHyperparameters: bounds must be 0 < lower <= upper < Infinity, got [${lower}, ${upper}]`,
    );
  }
  return {
    lower: Float64Array.from(ranges, ([lower]) => Math.log(lower)),
    upper: Float64Array.from(ranges, ([, upper]) => Math.log(upper)),
  };
}

function inside(theta: Float64Array, lower: Float64Array, upper: Float64Array): Float64Array {
  return theta.map((value, k) => Math.min(Math.max(value, lower[k]), upper[k]));
}
