/**
 * The log posterior of the hyper-parameters: log marginal likelihood plus log priors, with its gradient.
 *
 * Notation: θ logarithms of the free hyper-parameters, α = Σ⁻¹(y − β), W = ααᵀ − Σ⁻¹:
 * dL/dθ = ½ tr(W dΣ/dθ). The profiled β has no derivative of its own (envelope theorem).
 * Source: Rasmussen and Williams 2006, eq. 5.8 and 5.9.
 */
import { BoSearchError } from '../errors.js';
import { covarianceMatrix } from './covariance.js';
import type { GpData } from './data.js';
import { groupShare } from './data.js';
import type { FreeHyperparameters, Hyperparameters } from './hyperparameters.js';
import { fromLogVector } from './hyperparameters.js';
import type { Profile } from './kernels/profile.js';
import type { MeanModel } from './mean.js';
import { profileMean } from './mean.js';
import { scaleInputs } from './metric.js';
import { noiseAt, noiseSlope } from './noise.js';
import type { LengthscalePrior, Prior } from './priors.js';
import { addLengthscalePrior, logPriorDensity, logPriorSlope } from './priors.js';
import type { Solver } from './solver.js';
import { createSolver, solverMemory } from './solver.js';
import { addNoise } from './training-covariance.js';

/** Priors of the hyper-parameters; a number in place of a prior fixes the value. */
export interface HyperPriors {
  /** One prior for each lengthscale, or a joint one. */
  readonly lengthscale: LengthscalePrior;
  readonly outputScale: Prior | number;
  /** Not used where noise is fixed. */
  readonly noiseVariance: Prior | number;
}

/** Writes the gradient and returns the value; −Infinity where the value is not finite, with a gradient of 0. */
export type LogPosterior = (theta: Float64Array, gradient: Float64Array) => number;

/**
 * Log marginal posterior of θ (up to a constant) for fixed data.
 * @param fixed - values of what is not free; its lengthscales give only their number.
 */
export function logPosterior(
  data: GpData,
  profile: Profile,
  mean: MeanModel,
  priors: HyperPriors,
  free: FreeHyperparameters,
  fixed: Hyperparameters,
): LogPosterior {
  const n = data.y.length;
  const K = new Float64Array(n * n);
  const slopes = new Float64Array(n * n);
  const memory = solverMemory(n);
  const z = new Float64Array(data.x.length);
  return (theta, gradient) => {
    const hyper = fromLogVector(theta, free, fixed);
    scaleInputs(data.x, n, hyper.lengthscales, z);
    covarianceMatrix(profile, z, n, data.dimension, hyper.outputScale, K, slopes);
    return orMinusInfinity(gradient, () => {
      addNoise(K, data, hyper.noiseVariance);
      addBiasSlopes(slopes, data);
      const solver = createSolver(K, n, memory);
      const { beta, logPrior } = profileMean(mean, data.y, (b) => solver.solve(b));
      const residuals = data.y.map((y) => y - beta);
      const alpha = solver.solve(residuals);
      likelihoodGradient(data, hyper, free, z, slopes, residuals, alpha, solver, gradient);
      return (
        gaussianLogDensity(residuals, alpha, solver) + logPrior + addPriors(hyper, priors, free, gradient)
      );
    });
  };
}

/** −½ (y − β)ᵀα − ½ log |Σ| − n/2 log 2π. */
function gaussianLogDensity(residuals: Float64Array, alpha: Float64Array, solver: Solver): number {
  let fit = 0;
  for (let i = 0; i < residuals.length; i++) fit += residuals[i] * alpha[i];
  return -0.5 * (fit + solver.logDeterminant() + residuals.length * Math.log(2 * Math.PI));
}

/** The one place where a likelihood that cannot be computed, or is not finite, becomes −Infinity. */
function orMinusInfinity(gradient: Float64Array, evaluate: () => number): number {
  let value: number;
  try {
    value = evaluate();
  } catch (error) {
    if (!isNumerical(error)) throw error;
    value = NaN;
  }
  if (Number.isFinite(value) && gradient.every(Number.isFinite)) return value;
  gradient.fill(0);
  return -Infinity;
}

