/** A policy whose every suggestion hangs on all it was shown: any difference in the history shows in the points. */
import { randomStream } from '../../src/math/index.js';
import { bestObserved } from '../../src/study/policies/model-free.js';
import type { Policy, PolicyContext } from '../../src/study/policies/policy.js';

export function historyPolicy(overrides: Partial<Policy> = {}): Policy {
  return {
    name: 'history',
    settings: { depth: 1 },
    suggest: (context) => {
      const stream = randomStream(context.seed, historyOf(context));
      const unit = Array.from({ length: context.dimension }, () => stream.uniform());
      return { unit, by: 'history', memo: { draw: stream.normal(), seen: context.trials.length }, notes: [] };
    },
    recommend: bestObserved,
    ...overrides,
  };
}

function historyOf({ trials }: PolicyContext): string {
  return JSON.stringify(
    trials.map(({ number, unit, state, origin, outcome, memo, reported }) => [
      number,
      unit,
      state,
      origin,
      outcome,
      memo,
      reported,
    ]),
  );
}
