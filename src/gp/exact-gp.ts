/**
 * The exact Gaussian process: conditioned on data for given hyper-parameters.
 *
 * Notation: n training points, d dimensions, s output scale, z = x / l, Σ = K + noise (+ offsets), β constant mean,
 * α = Σ⁻¹(y − β), L Lᵀ = Σ.
 * Source: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, algorithm 2.1 and section 5.4.2.
 */
import { covarianceRow } from './covariance.js';
import type { GpData } from './data.js';
import { assertGpData, groupShare, withGroup } from './data.js';
import type { Hyperparameters } from './hyperparameters.js';
import { assertHyperparameters } from './hyperparameters.js';
import { matern52 } from './kernels/matern52.js';
import type { Profile } from './kernels/profile.js';
import type { MeanModel } from './mean.js';
import { profileMean } from './mean.js';
import { meanVariance } from './mean-variance.js';
import { scaleInputs } from './metric.js';
import { noiseAt } from './noise.js';
import type { Posterior } from './posterior.js';
import { createPosterior } from './posterior.js';
import type { Solver } from './solver.js';
import { createSolver } from './solver.js';
import { trainingCovariance } from './training-covariance.js';

/** What a GP is made of beside data and hyper-parameters. */
export interface GpModel {
  /** Default `matern52`. */
  readonly profile?: Profile;
  /** Default: a constant without a prior. */
  readonly mean?: MeanModel;
}

/** Leave-one-out predictions of the noisy targets: each from all the others, with hyper-parameters and β held. */
export interface LeaveOneOut {
  /** Shape (n). */
  readonly mean: Float64Array;
  /** Variances, noise included; shape (n). */
  readonly variance: Float64Array;
}

export interface ExactGp extends Posterior {
  readonly n: number;
  readonly data: GpData;
  readonly hyperparameters: Hyperparameters;
  /** The constant mean β. */
  readonly constantMean: number;
  /** What the diagonal needed beyond the noise; 0 mostly. */
  readonly jitter: number;
  /** The same as a share of the mean diagonal. */
  readonly relativeJitter: number;
  /**
   * What not knowing β adds to the variance of the latent function at x, shape (q, d): `predict` takes β for known, and
   * so must what is maximised, or the incumbent would move with it; what is reported may not.
   * @returns (1 − 1ᵀΣ⁻¹k_x)² / (1ᵀΣ⁻¹1 + 1/v), shape (q); 0 for a zero mean, v (Infinity without a prior) where n = 0.
   */
  meanVariance(x: Float64Array, q: number): Float64Array;
  leaveOneOut(): LeaveOneOut;
  /** (y_i − μ_i) / σ_i of the leave-one-out prediction of point i, in O(n²). */
  standardisedResidual(i: number): number;
}

/** Factors of the GPs made here, so that one with more points can extend them. */
const solvers = new WeakMap<ExactGp, { readonly solver: Solver; readonly profile: Profile }>();

/** The default mean: a constant without a prior. */
export const FLAT_MEAN: MeanModel = { kind: 'constant', variance: Infinity };

/**
 * Conditions a GP on data.
 * @param previous - a GP with the same hyper-parameters whose data are the first points of these, with the same noise:
 *   its factor is extended in O(n²) a point, bit for bit equal to the full factorisation. Whether it fits is checked;
 *   one that does not is ignored.
 * @throws ShapeError, BoSearchError E_ARGUMENT or E_NON_FINITE at data or hyper-parameters that do not fit;
 *   NotPositiveDefiniteError if the last jitter (1e-4) did not help.
 */
