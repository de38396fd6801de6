import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomStream } from '../../src/math/index.js';
import { createMemoryStorage } from '../../src/storage/index.js';
import type { Trial } from '../../src/study/index.js';
import { createBayesPolicy } from '../../src/study/policies/bayes/index.js';
import type { Policy } from '../../src/study/policies/policy.js';
import { verifyReplay } from '../../src/study/verify-replay.js';
import type { JournalRecord } from '../../src/trial/index.js';
import { historyPolicy } from './history-policy.js';
import { openStudy } from './open.js';
import { racedBlock, racingPolicy } from './racing-policy.js';

/** Asks, reports and tells in a random order, with at most `concurrency` trials under way. */
async function interleaved(
  policy: Policy,
  { seed, concurrency, moves }: { seed: number; concurrency: number; moves: number },
): Promise<readonly JournalRecord[]> {
  const stream = randomStream(seed, 'moves');
  const storage = createMemoryStorage();
  const study = await openStudy({ policy, seed }, storage);
  const running: Trial[] = [];
  for (let move = 0; move < moves; move++) {
    if (running.length === 0 || (running.length < concurrency && stream.uniform() < 0.4)) {
      running.push(await study.ask());
      continue;
    }
    const at = Math.floor(stream.uniform() * running.length);
    const { number } = running[at];
    const trial = study.trials[number];
    const next = (trial.blocks ?? [0, 1]).find((block) => !trial.reported.some((one) => one.block === block));
    if (next !== undefined && trial.decision !== 'stop') {
      await study.report(number, racedBlock(trial, next));
    } else {
      running.splice(at, 1);
      if (stream.uniform() < 0.1) await study.fail(number, 'broken');
      else await study.tell(number);
    }
  }
  return storage.read();
}

const order = (most: number) =>
  fc.record({
    seed: fc.nat(1e6),
    concurrency: fc.integer({ min: 1, max: 8 }),
    moves: fc.integer({ min: 1, max: most }),
  });

async function expectReplays(make: () => Policy, how: Parameters<typeof interleaved>[1]): Promise<void> {
  const records = await interleaved(make(), how);
  const proof = verifyReplay(records, 'memory', make);
  expect(proof.difference).toBeUndefined();
  expect(proof.suggestions).toBe(records.filter(({ kind }) => kind === 'ask').length);
  expect(await interleaved(make(), how)).toHaveLength(records.length);
}

describe('a study with one to eight trials under way, in any order of ask, report and tell', () => {
  it('replays to the bit', async () => {
    await fc.assert(
      fc.asyncProperty(order(80), (how) => expectReplays(() => historyPolicy(), how)),
      { numRuns: 60, seed: 1 },
    );
  });

  it('replays to the bit while it races', async () => {
    await fc.assert(
      fc.asyncProperty(order(80), (how) => expectReplays(() => racingPolicy(), how)),
      { numRuns: 60, seed: 2 },
    );
  });

  it('replays to the bit under the Bayesian policy', async () => {
    const make = () => createBayesPolicy({ initial: 3, candidates: 16, starts: 1 });
    await fc.assert(
      fc.asyncProperty(order(40), (how) => expectReplays(make, how)),
      { numRuns: 6, seed: 3 },
    );
  });
});
