import { describe, expect, it } from '@jest/globals';
import { createStudy } from '../../../../src/create-study.js';
import { createSpace, real } from '../../../../src/space/index.js';
import { createBayesPolicy } from '../../../../src/study/policies/bayes/index.js';
import { context, running } from '../history.js';
import { blockOf, CHEAP, judgeBlock, judged, playRace, racingPolicy, WEIGHTS } from './race.js';

const start = context([], { dimension: 2, weights: WEIGHTS });
const many = playRace(() => racingPolicy(), 24, start);
const history = context(many, { dimension: 2, weights: WEIGHTS });

describe('a race', () => {
  it('is a pure function of its history: one instance and new ones answer the same, bit for bit', () => {
    const one = racingPolicy();
    expect(playRace(() => one, 24, start)).toEqual(many);
    expect(one.recommend(history)).toEqual(racingPolicy().recommend(history));
    expect(one.finalists?.(history, 3)).toEqual(racingPolicy().finalists?.(history, 3));
  });

  it('judges fewer images than every point on all would take, all blocks about as often, and no block of a point twice', () => {
    const judgedBlocks = many.flatMap(({ reported = [] }) => reported.map(({ block }) => block));
    expect(judgedBlocks.length).toBeLessThan(0.7 * 24 * 4);
    const uses = [0, 1, 2, 3].map((b) => judgedBlocks.filter((block) => block === b).length);
    expect(Math.max(...uses) - Math.min(...uses)).toBeLessThanOrEqual(3);
    const byPoint = many.flatMap(({ unit, reported = [] }) =>
      reported.map(({ block }) => `${unit.join()} ${block}`),
    );
    expect(new Set(byPoint).size).toBe(byPoint.length);
  });

  it('recommends a point that was judged on at least half as many images as any, with an interval around its mean', () => {
    const best = racingPolicy().recommend(history);
    const images = (unit: readonly number[]) =>
      new Set(
        many
          .filter((trial) => trial.unit.join() === unit.join())
          .flatMap(({ reported = [] }) => reported.map((b) => b.block)),
      ).size;
    const most = Math.max(...many.map(({ unit }) => images(unit)));
    expect(best).toBeDefined();
    if (best === undefined) return;
    expect(images(many[best.trial].unit)).toBeGreaterThanOrEqual(most / 2);
    expect(best.interval[0]).toBeLessThan(best.mean);
    expect(best.interval[1]).toBeGreaterThan(best.mean);
  });

  it('names different finalists, the greatest posterior mean first, and as many as there are points', () => {
    const finalists = racingPolicy().finalists?.(history, 5) ?? [];
    expect(finalists).toHaveLength(5);
    expect(new Set(finalists.map(({ trial }) => many[trial].unit.join())).size).toBe(5);
    const means = finalists.map(({ mean }) => mean);
    expect(Math.max(...means)).toBe(means[0]);
    const points = new Set(many.map(({ unit }) => unit.join())).size;
    expect(racingPolicy().finalists?.(history, 100)).toHaveLength(points);
    expect(racingPolicy().finalists?.(history, 0)).toEqual([]);
    expect(racingPolicy().finalists?.(start, 3)).toEqual([]);
  });

  it('passes over a finalist beside one that it has', () => {
    const right = (k: number) => '1'.repeat(k) + '0'.repeat(20 - k);
    const at = [0.2, 0.2001, 0.8, 0.5, 0.4, 0.6, 0.9, 0.1];
    const trials = [18, 17, 15, 8, 8, 8, 12, 12].map((k, i) =>
      judged(i, [at[i]], [blockOf(i % 2, right(k))]),
    );
    const finalists = racingPolicy().finalists?.(context(trials, { weights: WEIGHTS }), 2) ?? [];
    const [first, second] = finalists.map(({ trial }) => at[trial]);
    expect(Math.abs(first - 0.2)).toBeLessThan(0.01);
    expect(Math.abs(second - 0.2)).toBeGreaterThan(0.01);
  });

  it('lets fresh blocks turn the order of finalists', () => {
    const policy = racingPolicy();
    const [first, second] = (policy.finalists?.(history, 2) ?? []).map(({ trial }) => many[trial].unit);
    const fresh = [first, second].map((unit, i) =>
      judged(
        many.length + i,
        unit,
        [4, 5, 6, 7].map((b) => blockOf(b, i === 0 ? '1111100000' : '1111111110')),
        { state: 'complete' },
      ),
    );
    const after = { ...history, trials: [...many, ...fresh] };
    const meanAt = (unit: readonly number[]) =>
      (policy.finalists?.(after, 100) ?? []).find(
        ({ trial }) => after.trials[trial].unit.join() === unit.join(),
      )?.mean ?? NaN;
    expect(meanAt(second)).toBeGreaterThan(meanAt(first));
  });

  it('replays from the journal of a study to the same points, plans and decisions', async () => {
    const policy = {
      name: 'bayes',
      settings: { initial: 4, candidates: 16, starts: 1, racing: { blocks: 4, futility: 0.5, promote: 1 } },
    } as const;
    const run = async () => {
      const study = await createStudy({
        space: createSpace({ a: real(0, 1), b: real(0, 1) }),
        seed: 3,
        policy,
        weights: WEIGHTS,
      });
      const seen: unknown[] = [];
      for (let k = 0; k < 14; k++) {
        const trial = await study.ask();
        for (const b of trial.blocks ?? []) {
          const decision = await study.report(trial, judgeBlock(trial.unit, b));
          seen.push([trial.number, trial.unit, b, decision]);
          if (decision === 'stop') break;
        }
        await study.tell(trial);
      }
      return seen;
    };
    expect(await run()).toEqual(await run());
  });
});

