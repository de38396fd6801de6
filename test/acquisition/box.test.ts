import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { Box } from '../../src/acquisition/index.js';
import {
  acquisitionInBox,
  fromBox,
  maximizeAcquisition,
  noisyLogExpectedImprovement,
  toBox,
} from '../../src/acquisition/index.js';
import type { BoSearchError } from '../../src/errors.js';
import { randomStream } from '../../src/math/index.js';
import { ROUNDING } from '../tolerances.js';
import { observed, queryPoints, wavyGp } from './cases.js';
import { densePosterior } from './dense-posterior.js';
import { expectGradientsOfValues } from './gradient-law.js';

const box: Box = { lower: Float64Array.of(0, 0.2, 0.7), upper: Float64Array.of(0.1, 0.6, 1) };

/** A box of any place and size, also without a side. */
const boxes = fc
  .array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((ends) => ({
    lower: Float64Array.from(ends, (pair) => Math.min(...pair)),
    upper: Float64Array.from(ends, (pair) => Math.max(...pair)),
  }));

function improvement() {
  const gp = wavyGp(3, 12, 0.05);
  return noisyLogExpectedImprovement(densePosterior(gp), { incumbents: observed(gp) });
}

describe('fromBox(t, box)', () => {
  it('is the lower bound at 0 and the upper one at 1, exactly, and never outside the box', () => {
    fc.assert(
      fc.property(boxes, fc.integer(), (anyBox, seed) => {
        const { lower, upper } = anyBox;
        const d = lower.length;
        expect(fromBox(new Float64Array(d), anyBox)).toEqual(lower);
        expect(fromBox(new Float64Array(d).fill(1), anyBox)).toEqual(upper);
        const t = new Float64Array(4 * d);
        randomStream('box', seed).fillUniform(t);
        fromBox(t, anyBox).forEach((x, k) => {
          expect(x).toBeGreaterThanOrEqual(lower[k % d]);
          expect(x).toBeLessThanOrEqual(upper[k % d]);
        });
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('toBox(x, box)', () => {
  it('undoes fromBox', () => {
    const t = queryPoints(10, 3);
    toBox(fromBox(t, box), box).forEach((value, k) => {
      expect(Math.abs(value - t[k])).toBeLessThan(ROUNDING);
    });
  });

  it('puts what lies outside on the nearest face, and everything at 0 where there is no side', () => {
    const flat = { lower: Float64Array.of(0.5, 0.2), upper: Float64Array.of(0.5, 0.4) };
    expect([...toBox(Float64Array.of(0.9, 0.1, 0.5, 0.9), flat)]).toEqual([0, 0, 0, 1]);
  });
});

describe('acquisitionInBox(acquisition, box)', () => {
  it('has the value of the acquisition at the point of the box', () => {
    const acquisition = improvement();
    const t = queryPoints(6, 3);
    expect(acquisitionInBox(acquisition, box).values(t, 6)).toEqual(acquisition.values(fromBox(t, box), 6));
  });

  it('has the gradients of its values', () => {
    expectGradientsOfValues(acquisitionInBox(improvement(), box), queryPoints(4, 3));
  });

  it('is not greater at its maximum than the acquisition on the whole cube, and greater than around it', () => {
    const acquisition = improvement();
    const inBox = acquisitionInBox(acquisition, box);
    const options = { stream: randomStream('in-box'), scales: new Float64Array(3).fill(0.5) };
    const { value, x } = maximizeAcquisition(inBox, options);
    expect(value).toBeLessThanOrEqual(maximizeAcquisition(acquisition, options).value);
    expect(Math.max(...inBox.values(queryPoints(200, 3), 200))).toBeLessThanOrEqual(value);
    expect(acquisition.values(fromBox(x, box), 1)[0]).toBe(inBox.values(x, 1)[0]);
  });

  it('refuses a box of another dimension', () => {
    const other = { lower: new Float64Array(2), upper: new Float64Array(3) };
    try {
      acquisitionInBox(improvement(), other);
      throw new Error('nothing was refused');
    } catch (error) {
      const { code, message } = error as BoSearchError;
      expect([code, message]).toEqual([
        'E_SHAPE',
        'acquisitionInBox: bounds must have shape (3), got 2 and 3 numbers',
      ]);
    }
  });
});
