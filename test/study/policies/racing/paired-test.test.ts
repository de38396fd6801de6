import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomStream } from '../../../../src/math/index.js';
import { evidenceOfLosing } from '../../../../src/study/policies/bayes/racing/paired-test.js';
import { ROUNDING } from '../../../tolerances.js';

describe('evidenceOfLosing(differences)', () => {
  it('is 1 before any image, and where no image differs', () => {
    expect(evidenceOfLosing([])).toBe(1);
    expect(evidenceOfLosing([0, 0, 0])).toBe(1);
  });

  it('is the mean wealth of the bets: 1 + 0.31 for one image lost, 1 − 0.31 for one won', () => {
    expect(Math.abs(evidenceOfLosing([-1]) - 1.31)).toBeLessThan(ROUNDING);
    expect(Math.abs(evidenceOfLosing([1]) - 0.69)).toBeLessThan(ROUNDING);
  });

  it('is positive, and grows with every image that is lost rather than won', () => {
    const differences = fc.array(fc.constantFrom(-1, -0.5, 0, 0.5, 1), { maxLength: 60 });
    fc.assert(
      fc.property(differences, (all) => {
        const evidence = evidenceOfLosing(all);
        expect(evidence).toBeGreaterThan(0);
        expect(evidenceOfLosing([...all, -0.5])).toBeGreaterThan(evidenceOfLosing([...all, 0.5]));
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('does not depend on the order of the images', () => {
    const differences = [-1, 0, 0.5, -0.5, 1, -1, 0];
    const difference = evidenceOfLosing(differences) - evidenceOfLosing(differences.toReversed());
    expect(Math.abs(difference)).toBeLessThan(ROUNDING);
  });

  it('reaches 20 in at most one of twenty races of equals, looked at after every image', () => {
    const races = 600;
    let stopped = 0;
    for (let race = 0; race < races; race++) {
      const stream = randomStream('paired-test', race);
      const differences: number[] = [];
      for (let i = 0; i < 200; i++) {
        differences.push(0.5 * (stream.integer(3) - 1));
        if (evidenceOfLosing(differences) < 20) continue;
        stopped++;
        break;
      }
    }
    expect(stopped / races).toBeLessThanOrEqual(0.05);
  });

  it('reaches 20 within 50 images for one that loses one image in five and wins none', () => {
    const differences = Array.from({ length: 50 }, (_, i) => (i % 5 === 0 ? -1 : 0));
    expect(evidenceOfLosing(differences)).toBeGreaterThan(20);
  });
});
