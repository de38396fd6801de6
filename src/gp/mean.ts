/**
 * The constant mean β, profiled out: for each kernel it takes its most probable value, so the fit never sees it.
 *
 * Notation: Σ training covariance with noise, 1 the vector of ones, v prior variance of β.
 */

/** A mean of 0, or one constant with prior N(0, variance) (variance Infinity: no prior). In units of the targets. */
export type MeanModel = { readonly kind: 'zero' } | { readonly kind: 'constant'; readonly variance: number };

/** β = 1ᵀΣ⁻¹y / (1ᵀΣ⁻¹1 + 1/v), and log N(β; 0, v) up to a constant. */
export interface ProfiledMean {
  readonly beta: number;
  readonly logPrior: number;
}

/** @param solve - b ↦ Σ⁻¹ b. */
export function profileMean(
  mean: MeanModel,
  y: Float64Array,
  solve: (b: Float64Array) => Float64Array,
): ProfiledMean {
  if (mean.kind === 'zero' || y.length === 0) return { beta: 0, logPrior: 0 };
  const weights = solve(new Float64Array(y.length).fill(1));
  let numerator = 0;
  let denominator = 1 / mean.variance;
  for (let i = 0; i < y.length; i++) {
    numerator += weights[i] * y[i];
    denominator += weights[i];
  }
  const beta = numerator / denominator;
  return { beta, logPrior: (-0.5 * beta * beta) / mean.variance };
}
