/**
 * The Matérn-5/2 profile: sample paths are twice differentiable, not more.
 *
 * Source: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, eq. 4.17.
 */
import type { Profile } from './profile.js';

const SQRT5 = Math.sqrt(5);

/** k(r) = (1 + √5 r + 5/3 r²) exp(−√5 r); dk/d(r²) = −5/6 (1 + √5 r) exp(−√5 r). */
export const matern52: Profile = {
  name: 'matern52',
  correlation(r) {
    // Infinity · 0 is NaN, and the exponential underflows long before r does harm.
    if (r > 400) return 0;
    const s = SQRT5 * r;
    return (1 + s + (s * s) / 3) * Math.exp(-s);
  },
  slope(r, k) {
    const s = SQRT5 * r;
    if (r > 400) return 0;
    return ((-5 / 6) * (1 + s) * k) / (1 + s + (s * s) / 3);
  },
};
