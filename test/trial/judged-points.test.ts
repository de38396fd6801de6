import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isRaced,
  type JudgedTrial,
  judgedPoints,
  leaderOf,
  leadingPoint,
  measurementOf,
  type OutcomeBlock,
} from '../../src/trial/index.js';

const block = (number: number, bits: string, sample = 's'): OutcomeBlock => ({
  sample,
  block: number,
  outcomes: { clean: bits, robust: bits },
});
const ended = (number: number, u: number, ...reported: OutcomeBlock[]): JudgedTrial => ({
  number,
  unit: [u],
  state: 'complete',
  outcome: measurementOf(reported),
  reported,
  blocks: reported.map((one) => one.block),
});

describe('judgedPoints(trials)', () => {
  it('adds up all different blocks of a point, under its last trial', () => {
    const [point, ...others] = judgedPoints([
      ended(0, 0.5, block(0, '11')),
      ended(1, 0.5, block(1, '00'), block(0, '11')),
    ]);
    expect(others).toEqual([]);
    expect([point.trial, point.measurement.images, point.measurement.mean]).toEqual([1, 4, 0.5]);
  });

  it('begins anew on another sample, for its images are others', () => {
    const [point] = judgedPoints([ended(0, 0.5, block(0, '11')), ended(1, 0.5, block(0, '10', 't'))]);
    expect(point.measurement).toMatchObject({ sample: 't', images: 2, mean: 0.5 });
  });

  it('leaves out what runs, what failed and what was told without blocks', () => {
    const running: JudgedTrial = { number: 0, unit: [0], state: 'running', reported: [block(0, '1')] };
    const failed: JudgedTrial = { ...running, state: 'failed', outcome: { failed: 'x' } };
    const value: JudgedTrial = { number: 2, unit: [0], state: 'complete', outcome: { value: 1 } };
    expect(judgedPoints([running, failed, value])).toEqual([]);
    expect(leadingPoint([running, failed, value], 'maximize')).toBeUndefined();
    expect([isRaced([running, value]), isRaced([ended(0, 0, block(0, '1'))])]).toEqual([false, true]);
  });
});

describe('leaderOf(direction)', () => {
  it('is the best of the points with the most images, the first of equals, as a look at all of them finds', () => {
    const trial = fc.tuple(
      fc.nat(3),
      fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('00', '01', '11'),
    );
    fc.assert(
      fc.property(
        fc.array(trial, { maxLength: 12 }),
        fc.constantFrom('maximize', 'minimize'),
        (list, direction) => {
          const bitsOf = new Map<string, string>();
          const trials = list.map(([u, blocks, bits], number) => {
            const fixed = (b: number) => bitsOf.get(`${u} ${b}`) ?? (bitsOf.set(`${u} ${b}`, bits), bits);
            return ended(number, u / 4, ...blocks.map((b) => block(b, fixed(b))));
          });
          const lead = leaderOf(direction);
          let leader: ReturnType<typeof lead>;
          for (const one of trials) leader = lead(one);
          const points = judgedPoints(trials);
          const most = Math.max(...points.map(({ measurement }) => measurement.images));
          const means = points
            .filter(({ measurement }) => measurement.images === most)
            .map(({ measurement }) => measurement.mean);
          const best = direction === 'maximize' ? Math.max(...means) : Math.min(...means);
          expect(leader?.measurement.images).toBe(points.length === 0 ? undefined : most);
          if (leader !== undefined) expect(leader.measurement.mean).toBe(best);
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  });
});
