/**
 * How well the model predicts what it did not see: leave-one-out checks.
 *
 * Notation: n observations, z_i = (y_i − μ_i) / σ_i of the leave-one-out prediction, noise included.
 * Sources: Rasmussen and Williams 2006, section 5.4.2 (predictions); Jones, Schonlau and Welch 1998, section 4
 * (standardised cross-validated residuals as a check of a kriging model).
 */
import { LOG_SQRT_2PI, normalCdf } from '../../../../math/index.js';
import { observedValue } from '../../../../trial/index.js';
import type { Calibration, Coverage, LeftOut } from '../../explanation.js';
import type { Observations } from '../observations.js';
import type { Surrogate } from '../surrogate.js';
import { binomialInterval, binomialTails } from './binomial.js';
import { rankCorrelation } from './rank-correlation.js';
import { intervalOf, type Units } from './units.js';

/** Levels of the intervals with their half-widths in standard deviations. */
const LEVELS: readonly (readonly [level: number, halfWidth: number])[] = [
  [0.5, 0.6744897501960817],
  [0.8, 1.2815515655446004],
  [0.95, 1.959963984540054],
];

/**
 * A verdict needs a count of observations inside an interval that a calibrated model would give more rarely than this, on
 * that side; with three levels a calibrated model is called so by mistake in less than 3 of 100 cases a side, as far as the
 * residuals are independent.
 */
export const RARE = 0.01;

/** @param worst - how many observations to list, largest |z| first. */
export function calibrationOf(
  observations: Observations,
  { gp }: Surrogate,
  units: Units,
  worst: number,
): Calibration {
  const n = gp.n;
  const { mean, variance } = gp.leaveOneOut();
  const { y } = gp.data;
  const z = Float64Array.from({ length: n }, (_, i) => (y[i] - mean[i]) / Math.sqrt(variance[i]));
  const coverage = LEVELS.map(([level, half]): Coverage => {
    const inside = z.reduce((count, value) => count + (Math.abs(value) <= half ? 1 : 0), 0);
    const [low, high] = binomialInterval(n, level);
    return { level, inside, expected: [low / n, high / n] };
  });
  const logDensity = average(z.map((value, i) => logNormal(value, variance[i])));
  const constantLogDensity = average(constantDensities(y));
  const correlation = rankCorrelation(mean, y);
  const order = Array.from(z.keys()).sort((a, b) => Math.abs(z[b]) - Math.abs(z[a]) || a - b);
  return {
    observations: n,
    coverage,
    largestZ: largestOf(z),
    rmsZ: Math.sqrt(average(z.map((value) => value * value))),
    logDensity,
    constantLogDensity,
    ...(correlation === undefined ? {} : { rankCorrelation: correlation }),
    verdict: verdictOf(coverage, n),
    informative: logDensity > constantLogDensity,
    worst: order.slice(0, worst).map((i): LeftOut => ({
      trial: observations.all[i].trial.number,
      observed: observedValue(observations.all[i].outcome) ?? units.toObjective(y[i]),
      predicted: units.toObjective(mean[i]),
      interval: intervalOf(units, mean[i], Math.sqrt(variance[i])),
      z: z[i],
    })),
  };
}

/** The largest |z|, and the chance that one of n normal ones is as large. */
function largestOf(z: Float64Array): Calibration['largestZ'] {
  const value = z.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  return { value, chance: -Math.expm1(z.length * Math.log1p(-2 * normalCdf(-value))) };
}

/** Too few inside an interval: over-confident; too many: under-confident; too many in one and too few in another: tails. */
function verdictOf(coverage: readonly Coverage[], n: number): Calibration['verdict'] {
  const tails = coverage.map(({ level, inside }) => binomialTails(n, level, inside));
  const few = Math.min(...tails.map(({ atMost }) => atMost));
  const many = Math.min(...tails.map(({ atLeast }) => atLeast));
  if (Math.min(few, many) >= RARE) return 'calibrated';
  if (few < RARE && many < RARE) return 'heavy-tailed';
  return few < RARE ? 'over-confident' : 'under-confident';
}

/** Log density of each target under a normal with the mean and the variance of the others, one unknown mean allowed for. */
function constantDensities(y: Float64Array): Float64Array {
  const n = y.length;
  const sum = y.reduce((total, value) => total + value, 0);
  return y.map((value) => {
    const mean = (sum - value) / (n - 1);
    let squares = -((value - mean) ** 2);
    for (const other of y) squares += (other - mean) ** 2;
    const variance = (squares / Math.max(1, n - 2)) * (1 + 1 / (n - 1));
    // All others equal: a spread of 0 predicts nothing; the size of standardised targets stands in.
    const spread = variance > 0 ? variance : 1;
    return logNormal((value - mean) / Math.sqrt(spread), spread);
  });
}

function logNormal(z: number, variance: number): number {
  return -0.5 * z * z - 0.5 * Math.log(variance) - LOG_SQRT_2PI;
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
