/**
 * The squared-exponential profile (radial basis function): sample paths have all derivatives.
 *
 * The smoothest of the kernels, and so the one whose covariance matrices come nearest to singular.
 * Source: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, eq. 4.9.
 */
import type { Profile } from './profile.js';

/** k(r) = exp(−r²/2); dk/d(r²) = −k/2. */
export const rbf: Profile = {
  name: 'rbf',
  correlation: (r) => Math.exp(-0.5 * r * r),
  slope: (_, k) => -0.5 * k,
};
