/** All attacks by name: a new one is one file and one line here. */
import { BoSearchError } from '../../errors.js';
import { fgsmL2, type FgsmL2Options, type FgsmL2Settings } from './methods/fgsm-l2.js';
import type { FixedBudgetAttack } from './contract/fixed-budget-attack.js';
import { pgdL2, type PgdL2Options, type PgdL2Settings } from './methods/pgd-l2.js';

const ATTACKS: Readonly<Record<AttackName, (options: never) => FixedBudgetAttack<AttackSettings>>> = {
  'fgsm-l2': fgsmL2,
  'pgd-l2': pgdL2,
};

/** Names of all attacks. */
export const ATTACK_NAMES = ['fgsm-l2', 'pgd-l2'] as const;

export type AttackName = (typeof ATTACK_NAMES)[number];

/** Settings as a configuration holds them: the attack's name, its bound, and what differs from the defaults. */
export type AttackOptions =
  (FgsmL2Options & { readonly name: 'fgsm-l2' }) | (PgdL2Options & { readonly name: 'pgd-l2' });

/** Settings with every default filled in. */
export type AttackSettings = FgsmL2Settings | PgdL2Settings;

/**
 * The attack that settings name, for settings from a file.
 * @throws BoSearchError `E_ATTACK` for an unknown name, an unknown setting or a value out of range.
 */
export function createAttack(options: AttackOptions): FixedBudgetAttack<AttackSettings> {
  const name: unknown = (options as { name?: unknown } | null)?.name;
  if (!isAttackName(name)) {
    const found = name === undefined ? 'nothing' : JSON.stringify(name);
    throw new BoSearchError(
      'E_ATTACK',
      `attack.name: expected one of ${ATTACK_NAMES.join(', ')}, got ${found}`,
    );
  }
  return ATTACKS[name](options as never);
}

function isAttackName(name: unknown): name is AttackName {
  return ATTACK_NAMES.includes(name as AttackName);
}
