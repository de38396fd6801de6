/**
 * The trust region: a box around the best point that grows while points in it improve and shrinks while they do not.
 *
 * In many dimensions the model knows little far from the data, and a search of the whole cube may spend its evaluations
 * there. Two things differ from the source: everything is read off the posterior mean, so that a lucky outcome neither
 * moves the box nor counts as a success; and a box that became too small is made anew around the same data, which are not
 * thrown away. It is computed from the whole history each time, so that nothing has to be written down.
 * Notation: n observations, d dimensions, l lengthscales, L length of the box.
 * Source: Eriksson et al. 2019, Scalable global optimization via local Bayesian optimization, arXiv:1910.01739, section 3.
 */
import type { Box } from '../../../acquisition/index.js';
import type { ExactGp } from '../../../gp/index.js';

/** L at first, at least and at most, in sides of the cube; the least is one that makes the box anew. */
const INITIAL = 0.8;
const LEAST = 2 ** -7;
const MOST = 1.6;

/** Successes in a row that double L; d failures in a row halve it. */
const SUCCESSES = 3;

/** A gain of the posterior mean, in standard deviations of the outcomes, that is a success. */
const GAIN = 1e-3;

/**
 * The box for the next point.
 * @param chosen - whether observation i was chosen by the model, in the order of the GP's data: others are no tries.
 */
export function trustRegion(gp: ExactGp, chosen: readonly boolean[]): Box {
  const { dimension: d, n, data } = gp;
  const mean = gp.predictMean(data.x, n);
  const state = { length: INITIAL, successes: 0, failures: 0 };
  let best = 0;
  for (let i = 1; i < n; i++) {
    if (chosen[i]) adapt(state, mean[i] > mean[best] + GAIN, d);
    if (mean[i] > mean[best]) best = i;
  }
  return boxAround(data.x.subarray(best * d, (best + 1) * d), state.length, gp.hyperparameters.lengthscales);
}

interface RegionState {
  length: number;
  successes: number;
  failures: number;
}

function adapt(state: RegionState, success: boolean, d: number): void {
  state.successes = success ? state.successes + 1 : 0;
  state.failures = success ? 0 : state.failures + 1;
  if (state.successes === SUCCESSES) {
    state.length = Math.min(2 * state.length, MOST);
    state.successes = 0;
  } else if (state.failures === d) {
    state.length /= 2;
    state.failures = 0;
  }
  if (state.length < LEAST) state.length = INITIAL;
}

/** Sides L·l_j / (Π l)^(1/d) around the centre, cut off at the faces of the cube. */
function boxAround(centre: Float64Array, length: number, lengthscales: Float64Array): Box {
  const meanLog = lengthscales.reduce((sum, l) => sum + Math.log(l), 0) / lengthscales.length;
  const half = lengthscales.map((l) => 0.5 * length * Math.exp(Math.log(l) - meanLog));
  return {
    lower: centre.map((c, j) => Math.max(0, c - half[j])),
    upper: centre.map((c, j) => Math.min(1, c + half[j])),
  };
}
