/** A small race for the tests of the room: images that are more or less hard, and points that are more or less good. */
import { createBayesPolicy } from '../../../../src/study/policies/bayes/index.js';
import type { BayesOptions } from '../../../../src/study/policies/bayes/index.js';
import type { Policy, PolicyContext, TrialSnapshot } from '../../../../src/study/policies/policy.js';
import { randomStream } from '../../../../src/math/index.js';
import type { OutcomeBlock } from '../../../../src/trial/index.js';
import { measurementOf } from '../../../../src/trial/index.js';

export const WEIGHTS = { clean: 0.5, robust: 0.5 };

/** Images of a block in the tests. */
export const IMAGES = 10;

/** Settings that make a search cheap. */
export const CHEAP: BayesOptions = { initial: 4, candidates: 16, starts: 1 };

/** Bits of one block: an image is right where the point's goodness is above its hardness. */
export function judgeBlock(unit: readonly number[], block: number): OutcomeBlock {
  const goodness = 0.9 - unit.reduce((sum, u, j) => sum + (u - 0.3 - 0.1 * j) ** 2, 0);
  const part = (name: string) =>
    Array.from({ length: IMAGES }, (_, i) => {
      const stream = randomStream('race-image', name, block, i);
      const wave = 0.1 * Math.sin(6 * stream.uniform() + 8 * unit[0]);
      return goodness + wave > stream.uniform() ? '1' : '0';
    }).join('');
  return { sample: 'images', block, outcomes: { clean: part('clean'), robust: part('robust') } };
}

export function blockOf(block: number, clean: string, robust = clean, sample = 'images'): OutcomeBlock {
  return { sample, block, outcomes: { clean, robust } };
}

/** An ended trial that was judged on these blocks. */
export function judged(
  number: number,
  unit: readonly number[],
  reported: readonly OutcomeBlock[],
  part: Partial<TrialSnapshot> = {},
): TrialSnapshot {
  return {
    number,
    unit,
    state: 'stopped',
    origin: { by: 'bayes' },
    reported,
    outcome: measurementOf(reported, WEIGHTS),
    ...part,
  };
}

/** Plays `count` trials of a race; `create` is called for every answer. */
export function playRace(create: () => Policy, count: number, start: PolicyContext): TrialSnapshot[] {
  const trials = [...start.trials];
  for (let k = 0; k < count; k++) {
    const number = trials.length;
    const context = { ...start, trials };
    const suggestion = create().suggest(context);
    const { unit, by } = suggestion;
    const blocks = suggestion.blocks ?? create().blocksFor?.(context, unit) ?? [];
    const memo =
      suggestion.memo === undefined
        ? {}
        : { memo: JSON.parse(JSON.stringify(suggestion.memo)) as typeof suggestion.memo };
    const running: TrialSnapshot = { number, unit, state: 'running', origin: { by }, blocks, ...memo };
    const reported: OutcomeBlock[] = [];
    for (const block of blocks) {
      const now = { ...start, trials: [...trials, { ...running, reported: [...reported] }] };
      reported.push(judgeBlock(unit, block));
      if (create().decide?.(now, number, reported) === 'stop') break;
    }
    const state = reported.length === blocks.length ? 'complete' : 'stopped';
    trials.push({ ...running, state, reported, outcome: measurementOf(reported, WEIGHTS) });
  }
  return trials;
}

export function racingPolicy(options: BayesOptions = {}): Policy {
  return createBayesPolicy({ ...CHEAP, racing: { blocks: 4, futility: 0.5, promote: 1 }, ...options });
}
