/**
 * The Matérn-3/2 profile: sample paths are once differentiable, not more.
 *
 * Source: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, eq. 4.17.
 */
import type { Profile } from './profile.js';

const SQRT3 = Math.sqrt(3);

/** k(r) = (1 + √3 r) exp(−√3 r); dk/d(r²) = −3/2 exp(−√3 r): the 1/r of the chain rule cancels, so it is finite at 0. */
export const matern32: Profile = {
  name: 'matern32',
  correlation(r) {
    // Infinity · 0 is NaN, and the exponential underflows long before r does harm.
    if (r > 500) return 0;
    const s = SQRT3 * r;
    return (1 + s) * Math.exp(-s);
  },
  slope(r, k) {
    return r > 500 ? 0 : (-1.5 * k) / (1 + SQRT3 * r);
  },
};
