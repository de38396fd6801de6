/**
 * How attacked images for a search are made: which attack, against what.
 *
 * The paper's facts: seed tables 2 and 3; its code builds the search's images with one FGSM-L2 step, sign direction,
 * against the whole defence with α = 0, and keeps the successful ones.
 */
import type { SearchAttackOptions } from './attack-registry.js';
import type { ExpectationPlan } from './model/expected-model.js';

/** `classifier`: the bare classifier; `defence`: the whole defence with every α_i = 0; `each`: with every α, anew. */
export type AttackTarget = 'classifier' | 'defence' | 'each';

export interface AttackPlan {
  readonly attack: SearchAttackOptions;
  readonly against: AttackTarget;
  /** Draws of the defence inside the attack, against `each`. */
  readonly expectation?: ExpectationPlan;
  /** Leave out images on which the attack failed. */
  readonly keepOnlySuccessful: boolean;
}

/** L2 bounds of the paper's FGSM images, by task. */
export const PAPER_FGSM_BOUNDS = {
  'celeba-hq-gender': 4,
  'celeba-64-identities': 2,
  'stanford-cars': 4,
} as const;

/** Default: PGD-L2, 10 steps, on the bare classifier; every image kept. */
export function defaultAttackPlan(l2Bound: number): AttackPlan {
  return {
    attack: { name: 'pgd-l2', l2Bound, steps: 10 },
    against: 'classifier',
    keepOnlySuccessful: false,
  };
}

/**
 * The paper's set: FGSM-L2 with the sign direction against the defence with α = 0.
 * @param keepOnlySuccessful - true as in the paper's code; robust accuracy of α = 0 is then 0 by construction, so
 * false (default) for measurements that include it.
 */
export function paperAttackPlan(l2Bound: number, keepOnlySuccessful = false): AttackPlan {
  return { attack: { name: 'fgsm-l2', l2Bound, direction: 'sign' }, against: 'defence', keepOnlySuccessful };
}
