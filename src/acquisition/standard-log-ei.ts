/**
 * Expected improvement of a standard normal: h(z) = E[max(0, z + X)] = φ(z) + z Φ(z), X ~ N(0, 1), and its logarithm.
 *
 * Below z = -1 the two terms of h nearly cancel. With t = -z, Mills' ratio M = Φ(-t)/φ(t) and the continued fraction
 * c = 1/(t + 2/(t + 3/(t + …))), M = 1/(t + c): then h = φ·(1 - t M) = φ·c/(t + c), and the slope of log h is
 * Φ/h = 1/c.
 * Sources: Ament et al. 2023, arXiv:2310.20708, eq. 9 (the three branches); Laplace's continued fraction, Abramowitz
 * and Stegun 26.2.14.
 */
import { erfcx, logNormalPdf, normalCdf, normalPdf } from '../math/index.js';

/** From here down log h goes through Mills' ratio. */
const UPPER_BRANCH = -1;
/** From here down log h is its asymptote log φ(z) - 2 log|z|, whose relative error is 3/z². */
const LOWER_BRANCH = -1e6;
/** From here down 1 - t M comes from the continued fraction: erfcx would cancel. */
const FRACTION = -8;
/** Depth of the fraction; at t = 8 its relative error is 1e-16. */
const FRACTION_TERMS = 16;
const SQRT_HALF_PI = 1.2533141373155003;

/** h(z). NaN gives NaN, -Infinity 0, Infinity Infinity. */
export function standardEi(z: number): number {
  if (z === Number.NEGATIVE_INFINITY) return 0;
  return z > UPPER_BRANCH ? direct(z) : Math.exp(standardLogEi(z));
}

/**
 * log h(z).
 * z > -1 directly; down to -1e6 as log φ(z) + log(1 - t M); below as log φ(z) - 2 log|z|.
 * @param z - improvement in posterior standard deviations. NaN gives NaN, -Infinity -Infinity, Infinity Infinity.
 */
export function standardLogEi(z: number): number {
  if (z > UPPER_BRANCH) return Math.log(direct(z));
  if (z === Number.NEGATIVE_INFINITY) return z;
  if (z < LOWER_BRANCH) return logNormalPdf(z) - 2 * Math.log(-z);
  return logNormalPdf(z) + Math.log(deficit(-z));
}

/** d log h(z) / dz = Φ(z)/h(z): near -z far to the left, near 1/z far to the right. */
export function standardLogEiSlope(z: number): number {
  if (z > UPPER_BRANCH) return normalCdf(z) / direct(z);
  if (z <= FRACTION) return 1 / fraction(-z);
  const mills = SQRT_HALF_PI * erfcx(-z * Math.SQRT1_2);
  return mills / (1 + z * mills);
}

function direct(z: number): number {
  return z === Number.POSITIVE_INFINITY ? z : normalPdf(z) + z * normalCdf(z);
}

/** 1 - t M. */
function deficit(t: number): number {
  if (-t > FRACTION) return 1 - t * SQRT_HALF_PI * erfcx(t * Math.SQRT1_2);
  const c = fraction(t);
  return c / (t + c);
}

function fraction(t: number): number {
  let tail = t;
  for (let k = FRACTION_TERMS; k > 1; k--) tail = t + k / tail;
  return 1 / tail;
}
