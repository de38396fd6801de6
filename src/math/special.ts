/**
 * The normal distribution with its tails, and logarithms that do not lose them; relative error below 1e-12.
 *
 * Notation: φ density, Φ distribution function of N(0, 1). log Φ(z) = -z²/2 + log(erfcx(-z/√2)/2) carries the lower
 * tail to z = -1e154.
 * Sources: `erfcx.ts`; Wichura 1988, algorithm AS 241 (quantile); Mächler 2012, "Accurately computing
 * log(1 - exp(-|a|))".
 */
import { erfcx, expOfSquare } from './erfcx.js';

export { erfcx } from './erfcx.js';

/** log √(2π). */
export const LOG_SQRT_2PI = 0.9189385332046728;

const INVERSE_SQRT_2PI = 0.3989422804014327;

/** φ(z); 0 for ±Infinity, NaN for NaN. */
export function normalPdf(z: number): number {
  return INVERSE_SQRT_2PI * expOfSquare(z, -0.5);
}

/** log φ(z) = -z²/2 - log √(2π); -Infinity for ±Infinity. */
export function logNormalPdf(z: number): number {
  return -0.5 * z * z - LOG_SQRT_2PI;
}

/** Φ(z), the lower tail to full relative accuracy as far as doubles go (z = -38.4). */
export function normalCdf(z: number): number {
  return z <= 0 ? lowerTail(z) : 1 - lowerTail(-z);
}

/**
 * log Φ(z), both tails to full relative accuracy.
 * @param z - any number. -Infinity gives -Infinity, Infinity gives 0, NaN gives NaN.
 */
export function logNormalCdf(z: number): number {
  if (z === Number.NEGATIVE_INFINITY) return z;
  if (z > 0) return Math.log1p(-lowerTail(-z));
  return -0.5 * z * z + Math.log(0.5 * erfcx(-z * Math.SQRT1_2));
}

/**
 * The z with Φ(z) = p.
 * @param p - in [0, 1]; 0 gives -Infinity, 1 gives Infinity, anything else NaN.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTRE_P, CENTRE_Q, 0.180625 - q * q);
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-Math.log(tail));
  const z = r <= 5 ? ratio(TAIL_P, TAIL_Q, r - 1.6) : ratio(FAR_P, FAR_Q, r - 5);
  return q < 0 ? -z : z;
}

/**
 * log(1 - exp(-x)) for x >= 0.
 * @param x - 0 gives -Infinity, Infinity gives 0, a negative number or NaN gives NaN.
 */
export function log1mexp(x: number): number {
  return x <= Math.LN2 ? Math.log(-Math.expm1(-x)) : Math.log1p(-Math.exp(-x));
}

/**
 * log Σ exp(v_i), without overflow.
 * @param values - -Infinity counts as 0; none at all gives -Infinity; a NaN gives NaN.
 */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]);
  if (!Number.isFinite(largest)) return largest;
  let s = 0;
  for (let i = 0; i < values.length; i++) s += Math.exp(values[i] - largest);
  return largest + Math.log(s);
}

/** Φ(z) for z <= 0. */
function lowerTail(z: number): number {
  return z === Number.NEGATIVE_INFINITY ? 0 : 0.5 * expOfSquare(z, -0.5) * erfcx(-z * Math.SQRT1_2);
}

/** AS 241, |p - 1/2| <= 0.425: highest power first. */
const CENTRE_P = [
  2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
  1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
];
const CENTRE_Q = [
  5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4,
  5.3941960214247511077e3, 6.871870074920579083e2, 4.2313330701600911252e1, 1,
];
/** AS 241, √(-log tail) <= 5. */
const TAIL_P = [
  7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1, 1.27045825245236838258,
  3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
];
const TAIL_Q = [
  1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1,
  6.8976733498510000455e-1, 1.6763848301838038494, 2.05319162663775882187, 1,
];
/** AS 241, √(-log tail) > 5. */
const FAR_P = [
  2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.2426609473880784386e-3, 2.6532189526576123093e-2,
  2.9656057182850489123e-1, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
];
const FAR_Q = [
  2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
  1.48753612908506148525e-2, 1.3692988092273580531e-1, 5.9983220655588793769e-1, 1,
];

function ratio(p: readonly number[], q: readonly number[], x: number): number {
  let top = p[0];
  let bottom = q[0];
  for (let k = 1; k < p.length; k++) {
    top = top * x + p[k];
    bottom = bottom * x + q[k];
  }
  return top / bottom;
}
