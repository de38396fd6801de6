import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TrialSnapshot } from '../../../../src/study/policies/policy.js';
import { planBlocks } from '../../../../src/study/policies/bayes/racing/plan-blocks.js';
import { context, running } from '../history.js';
import { judgeBlock, judged } from './race.js';

const rotate = (blocks: number) => ({ blocks, order: 'rotate' }) as const;

describe('planBlocks(context, unit, settings)', () => {
  it('is every block of the search sample once, for a new point', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fc.nat(15), { maxLength: 20 }), (B, used) => {
        const trials = used.map((b, i) => judged(i, [i / 100], [judgeBlock([i / 100], b)]));
        const plan = planBlocks(context(trials), [0.999], rotate(B));
        expect([...plan].sort((a, b) => a - b)).toEqual(Array.from({ length: B }, (_, b) => b));
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('begins with the blocks that were used least', () => {
    const trials = [0, 0, 1, 3].map((b, i) => judged(i, [i / 10], [judgeBlock([i / 10], b)]));
    expect(planBlocks(context(trials), [0.9], rotate(4))).toEqual(
      [2, 3, 1, 0].sort((a, b) => rank(a) - rank(b)),
    );
  });

  it('lets trials that see one block each use all blocks equally often', () => {
    const trials: TrialSnapshot[] = [];
    for (let t = 0; t < 24; t++) {
      const [first] = planBlocks(context(trials), [t / 24], rotate(8));
      trials.push(judged(t, [t / 24], [judgeBlock([t / 24], first)]));
    }
    const uses = new Array<number>(8).fill(0);
    for (const { reported = [] } of trials) uses[reported[0].block]++;
    expect(uses).toEqual(new Array<number>(8).fill(3));
  });

  it('gives trials that run at once different first blocks', () => {
    const trials: TrialSnapshot[] = [];
    for (let t = 0; t < 4; t++) {
      trials.push({ ...running(t, [t / 4]), blocks: planBlocks(context(trials), [t / 4], rotate(4)) });
    }
    expect(new Set(trials.map(({ blocks }) => blocks?.[0])).size).toBe(4);
  });

  it('leaves out what the point has seen, and gives all where it has seen all', () => {
    const seen = [
      judged(
        0,
        [0.3],
        [0, 2].map((b) => judgeBlock([0.3], b)),
      ),
    ];
    expect([...planBlocks(context(seen), [0.3], rotate(4))].sort()).toEqual([1, 3]);
    expect(planBlocks(context(seen), [0.3], { blocks: 1, order: 'rotate' })).toEqual([0]);
  });

  it('begins with block 0 for all where the order is the same', () => {
    const trials = [0, 0, 1].map((b, i) => judged(i, [i / 10], [judgeBlock([i / 10], b)]));
    expect(planBlocks(context(trials), [0.9], { blocks: 3, order: 'same' })).toEqual([0, 1, 2]);
  });
});

/** Uses of blocks 0 to 3 are 2, 1, 0 and 1; after four trials block 1 comes before block 3 in turn where ties ask for it. */
function rank(block: number): number {
  const uses = [2, 1, 0, 1][block];
  return 10 * uses + ((block + 4 * 3) % 4);
}
