/** Whether a trial goes on after a block. A function of the journal alone. */
import { type Decision, decisionAfter, type OutcomeBlock } from '../trial/index.js';
import { policyContext } from './next-point.js';
import type { Policy } from './policies/policy.js';
import { asBlockFinds } from './standing-blocks.js';
import type { StudyState } from './state.js';
import type { Trial } from './trial.js';

/**
 * The answer to a new block of a running trial.
 * @param state - before the block is kept.
 */
export function nextDecision(state: StudyState, policy: Policy, trial: Trial, block: OutcomeBlock): Decision {
  const found = asBlockFinds(state, trial, block);
  const decided = policy.decide?.(policyContext(state), found.number, [...found.reported, block]);
  return decisionAfter(found, decided ?? 'continue');
}
