/**
 * The empirical logit: counts to the real line and back, with variances by the delta method.
 *
 * Notation: k successes of m trials, z = log((k + ½) / (m − k + ½)), p probability.
 * Source: Cox and Snell 1989, Analysis of Binary Data, section 2.1.6.
 */

/** z and the estimate of its binomial variance. */
export interface EmpiricalLogit {
  readonly value: number;
  readonly variance: number;
}

/**
 * log((k + ½) / (m − k + ½)) with variance (m + 1)(m + 2) / (m (k + 1)(m − k + 1)).
 * The variance is a plug-in estimate and noisy near k = 0 and k = m; smooth it before using it as point-wise noise.
 * @param successes - k in [0, m]; need not be whole.
 * @param trials - m, above 0.
 */
export function empiricalLogit(successes: number, trials: number): EmpiricalLogit {
  const k = successes;
  const m = trials;
  return {
    value: Math.log((k + 0.5) / (m - k + 0.5)),
    variance: ((m + 1) * (m + 2)) / (m * (k + 1) * (m - k + 1)),
  };
}

/** p = 1 / (1 + exp(−z)); inverts the logit, not the half counts. */
export function inverseLogit(z: number): number {
  return z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z));
}

/** Delta method: a variance of the probability becomes that of its logit, v / (p (1 − p))², for p in (0, 1). */
export function logitVariance(p: number, variance: number): number {
  const slope = p * (1 - p);
  return variance / (slope * slope);
}
