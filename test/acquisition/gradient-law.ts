/** The law every acquisition obeys: gradients are those of the values, and both forms give the same values. */
import { expect } from '@jest/globals';

import type { Acquisition } from '../../src/acquisition/index.js';
import { ACQUISITION_GRADIENT, ROUNDING } from '../tolerances.js';

const STEP = 1e-5;

export function expectGradientsOfValues(acquisition: Acquisition, x: Float64Array): void {
  const d = acquisition.dimension;
  const q = x.length / d;
  const { values, gradients } = acquisition.valuesWithGradients(x, q);
  const plain = acquisition.values(x, q);
  for (let i = 0; i < q; i++) {
    expect(Math.abs(values[i] - plain[i])).toBeLessThanOrEqual(ROUNDING * Math.max(1, Math.abs(plain[i])));
  }
  for (let k = 0; k < q * d; k++) {
    const moved = (step: number) => {
      const y = x.slice();
      y[k] += step;
      return acquisition.values(y, q)[Math.floor(k / d)];
    };
    // Fourth order, so that steep places do not spoil it.
    const near = (moved(STEP) - moved(-STEP)) / (2 * STEP);
    const far = (moved(2 * STEP) - moved(-2 * STEP)) / (4 * STEP);
    const slope = (4 * near - far) / 3;
    const size = Math.max(...gradients.map(Math.abs)) + 1e-12;
    expect(Math.abs(gradients[k] - slope) / Math.max(Math.abs(slope), 1e-3 * size)).toBeLessThan(
      ACQUISITION_GRADIENT,
    );
  }
}