export function exactGp(
  data: GpData,
  hyperparameters: Hyperparameters,
  model: GpModel = {},
  previous?: ExactGp,
): ExactGp {
  assertGpData('exactGp', data);
  assertHyperparameters('exactGp', hyperparameters, data.dimension);
  const profile = model.profile ?? matern52;
  const n = data.y.length;
  const z = scaleInputs(data.x, n, hyperparameters.lengthscales);
  const solver =
    extend(data, hyperparameters, profile, z, previous) ??
    createSolver(trainingCovariance(data, hyperparameters, profile, z), n);
  const mean = model.mean ?? FLAT_MEAN;
  const { beta } = profileMean(mean, data.y, (b) => solver.solve(b));
  const residuals = data.y.map((value) => value - beta);
  const alpha = solver.solve(residuals);
  const conditioned = { profile, z, n, hyperparameters, solver, alpha, beta };
  const gp: ExactGp = {
    ...createPosterior(conditioned),
    n,
    data,
    hyperparameters,
    constantMean: beta,
    jitter: solver.jitter,
    relativeJitter: solver.relativeJitter,
    meanVariance: (x, q) => meanVariance(conditioned, mean, x, q),
    leaveOneOut: () => leaveOneOut(data.y, alpha, solver),
    standardisedResidual: (i) => standardisedResidual(i, alpha, solver),
  };
  solvers.set(gp, { solver, profile });
  return gp;
}

/** The solver of `data` from that of its first points; undefined where only the full factorisation may answer. */
function extend(
  data: GpData,
  hyper: Hyperparameters,
  profile: Profile,
  z: Float64Array,
  previous: ExactGp | undefined,
): Solver | undefined {
  if (previous === undefined || !isPrefix(previous, data, hyper)) return undefined;
  const held = solvers.get(previous);
  let solver = held?.profile === profile ? held.solver : undefined;
  const n = data.y.length;
  for (let i = previous.n; i < n && solver !== undefined; i++) {
    const row = new Float64Array(i + 1);
    covarianceRow(profile, z, i, data.dimension, hyper.outputScale, row);
    for (let j = 0; j < i; j++) row[j] = withGroup(data.offsets, i, j, row[j]);
    row[i] = withGroup(data.offsets, i, i, hyper.outputScale) + noiseAt(data.noise, i, hyper.noiseVariance);
    solver = solver.append(row);
  }
  return solver;
}

function isPrefix(previous: ExactGp, data: GpData, hyper: Hyperparameters): boolean {
  const { data: old, hyperparameters: oldHyper, n } = previous;
  if (n > data.y.length || old.dimension !== data.dimension) return false;
  if (oldHyper.outputScale !== hyper.outputScale || oldHyper.noiseVariance !== hyper.noiseVariance)
    return false;
  if (!startsWith(hyper.lengthscales, oldHyper.lengthscales) || !startsWith(data.x, old.x)) return false;
  if ((old.offsets === undefined) !== (data.offsets === undefined)) return false;
  if (old.offsets?.variance !== data.offsets?.variance || old.offsets?.bias !== data.offsets?.bias)
    return false;
  for (let i = 0; i < n; i++) {
    if (noiseAt(old.noise, i, 1) !== noiseAt(data.noise, i, 1)) return false;
    if (noiseAt(old.noise, i, 0) !== noiseAt(data.noise, i, 0)) return false;
    if (old.offsets?.of[i] !== data.offsets?.of[i]) return false;
    if (groupShare(old.offsets, i, i) !== groupShare(data.offsets, i, i)) return false;
  }
  return true;
}

function startsWith(values: Float64Array, first: Float64Array): boolean {
  for (let p = 0; p < first.length; p++) if (values[p] !== first[p]) return false;
  return true;
}

/** μ_i = y_i − α_i / [Σ⁻¹]_ii, σ²_i = 1 / [Σ⁻¹]_ii (eq. 5.12). */
function leaveOneOut(y: Float64Array, alpha: Float64Array, solver: Solver): LeaveOneOut {
  const n = y.length;
  const inverse = solver.inverse();
  const variance = new Float64Array(n);
  const mean = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    variance[i] = 1 / inverse[i * n + i];
    mean[i] = y[i] - alpha[i] * variance[i];
  }
  return { mean, variance };
}

/** (y_i − μ_i) / σ_i = α_i / √[Σ⁻¹]_ii, from one column of the inverse. */
function standardisedResidual(i: number, alpha: Float64Array, solver: Solver): number {
  const unit = new Float64Array(solver.n);
  unit[i] = 1;
  return alpha[i] / Math.sqrt(solver.solve(unit)[i]);
}
