// The test functions of the benchmark on the unit cube, as minimisation problems with known optimum, defined on all
// of R^d so that they can be shifted without wrapping.
//
// Notation: u in R^d, [0, 1]^d before shifting; d dimensions.
// Sources: Dixon and Szegő 1978 (Hartmann), Ackley 1987, Laguna and Martí 2005 (Levy); BinomialAlpha is ours.

/**
 * @typedef {object} TestFunction
 * @property {string} name
 * @property {number} dimension
 * @property {'minimize' | 'maximize'} direction
 * @property {number} optimum - best value there is.
 * @property {readonly (readonly number[])[]} modes - where the optimum is, and decoys that a shift shall keep inside.
 * @property {(u: readonly number[]) => number} value - noise-free value.
 * @property {number} [images] - if there, values are probabilities and told as counts of so many draws.
 * @property {boolean} [shared] - if true, every trial sees the same draws, and is told as a measurement on one sample.
 */

const HARTMANN_ALPHA = [1, 1.2, 3, 3.2];
const HARTMANN_A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

/** @returns {TestFunction} */
export function hartmann6() {
  return {
    name: 'hartmann-6',
    dimension: 6,
    direction: 'minimize',
    optimum: -3.322368011415515,
    modes: [[0.20168952, 0.15001069, 0.47687398, 0.27533243, 0.31165162, 0.65730054]],
    value(u) {
      let sum = 0;
      for (let i = 0; i < 4; i++) {
        let inner = 0;
        for (let j = 0; j < 6; j++) inner += HARTMANN_A[i][j] * (u[j] - HARTMANN_P[i][j]) ** 2;
        sum -= HARTMANN_ALPHA[i] * Math.exp(-inner);
      }
      return sum;
    },
  };
}

/** x = -10 + 20 u; minimum 0 at x = 1. @param {number} d @returns {TestFunction} */
export function levy(d) {
  return {
    name: `levy-${d}`,
    dimension: d,
    direction: 'minimize',
    optimum: 0,
    modes: [new Array(d).fill(11 / 20)],
    value(u) {
      const w = u.map((v) => 1 + (-10 + 20 * v - 1) / 4);
      let sum = Math.sin(Math.PI * w[0]) ** 2;
      for (let j = 0; j < d - 1; j++) sum += (w[j] - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * w[j] + 1) ** 2);
      return sum + (w[d - 1] - 1) ** 2 * (1 + Math.sin(2 * Math.PI * w[d - 1]) ** 2);
    },
  };
}

/** x = -5 + 15 u; minimum 0 at x = 0. @param {number} d @returns {TestFunction} */
export function ackley(d) {
  return {
    name: `ackley-${d}`,
    dimension: d,
    direction: 'minimize',
    optimum: 0,
    modes: [new Array(d).fill(1 / 3)],
    value(u) {
      let squares = 0;
      let cosines = 0;
      for (const v of u) {
        const x = -5 + 15 * v;
        squares += (x * x) / d;
        cosines += Math.cos(2 * Math.PI * x) / d;
      }
      return -20 * Math.exp(-0.2 * Math.sqrt(squares)) - Math.exp(cosines) + 20 + Math.E;
    },
  };
}

/**
 * A cheap stand-in for robust accuracy: a narrow ridge-coupled peak, a decoy peak, a flat floor; told as counts of 64
 * independent draws. Its best value is found numerically to be 0.88 plus what the decoy leaves at the peak.
 * @param {number} d @returns {TestFunction}
 */
export function binomialAlpha(d) {
  const peak = Array.from({ length: d }, (_, j) => 0.5 + 0.35 * Math.sin(1.7 * j + 0.4));
  const raw = Array.from({ length: d }, (_, j) => 0.88 ** j);
  const total = raw.reduce((a, b) => a + b, 0);
  const w = raw.map((v) => v / total);
  const value = (/** @type {readonly number[]} */ u) => {
    let q = 0;
    let q2 = 0;
    for (let j = 0; j < d; j++) {
      const z = (u[j] - peak[j]) / 0.16;
      q += w[j] * z * z;
      if (j + 1 < d) q += 0.5 * Math.sqrt(w[j] * w[j + 1]) * z * ((u[j + 1] - peak[j + 1]) / 0.16);
      q2 += w[j] * ((u[j] - (1 - peak[j])) / 0.16) ** 2;
    }
    return 0.05 + 0.83 * Math.exp(-q / 2) + 0.4 * Math.exp(-q2 / 2);
  };
  return {
    name: `binomial-alpha-${d}`,
    dimension: d,
    direction: 'maximize',
    optimum: value(peak),
    modes: [peak, peak.map((v) => 1 - v)],
    value,
    images: 64,
  };
}

/**
 * BinomialAlpha as α searches see it: every point is judged on the same images, so that the outcome is a deterministic,
 * stepped function of the point.
 * @param {number} d @param {number} images @returns {TestFunction}
 */
export function sharedBinomialAlpha(d, images) {
  return { ...binomialAlpha(d), name: `binomial-alpha-${d}-shared`, images, shared: true };
}

/** Hartmann-6 in the first 6 of d coordinates; the others do nothing. @param {number} d @returns {TestFunction} */
export function embeddedHartmann6(d) {
  const inner = hartmann6();
  const mode = [...inner.modes[0], ...new Array(d - 6).fill(0.5)];
  return {
    ...inner,
    name: `hartmann-6-in-${d}`,
    dimension: d,
    modes: [mode],
    value: (u) => inner.value(u.slice(0, 6)),
  };
}
