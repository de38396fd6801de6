/** From the attack section of a configuration to the attack and whom it is made against. */
import type { AttackSpec } from '../../evaluators/command/messages.js';
import { createAttack } from '../../objective/attacks/attack-registry.js';
import {
  type AttackPlan,
  type AttackTarget,
  paperAttackPlan,
} from '../../objective/attacks/attack-presets.js';
import type { ExpectationPlan } from '../../objective/attacks/model/expected-model.js';
import { internalError } from '../../errors.js';
import type { SearchConfig } from './search-config.js';

/** One draw of the deployed defence behind each answer to an attack. */
const ONE_DRAW: ExpectationPlan = { draws: 1, mode: 'mean-logits' };

/** The attack as the journal's header tells it. */
export interface AttackFacts extends Omit<AttackSpec, 'against'> {
  readonly against: AttackTarget;
  /** Where every α is attacked. */
  readonly eot?: ExpectationPlan;
  /** Where the images are made again. */
  readonly refresh?: { readonly every: number };
}

/** The plan a configuration asks for; what it leaves out has the attack's own default. */
export function attackPlan({ attack }: Pick<SearchConfig, 'attack'>): AttackPlan {
  const { preset, kind = 'pgd-l2', against = 'classifier', keepOnlySuccessful = false, l2Bound } = attack;
  if (preset === 'paper') return paperAttackPlan(l2Bound, keepOnlySuccessful);
  const { steps, stepSize, randomStart, restarts, direction } = attack;
  const given = kind === 'pgd-l2' ? { steps, stepSize, randomStart, restarts } : { direction };
  const settings = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const plan = { attack: { name: kind, l2Bound, ...settings }, against, keepOnlySuccessful };
  return against === 'each' ? { ...plan, expectation: attack.eot ?? ONE_DRAW } : plan;
}

/**
 * The attack with every default filled in, as an evaluator is told: what is written out and what is left to the default
 * are the same.
 * @throws BoSearchError `E_ATTACK` for settings that cannot be.
 */
export function attackSpec(config: Pick<SearchConfig, 'attack'>): AttackSpec {
  const { kind, against, l2Bound, keepOnlySuccessful, ...settings } = attackFacts(config);
  if (against === 'each') throw internalError('no evaluator can be told to attack every α');
  const { steps, stepSize, randomStart, restarts, direction } = settings;
  const its = kind === 'pgd-l2' ? { steps, stepSize, randomStart, restarts } : { direction };
  return { kind, against, l2Bound, keepOnlySuccessful, ...(its as Partial<AttackSpec>) };
}

/**
 * The attack as the journal's header tells it: with all of its settings, those too that no configuration can change.
 * @throws BoSearchError `E_ATTACK` for settings that cannot be.
 */
export function attackFacts(config: Pick<SearchConfig, 'attack'>): AttackFacts {
  const { attack, against, keepOnlySuccessful, expectation } = attackPlan(config);
  const { name: kind, ...settings } = createAttack(attack).settings;
  const eot = expectation === undefined ? {} : { eot: expectation };
  const refresh = config.attack.refresh === undefined ? {} : { refresh: config.attack.refresh };
  return { kind, against, keepOnlySuccessful, ...settings, ...eot, ...refresh };
}
