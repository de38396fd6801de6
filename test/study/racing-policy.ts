/** A policy that races by rules which hang on all it was shown: plans, decisions, promotions and finalists. */
import { randomStream } from '../../src/math/index.js';
import { bestObserved } from '../../src/study/policies/model-free.js';
import type { Policy, PolicyContext } from '../../src/study/policies/policy.js';
import type { BlockObjective, OutcomeBlock, TrialView } from '../../src/trial/index.js';
import { bitsFrom } from '../../src/trial/index.js';
import { historyPolicy } from './history-policy.js';

/** Blocks that such studies search on; those after them are fresh. */
export const SEARCH_BLOCKS = 4;

export function racingPolicy(overrides: Partial<Policy> = {}): Policy {
  const base = historyPolicy();
  return {
    ...base,
    name: 'racing',
    suggest(context) {
      const { trials } = context;
      const ended = trials.filter(({ state }) => state === 'complete');
      const known = ended.at(-1);
      if (trials.length % 5 !== 4 || known === undefined) return base.suggest(context);
      const seen = trials.filter(({ unit }) => unit.join() === known.unit.join());
      const left = Array.from({ length: SEARCH_BLOCKS }, (_, b) => b).filter(
        (b) => !seen.some(({ blocks }) => blocks?.includes(b)),
      );
      if (left.length === 0) return base.suggest(context);
      return { unit: known.unit, by: 'promote', blocks: left, notes: [] };
    },
    blocksFor: ({ trials }) => [0, 1].map((k) => (trials.length + k) % SEARCH_BLOCKS),
    decide: (context, trial, blocks) =>
      randomStream(context.seed, historyOf(context), trial, JSON.stringify(blocks)).uniform() < 0.3
        ? 'stop'
        : 'continue',
    finalists: (context, count) =>
      context.trials
        .filter(({ state }) => state === 'complete')
        .slice(-count)
        .map(({ number }) => ({ trial: number, mean: 0.5, interval: [0.4, 0.6] })),
    recommend: bestObserved,
    ...overrides,
  };
}

/** Judges two images a block, by the point and the block alone, and honours the plan; without one, four blocks. */
export const racedObjective: BlockObjective = {
  async *evaluate(trial) {
    const { blocks = [0, 1, 2, 3], reported = [] } = trial;
    for (const block of blocks) {
      await Promise.resolve();
      if (!reported.some((one) => one.block === block)) yield racedBlock(trial, block);
    }
  },
};

/** What `racedObjective` says of one block. */
export function racedBlock({ alphas }: Pick<TrialView, 'alphas'>, block: number): OutcomeBlock {
  const bits = (part: string): string => {
    const stream = randomStream(...alphas, block, part);
    return bitsFrom([0, 1].map(() => stream.uniform() < 0.6));
  };
  return { sample: 's', block, outcomes: { clean: bits('clean'), robust: bits('robust') } };
}

function historyOf({ trials }: PolicyContext): string {
  return JSON.stringify(trials.map(({ number, state, reported }) => [number, state, reported]));
}