function isNumerical(error: unknown): boolean {
  return (
    error instanceof BoSearchError &&
    (error.code === 'E_NOT_POSITIVE_DEFINITE' || error.code === 'E_NON_FINITE')
  );
}

/** Derivatives of the log marginal likelihood by the free logarithms, written over `gradient`. */
function likelihoodGradient(
  data: GpData,
  hyper: Hyperparameters,
  free: FreeHyperparameters,
  z: Float64Array,
  slopes: Float64Array,
  residuals: Float64Array,
  alpha: Float64Array,
  solver: Solver,
  gradient: Float64Array,
): void {
  const n = alpha.length;
  const d = data.dimension;
  const inverse = solver.inverse();
  addLengthscaleTerms(z, d, slopes, alpha, inverse, gradient.fill(0));
  // Σ_ij W_ij Σ_ij = (y − β)ᵀα − n; without noise, offsets and jitter the part of the process is left.
  let process = -n;
  let noise = 0;
  for (let i = 0; i < n; i++) {
    const w = alpha[i] * alpha[i] - inverse[i * n + i];
    process += residuals[i] * alpha[i] - w * (noiseAt(data.noise, i, hyper.noiseVariance) + solver.jitter);
    noise += w * noiseSlope(data.noise, i) * hyper.noiseVariance;
  }
  process -= offsetTerm(data, alpha, inverse);
  let next = d;
  if (free.outputScale) gradient[next++] = 0.5 * process;
  if (free.noiseVariance) gradient[next] = 0.5 * noise;
}

/** Σ_{i>j} W_ij·(s·slope_ij)·(−2)(z_ik − z_jk)² added to gradient[k]. */
function addLengthscaleTerms(
  z: Float64Array,
  d: number,
  slopes: Float64Array,
  alpha: Float64Array,
  inverse: Float64Array,
  gradient: Float64Array,
): void {
  const n = alpha.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const c = -2 * (alpha[i] * alpha[j] - inverse[i * n + j]) * slopes[i * n + j];
      for (let k = 0, p = i * d, q = j * d; k < d; k++, p++, q++) {
        const difference = z[p] - z[q];
        gradient[k] += c * difference * difference;
      }
    }
  }
}

/** The bias of a group moves with the lengthscales as the process does: slopes of its pairs grow by the same share. */
function addBiasSlopes(slopes: Float64Array, { offsets, y: { length: n } }: GpData): void {
  const bias = offsets?.bias ?? 0;
  if (bias === 0) return;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) slopes[i * n + j] *= 1 + bias * groupShare(offsets, i, j);
  }
}

/** Σ_ij W_ij·offset_ij; the bias is left to the process, for it scales as that does. */
function offsetTerm(data: GpData, alpha: Float64Array, inverse: Float64Array): number {
  if (data.offsets === undefined) return 0;
  const n = alpha.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const shared = groupShare(data.offsets, i, j) * data.offsets.variance;
      if (shared > 0) sum += (alpha[i] * alpha[j] - inverse[i * n + j]) * shared;
    }
  }
  return sum;
}

/** Sum of the log priors; their derivatives are added to `gradient`. */
function addPriors(
  hyper: Hyperparameters,
  priors: HyperPriors,
  free: FreeHyperparameters,
  gradient: Float64Array,
): number {
  let sum = addLengthscalePrior(priors.lengthscale, hyper.lengthscales, gradient);
  let next = hyper.lengthscales.length;
  if (free.outputScale && typeof priors.outputScale !== 'number') {
    sum += logPriorDensity(priors.outputScale, hyper.outputScale);
    gradient[next++] += logPriorSlope(priors.outputScale, hyper.outputScale);
  }
  if (free.noiseVariance && typeof priors.noiseVariance !== 'number') {
    sum += logPriorDensity(priors.noiseVariance, hyper.noiseVariance);
    gradient[next] += logPriorSlope(priors.noiseVariance, hyper.noiseVariance);
  }
  return sum;
}