describe('decide(context, trial, blocks)', () => {
  const ones = '1'.repeat(40);
  const zeros = '0'.repeat(40);
  const champion = judged(0, [0.2, 0.2], [blockOf(0, ones), blockOf(1, ones)]);
  const at = (unit: readonly number[], part = {}) => ({ ...running(1, unit), blocks: [0, 1, 2, 3], ...part });
  const decide = (
    policy: ReturnType<typeof racingPolicy>,
    trial: ReturnType<typeof at>,
    bits: readonly string[],
  ) =>
    policy.decide?.(
      context([champion, trial], { weights: WEIGHTS }),
      1,
      bits.map((b, i) => blockOf(trial.blocks[i], b)),
    );

  it('stops a trial that is clearly worse than the best on the same images, before its first blocks are done', () => {
    const policy = racingPolicy({ racing: { blocks: 4, start: 4 } });
    expect(decide(policy, at([0.9, 0.9]), [zeros])).toBe('stop');
    expect(decide(policy, at([0.9, 0.9]), [ones])).toBe('continue');
  });

  it('never stops a losing trial where the images are others: there is no evidence', () => {
    const policy = racingPolicy({ racing: { blocks: 4, start: 4 } });
    expect(decide(policy, { ...at([0.9, 0.9]), blocks: [2, 3, 0, 1] }, [zeros])).toBe('continue');
  });

  it('stops after the first blocks where the model thinks another point is better, and goes on where not', () => {
    const stopping = racingPolicy({ racing: { blocks: 4 } });
    const patient = racingPolicy({ racing: { blocks: 4, futility: 0 } });
    expect(decide(stopping, at([0.9, 0.9]), [ones])).toBe('stop');
    expect(decide(patient, at([0.9, 0.9]), [ones])).toBe('continue');
  });

  it('never stops a trial on fresh images', () => {
    const fresh = { ...at([0.9, 0.9]), blocks: [4, 5] };
    expect(decide(racingPolicy(), fresh, [zeros])).toBe('continue');
  });

  it('turns with the direction: a greater score loses where the study minimises', () => {
    const trial = at([0.9, 0.9]);
    const worst = { ...champion, reported: [blockOf(0, zeros), blockOf(1, zeros)] };
    const minimised = context([worst, trial], { weights: WEIGHTS, direction: 'minimize' });
    const policy = racingPolicy({ racing: { blocks: 4, start: 4 } });
    expect(policy.decide?.(minimised, 1, [blockOf(0, ones)])).toBe('stop');
    expect(policy.decide?.(minimised, 1, [blockOf(0, zeros)])).toBe('continue');
  });
});

describe('promotion', () => {
  const bits = (right: number) => '1'.repeat(right) + '0'.repeat(20 - right);
  const trials = [12, 19, 11, 10, 12, 9].map((right, i) =>
    judged(i, [i / 6, i / 6], [blockOf(i % 2, bits(right))]),
  );

  it('asks for the leader again, on the blocks it has not seen', () => {
    const { unit, by, blocks } = racingPolicy().suggest(context(trials, { weights: WEIGHTS }));
    expect({ unit, by, blocks: [...(blocks ?? [])].sort() }).toEqual({
      unit: [1 / 6, 1 / 6],
      by: 'promote',
      blocks: [0, 2, 3],
    });
  });

  it('asks for another point where the leader runs, has seen all blocks, or promotion is off', () => {
    const runs = { ...running(6, [1 / 6, 1 / 6]), blocks: [0] };
    const all = judged(
      6,
      [1 / 6, 1 / 6],
      [0, 2, 3].map((b) => blockOf(b, bits(19))),
    );
    const off = createBayesPolicy({ ...CHEAP, racing: { blocks: 4, promote: 0 } });
    expect(racingPolicy().suggest(context([...trials, runs], { weights: WEIGHTS })).by).toBe('bayes');
    expect(racingPolicy().suggest(context([...trials, all], { weights: WEIGHTS })).by).toBe('bayes');
    expect(off.suggest(context(trials, { weights: WEIGHTS })).by).toBe('bayes');
  });
});
