import { describe, expect, it } from '@jest/globals';
import {
  dimensionScaledPrior,
  fitHyperparameters,
  priorMode,
  standardisation,
  standardise,
} from '../../src/gp/index.js';
import type { FitOptions, GpData } from '../../src/gp/index.js';
import { randomStream } from '../../src/math/index.js';
import { FIT_RELATIVE } from '../tolerances.js';
import { randomData, rows } from './problem.js';

const OPTIONS = {
  priors: {
    lengthscale: dimensionScaledPrior(2),
    outputScale: { kind: 'gamma', shape: 2, rate: 1 },
    noiseVariance: { kind: 'log-normal', location: -4, scale: 1 },
  },
} as const satisfies FitOptions;

function standardised(data: GpData): GpData {
  return { ...data, y: standardise(data.y, standardisation(data.y)) };
}

describe('fitHyperparameters', () => {
  it('finds the modes of the priors where there are no data', () => {
    const { hyperparameters } = fitHyperparameters(rows(randomData(5, 2, 1), 0, 0), OPTIONS);
    const mode = priorMode(OPTIONS.priors.lengthscale);
    for (const l of hyperparameters.lengthscales) expect(Math.abs(l / mode - 1)).toBeLessThan(FIT_RELATIVE);
    expect(Math.abs(hyperparameters.outputScale - 1)).toBeLessThan(FIT_RELATIVE);
    expect(Math.abs(hyperparameters.noiseVariance / Math.exp(-5) - 1)).toBeLessThan(FIT_RELATIVE);
  });

  it('gives a dimension that does nothing a longer lengthscale', () => {
    const data = randomData(40, 2, 2);
    const y = Float64Array.from({ length: 40 }, (_, i) => Math.sin(6 * data.x[2 * i]));
    const { lengthscales } = fitHyperparameters(standardised({ ...data, y }), OPTIONS).hyperparameters;
    expect(lengthscales[1]).toBeGreaterThan(3 * lengthscales[0]);
  });

  it('finds the noise that is there', () => {
    const stream = randomStream('fit-noise', 1);
    const data = randomData(150, 1, 3);
    const y = Float64Array.from({ length: 150 }, (_, i) => Math.sin(6 * data.x[i]) + 0.3 * stream.normal());
    const by = standardisation(y);
    const fit = fitHyperparameters({ ...data, y: standardise(y, by) }, OPTIONS);
    const sd = Math.sqrt(fit.hyperparameters.noiseVariance) * by.scale;
    // The standard error of a standard deviation from 150 points is about 6 %; four of them.
    expect(Math.abs(sd - 0.3)).toBeLessThan(0.07);
  });

  it('is the same for shifted and scaled targets once they are standardised', () => {
    const data = randomData(30, 2, 4);
    const fit = fitHyperparameters(standardised(data), OPTIONS).hyperparameters;
    const other = { ...data, y: data.y.map((y) => 1e3 + 50 * y) };
    const moved = fitHyperparameters(standardised(other), OPTIONS).hyperparameters;
    for (let j = 0; j < 2; j++) {
      expect(Math.abs(moved.lengthscales[j] / fit.lengthscales[j] - 1)).toBeLessThan(FIT_RELATIVE);
    }
    expect(Math.abs(moved.noiseVariance / fit.noiseVariance - 1)).toBeLessThan(FIT_RELATIVE);
  });

  it('does no worse from a warm start and a draw than from the mode alone, and says why it stopped', () => {
    const data = standardised(randomData(25, 2, 5));
    const fromMode = fitHyperparameters(data, OPTIONS);
    const more = fitHyperparameters(data, {
      ...OPTIONS,
      warmStart: fromMode.hyperparameters,
      drawStart: randomStream('fit-start', 1),
    });
    expect(more.logPosterior).toBeGreaterThanOrEqual(fromMode.logPosterior);
    expect(more.evaluations).toBeGreaterThan(fromMode.evaluations);
    expect(fromMode.stop.good).toBe(true);
  });

  it('answers a limit of iterations with a poor stop, not an exception', () => {
    const { stop } = fitHyperparameters(standardised(randomData(25, 2, 6)), { ...OPTIONS, maxIterations: 1 });
    expect(stop.kind).toBe('iterations');
    expect(stop.good).toBe(false);
  });

  it('keeps fixed values and stays in its bounds', () => {
    const { hyperparameters } = fitHyperparameters(standardised(randomData(25, 2, 7)), {
      priors: { ...OPTIONS.priors, outputScale: 1 },
      bounds: { lengthscale: [0.5, 0.6], noiseVariance: [1e-8, 1e-7] },
    });
    expect(hyperparameters.outputScale).toBe(1);
    expect(hyperparameters.noiseVariance).toBeLessThanOrEqual(1.0000001e-7);
    for (const l of hyperparameters.lengthscales) {
      expect(l).toBeGreaterThan(0.4999999);
      expect(l).toBeLessThan(0.6000001);
    }
  });

  it('infers no noise where it is known', () => {
    const data = randomData(10, 2, 8, { kind: 'fixed', variances: new Float64Array(10).fill(0.01) });
    expect(fitHyperparameters(data, OPTIONS).hyperparameters.noiseVariance).toBe(0);
  });

  it.each([[[0, 1]], [[2, 1]], [[1, Infinity]], [[NaN, 1]]] as [readonly [number, number]][])(
    'refuses the bounds %p',
    (range) => {
      expect(() =>
        fitHyperparameters(randomData(3, 2, 1), { ...OPTIONS, bounds: { lengthscale: range } }),
      ).toThrow(
        `fitHyperparameters: bounds must be 0 < lower <= upper < Infinity, got [${range[0]}, ${range[1]}]`,
      );
    },
  );
});
