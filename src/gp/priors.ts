/**
 * Priors of positive hyper-parameters, as values.
 *
 * Densities are those of the hyper-parameter itself, not of its logarithm: fitting in log space moves towards the mode
 * in the parameter's own units (as BoTorch does), whatever the parametrisation.
 */
import type { RandomStream } from '../math/index.js';

/** A log-normal prior: log x ~ N(location, scale²). */
export interface LogNormalPrior {
  readonly kind: 'log-normal';
  readonly location: number;
  /** Standard deviation of log x, above 0. */
  readonly scale: number;
}

/** A gamma prior with density proportional to x^(shape − 1) exp(−rate·x). */
export interface GammaPrior {
  readonly kind: 'gamma';
  /** Above 0. At 1 or below the mode is 0, and `priorMode` answers the mean instead. */
  readonly shape: number;
  /** Above 0. */
  readonly rate: number;
}

export type Prior = LogNormalPrior | GammaPrior;

/** log p(x) up to a constant that does not depend on x, for x > 0. */
export function logPriorDensity(prior: Prior, x: number): number {
  switch (prior.kind) {
    case 'log-normal': {
      const t = (Math.log(x) - prior.location) / prior.scale;
      return -0.5 * t * t - Math.log(x);
    }
    case 'gamma':
      return (prior.shape - 1) * Math.log(x) - prior.rate * x;
  }
}

/** d log p(x) / d log x: the derivative that a fit in log space needs. */
export function logPriorSlope(prior: Prior, x: number): number {
  switch (prior.kind) {
    case 'log-normal':
      return -(Math.log(x) - prior.location) / (prior.scale * prior.scale) - 1;
    case 'gamma':
      return prior.shape - 1 - prior.rate * x;
  }
}

/** Where the density is highest: the start of a fit that knows nothing else. */
export function priorMode(prior: Prior): number {
  switch (prior.kind) {
    case 'log-normal':
      return Math.exp(prior.location - prior.scale * prior.scale);
    case 'gamma':
      return prior.shape > 1 ? (prior.shape - 1) / prior.rate : prior.shape / prior.rate;
  }
}

/**
 * A draw for a further start. Log-normal: exact. Gamma: from the log-normal of the same mean and variance, which is
 * near enough to choose a start by and needs two normals less luck than rejection.
 */
export function drawFromPrior(prior: Prior, stream: RandomStream): number {
  switch (prior.kind) {
    case 'log-normal':
      return Math.exp(prior.location + prior.scale * stream.normal());
    case 'gamma': {
      const logVariance = Math.log1p(1 / prior.shape);
      const location = Math.log(prior.shape / prior.rate) - logVariance / 2;
      return Math.exp(location + Math.sqrt(logVariance) * stream.normal());
    }
  }
}

/**
 * A joint prior of all lengthscales: log l_j = location + c + o_j with one common c ~ N(0, common²) and each dimension's
 * own o_j ~ N(0, own²). The common scale is learned from all dimensions at once; one dimension alone is held back from
 * a short lengthscale that explains noise. It is a density of the logarithms, so its mode is l_j = exp(location).
 */
export interface SharedLengthscalePrior {
  readonly kind: 'shared-log-normal';
  readonly location: number;
  /** Above 0. */
  readonly common: number;
  /** Above 0. */
  readonly own: number;
}

/** What lengthscales can have: one prior for each, or a joint one. */
export type LengthscalePrior = Prior | SharedLengthscalePrior;

/** log p(l) up to a constant; adds its derivatives by log l_j to `gradient` (its first d entries). */
export function addLengthscalePrior(
  prior: LengthscalePrior,
  lengthscales: Float64Array,
  gradient: Float64Array,
): number {
  if (prior.kind !== 'shared-log-normal') {
    let sum = 0;
    lengthscales.forEach((l, j) => {
      sum += logPriorDensity(prior, l);
      gradient[j] += logPriorSlope(prior, l);
    });
    return sum;
  }
  // With r = log l − location and Σ = own² I + common² 11ᵀ: Σ⁻¹ r = (r − shrink·Σ_j r_j) / own².
  const own2 = prior.own * prior.own;
  const common2 = prior.common * prior.common;
  const r = lengthscales.map((l) => Math.log(l) - prior.location);
  const total = r.reduce((a, b) => a + b, 0);
  const shrink = common2 / (own2 + r.length * common2);
  let form = 0;
  for (let j = 0; j < r.length; j++) {
    const weighted = (r[j] - shrink * total) / own2;
    form += r[j] * weighted;
    gradient[j] -= weighted;
  }
  return -0.5 * form;
}

/** Where the joint density is highest: the same for every dimension. */
export function lengthscaleMode(prior: LengthscalePrior): number {
  return prior.kind === 'shared-log-normal' ? Math.exp(prior.location) : priorMode(prior);
}

/** d lengthscales drawn from the prior. */
export function drawLengthscales(prior: LengthscalePrior, d: number, stream: RandomStream): Float64Array {
  if (prior.kind !== 'shared-log-normal') return new Float64Array(d).map(() => drawFromPrior(prior, stream));
  const centre = prior.location + prior.common * stream.normal();
  return new Float64Array(d).map(() => Math.exp(centre + prior.own * stream.normal()));
}

/**
 * Lengthscale prior that grows with √d, so that typical distances in the unit cube stay about one lengthscale.
 * @param d - number of dimensions, at least 1.
 * @see Hvarfner et al. 2024, arXiv:2402.02229, section 4: location √2 + log(d)/2, scale √3.
 */
export function dimensionScaledPrior(d: number): LogNormalPrior {
  return { kind: 'log-normal', location: Math.SQRT2 + 0.5 * Math.log(d), scale: Math.sqrt(3) };
}
