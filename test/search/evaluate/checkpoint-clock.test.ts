import { describe, expect, it } from '@jest/globals';
import { checkpointClock } from '../../../src/search/evaluate/checkpoint-clock.js';

/** Rounds of a second each, with writings of so many milliseconds: after which rounds it wrote. */
function writings(seconds: number, takes: number, rounds: number): number[] {
  let time = 0;
  const clock = checkpointClock(seconds, () => time);
  return Array.from({ length: rounds }, (_, round) => round + 1).filter(() => {
    time += 1000;
    const isDue = clock.isDue();
    if (isDue) time += takes;
    clock.roundOver();
    return isDue;
  });
}

describe('checkpointClock(seconds)', () => {
  it('is due again so many seconds after the last writing was over', () => {
    expect(writings(3, 0, 10)).toEqual([3, 6, 9]);
    expect(writings(3, 100, 10)).toEqual([3, 6, 9]);
  });
  it('waits twenty times as long as the last writing took, where that is longer', () => {
    expect(writings(2, 300, 20)).toEqual([2, 8, 14, 20]);
  });
  it('is due in every round for 0 seconds, however long writing takes', () => {
    expect(writings(0, 5000, 4)).toEqual([1, 2, 3, 4]);
  });
});
