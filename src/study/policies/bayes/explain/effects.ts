/**
 * What each parameter does to the objective, by the posterior: Sobol' indices, main-effect curves, and flips of single
 * coordinates of the recommended point, each with its uncertainty from posterior draws.
 *
 * Notation: d parameters, S draws, N base points. Everything is computed in units of the objective, after the outcome
 * transform was undone: shares of variance on the logit scale would be those of another function.
 */
import type { RandomStream } from '../../../../math/index.js';
import { randomStream, sobolPoints, MAX_SOBOL_DIMENSIONS } from '../../../../math/index.js';
import type { Effects, Estimate, IndexEstimate, ParameterEffect } from '../../explanation.js';
import type { PolicyContext } from '../../policy.js';
import type { PosteriorDraws } from './posterior-draws.js';
import { indexDesign, sobolIndices } from './sobol-indices.js';
import type { SobolIndices } from './sobol-indices.js';
import type { Units } from './units.js';

/** Levels of the main-effect curves. */
const LEVELS: readonly number[] = [0, 0.25, 0.5, 0.75, 1];

/** Points at which the indices are evaluated, and a curve's levels, about; counts, so that more dimensions cost the same. */
const INDEX_POINTS = 8192;
const CURVE_POINTS = 4096;

/** Share of the draws that must agree on the better end of a curve. */
const AGREEMENT = 0.95;

/** What the effects are read off. */
export interface EffectsInput {
  readonly context: Pick<PolicyContext, 'seed' | 'dimension' | 'trials'>;
  readonly draws: PosteriorDraws;
  readonly units: Units;
  /** Recommended trial. */
  readonly around: number;
}

/** A function of a few draws' values to numbers: what every effect is. */
type Values = (x: Float64Array, q: number) => readonly Float64Array[];

export function effectsOf(input: EffectsInput): Effects {
  const { context, draws, units, around } = input;
  const { dimension: d, seed, trials } = context;
  const stream = (purpose: string) => randomStream(seed, trials.length, 'explain', purpose);
  // In units of `size`; what is told is in those of the objective again.
  const { size } = units;
  const inUnits = (z: number): number => units.toObjective(z) / size;
  const ofDraws: Values = (x, q) => rows(draws.at(x, q), draws.count).map((row) => row.map(inUnits));
  const basePoints = powerOfTwo(INDEX_POINTS / (d + 2), 32, 512);
  const design = indexDesign(basePoints, d, stream('indices'));
  const count = design.points.length / d;
  const indices = ofDraws(design.points, count).map((values) => sobolIndices(design, values));
  const ofMean = sobolIndices(design, draws.mean(design.points, count).map(inUnits));
  const curves = curvesOf(d, ofDraws, stream('curves'));
  const flips = flipsOf(trials[around].unit, ofDraws);
  const spreads = indices.map(({ variance }) => size * Math.sqrt(variance));
  return {
    parameters: Array.from({ length: d }, (_, i): ParameterEffect => ({
      first: indexEstimate(ofMean, indices, (of) => of.first[i]),
      total: indexEstimate(ofMean, indices, (of) => of.total[i]),
      curve: LEVELS.map((_level, t) =>
        estimate(
          curves[i].map((curve) => curve[t]),
          size,
        ),
      ),
      better: betterEnd(curves[i], units.sign),
      toLow: estimate(flips[2 * i], size),
      toHigh: estimate(flips[2 * i + 1], size),
    })),
    levels: LEVELS,
    spread: {
      ofMean: size * Math.sqrt(ofMean.variance),
      mean: average(spreads),
      interval: middle95(spreads),
    },
    around,
    basePoints,
    draws: draws.count,
  };
}

/** Mean over the other coordinates at each level, of each coordinate and draw: [d][S][levels]. */
function curvesOf(d: number, values: Values, stream: RandomStream): readonly (readonly number[])[][] {
  const m = powerOfTwo(CURVE_POINTS / (LEVELS.length * d), 16, 128);
  const base = d <= MAX_SOBOL_DIMENSIONS ? sobolPoints(m, d, { scramble: stream }) : new Float64Array(m * d);
  if (d > MAX_SOBOL_DIMENSIONS) stream.fillUniform(base);
  return Array.from({ length: d }, (_, i) => {
    const x = new Float64Array(LEVELS.length * m * d);
    LEVELS.forEach((level, t) => {
      x.set(base, t * m * d);
      for (let k = 0; k < m; k++) x[(t * m + k) * d + i] = level;
    });
    return values(x, LEVELS.length * m).map((row) =>
      LEVELS.map((_level, t) => average(row.subarray(t * m, (t + 1) * m))),
    );
  });
}

/** Change when coordinate i alone goes to 0 (row 2i) or 1 (row 2i + 1), of each draw: [2d][S]. */
function flipsOf(unit: readonly number[], values: Values): readonly (readonly number[])[] {
  const d = unit.length;
  const x = new Float64Array((2 * d + 1) * d);
  for (let row = 0; row <= 2 * d; row++) {
    x.set(unit, row * d);
    if (row < 2 * d) x[row * d + (row >> 1)] = row % 2;
  }
  const all = values(x, 2 * d + 1);
  return Array.from({ length: 2 * d }, (_, row) => all.map((draw) => draw[row] - draw[2 * d]));
}

/** Which end of the curves is better in nearly all draws. */
function betterEnd(curves: readonly (readonly number[])[], sign: 1 | -1): ParameterEffect['better'] {
  const last = LEVELS.length - 1;
  const share = (holds: (curve: readonly number[]) => boolean): number =>
    curves.filter(holds).length / curves.length;
  const inside = (curve: readonly number[]): boolean => {
    const best = Math.max(...curve.map((value) => sign * value));
    return best > Math.max(sign * curve[0], sign * curve[last]);
  };
  if (share(inside) >= AGREEMENT) return 'inside';
  if (share((curve) => sign * (curve[last] - curve[0]) > 0) >= AGREEMENT) return 'high';
  if (share((curve) => sign * (curve[0] - curve[last]) > 0) >= AGREEMENT) return 'low';
  return 'unclear';
}

function indexEstimate(
  ofMean: SobolIndices,
  draws: readonly SobolIndices[],
  read: (indices: SobolIndices) => number,
): IndexEstimate {
  const values = draws.map(read);
  return { ofMean: read(ofMean), mean: average(values), interval: middle95(values) };
}

/** @param size - of the unit that the values are in. */
function estimate(values: readonly number[], size: number): Estimate {
  const mean = average(values);
  const square = average(values.map((value) => (value - mean) ** 2));
  return { mean: size * mean, sd: size * Math.sqrt(square) };
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** The 2.5 % and 97.5 % quantiles, linear between order statistics. */
function middle95(values: readonly number[]): readonly [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (p: number): number => {
    const place = p * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  };
  return [at(0.025), at(0.975)];
}

function rows(values: Float64Array, count: number): Float64Array[] {
  const q = values.length / count;
  return Array.from({ length: count }, (_, s) => values.subarray(s * q, (s + 1) * q));
}

/** The greatest power of two at or below `most`, within bounds that are powers of two. */
function powerOfTwo(most: number, lower: number, upper: number): number {
  return Math.min(upper, Math.max(lower, 2 ** Math.floor(Math.log2(Math.max(1, most)))));
}
