import { describe, expect, it } from '@jest/globals';
import { apgdCheckpoints } from '../../../../src/objective/attacks/methods/apgd-checkpoints.js';

describe('apgdCheckpoints(iterations, form)', () => {
  it('are 22, 41, 57, 70, 80, 87, 93, 99 of 100 in both forms', () => {
    const expected = [22, 41, 57, 70, 80, 87, 93, 99];
    expect(apgdCheckpoints(100, 'paper')).toEqual(expected);
    expect(apgdCheckpoints(100, 'autoattack')).toEqual(expected);
  });
  it('round positions up in the paper, and truncate gaps in its code', () => {
    expect(apgdCheckpoints(64, 'paper')).toEqual([15, 27, 37, 45, 52, 56, 60, 64]);
    expect(apgdCheckpoints(64, 'autoattack')).toEqual([14, 27, 39, 50, 60]);
  });
  it('keep gaps of at least 6 % of many iterations', () => {
    expect(apgdCheckpoints(1000, 'paper').at(-1)).toBe(990);
    expect(apgdCheckpoints(1000, 'autoattack')).toEqual([220, 410, 570, 700, 800, 870, 930, 990]);
  });
  it.each([1, 2, 3, 5, 10, 17])('increase strictly and end at N = %p or before it', (iterations) => {
    for (const form of ['paper', 'autoattack'] as const) {
      const positions = apgdCheckpoints(iterations, form);
      expect(positions[0]).toBeGreaterThan(0);
      expect(positions.at(-1)).toBeLessThanOrEqual(iterations);
      expect(new Set(positions).size).toBe(positions.length);
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    }
  });
});
