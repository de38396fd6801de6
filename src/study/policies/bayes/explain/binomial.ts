/** Exact tails of a binomial count: what chance alone does to a share of n. */

/** P(X ≤ k) and P(X ≥ k) for X ~ Binomial(n, p). */
export interface BinomialTails {
  readonly atMost: number;
  readonly atLeast: number;
}

/**
 * Tails at k.
 * @param n - draws, at least 0.
 * @param p - share, above 0 and below 1.
 * @param k - from 0 to n.
 */
export function binomialTails(n: number, p: number, k: number): BinomialTails {
  const mass = masses(n, p);
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return { atMost: sum(mass.subarray(0, k + 1)), atLeast: sum(mass.subarray(k)) };
}

/** The narrowest counts low to high with at most 2.5 % below low and at most 2.5 % above high. */
export function binomialInterval(n: number, p: number): readonly [number, number] {
  const mass = masses(n, p);
  let low = 0;
  for (let below = mass[0]; below <= 0.025 && low < n; below += mass[low]) low++;
  let high = n;
  for (let above = mass[n]; above <= 0.025 && high > 0; above += mass[high]) high--;
  return [low, high];
}

/** P(X = k) for k = 0 to n, by logarithms, so that large n neither under- nor overflows. */
function masses(n: number, p: number): Float64Array {
  const out = new Float64Array(n + 1);
  let logMass = n * Math.log1p(-p);
  for (let k = 0; k <= n; k++) {
    out[k] = Math.exp(logMass);
    logMass += Math.log((n - k) / (k + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return out;
}
