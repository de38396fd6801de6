/** Histories for the tests of policies. */
import type { Policy, PolicyContext, TrialSnapshot } from '../../../src/study/policies/policy.js';
import type { Outcome } from '../../../src/trial/index.js';

export function context(trials: readonly TrialSnapshot[], part: Partial<PolicyContext> = {}): PolicyContext {
  return { seed: 7, direction: 'maximize', dimension: trials[0]?.unit.length ?? 1, trials, ...part };
}

export function running(number: number, unit: readonly number[]): TrialSnapshot {
  return { number, unit, state: 'running', origin: { by: 'enqueued' } };
}

export function ended(number: number, unit: readonly number[], outcome: Outcome): TrialSnapshot {
  return { ...running(number, unit), state: 'failed' in outcome ? 'failed' : 'complete', outcome };
}

/** Asks and tells `count` times, beginning after `trials`; `create` is called for every ask. */
export function play(
  create: () => Policy,
  objective: (unit: readonly number[], number: number) => Outcome,
  count: number,
  start: PolicyContext,
): TrialSnapshot[] {
  const trials = [...start.trials];
  for (let k = 0; k < count; k++) {
    const number = trials.length;
    const { unit, by, memo } = create().suggest({ ...start, trials });
    const kept = memo === undefined ? {} : { memo: JSON.parse(JSON.stringify(memo)) as typeof memo };
    trials.push({ ...ended(number, unit, objective(unit, number)), origin: { by }, ...kept });
  }
  return trials;
}
