/** All attacks by name: a new one is one file and one line here. */
import { BoSearchError } from '../../errors.js';
import type { Attack } from './contract/attack.js';
import type { FixedBudgetAttack } from './contract/fixed-budget-attack.js';
import type { MinimumNormAttack } from './contract/minimum-norm-attack.js';
import { apgdL2, type ApgdL2Options, type ApgdL2Settings } from './methods/apgd-l2.js';
import { apgdLinf, type ApgdLinfOptions, type ApgdLinfSettings } from './methods/apgd-linf.js';
import { autoAttack } from './methods/autoattack.js';
import type { AutoAttackOptions, AutoAttackSettings } from './methods/autoattack-settings.js';
import { carliniWagnerL2 } from './methods/carlini-wagner-l2.js';
import type { CarliniWagnerL2Options, CarliniWagnerL2Settings } from './methods/carlini-wagner-settings.js';
import { deepFool } from './methods/deepfool.js';
import type { DeepFoolOptions, DeepFoolSettings } from './methods/deepfool-settings.js';
import { fabL2 } from './methods/fab-l2.js';
import type { FabL2Options, FabL2Settings } from './methods/fab-settings.js';
import { fgsmL2, type FgsmL2Options, type FgsmL2Settings } from './methods/fgsm-l2.js';
import {
  paperAutoAttack,
  type PaperAutoAttackOptions,
  type PaperAutoAttackSettings,
} from './methods/paper-autoattack.js';
import { pgdL2, type PgdL2Options, type PgdL2Settings } from './methods/pgd-l2.js';
import { pgdLinf, type PgdLinfOptions, type PgdLinfSettings } from './methods/pgd-linf.js';
import { squareL2, type SquareL2Options, type SquareL2Settings } from './methods/square-l2.js';
import { squareLinf, type SquareLinfOptions, type SquareLinfSettings } from './methods/square-linf.js';

const FIXED_BUDGET: Readonly<Record<FixedBudgetName, (options: never) => FixedBudgetAttack>> = {
  'fgsm-l2': fgsmL2,
  'pgd-l2': pgdL2,
  'pgd-linf': pgdLinf,
  'apgd-l2': apgdL2,
  'apgd-linf': apgdLinf,
  'square-l2': squareL2,
  'square-linf': squareLinf,
  autoattack: autoAttack,
};

const MINIMUM_NORM: Readonly<Record<MinimumNormName, (options: never) => MinimumNormAttack>> = {
  deepfool: deepFool,
  'fab-l2': fabL2,
  'cw-l2': carliniWagnerL2,
  'autoattack-paper': paperAutoAttack,
};

/** Names of the attacks with a fixed budget. */
export const FIXED_BUDGET_NAMES = [
  'fgsm-l2',
  'pgd-l2',
  'pgd-linf',
  'apgd-l2',
  'apgd-linf',
  'square-l2',
  'square-linf',
  'autoattack',
] as const;

/** Names of the minimum-norm attacks. */
export const MINIMUM_NORM_NAMES = ['deepfool', 'fab-l2', 'cw-l2', 'autoattack-paper'] as const;

/** Names of all attacks. */
export const ATTACK_NAMES = [...FIXED_BUDGET_NAMES, ...MINIMUM_NORM_NAMES] as const;

export type FixedBudgetName = (typeof FIXED_BUDGET_NAMES)[number];
export type MinimumNormName = (typeof MINIMUM_NORM_NAMES)[number];
export type AttackName = FixedBudgetName | MinimumNormName;

/** Settings of the attacks that a search can make its images with. */
export type SearchAttackOptions =
  (FgsmL2Options & { readonly name: 'fgsm-l2' }) | (PgdL2Options & { readonly name: 'pgd-l2' });

/** Settings as a configuration holds them: the attack's name, its bound, and what differs from the defaults. */
export type AttackOptions =
  | SearchAttackOptions
  | (PgdLinfOptions & { readonly name: 'pgd-linf' })
  | (ApgdL2Options & { readonly name: 'apgd-l2' })
  | (ApgdLinfOptions & { readonly name: 'apgd-linf' })
  | (SquareL2Options & { readonly name: 'square-l2' })
  | (SquareLinfOptions & { readonly name: 'square-linf' })
  | (DeepFoolOptions & { readonly name: 'deepfool' })
  | (FabL2Options & { readonly name: 'fab-l2' })
  | (CarliniWagnerL2Options & { readonly name: 'cw-l2' })
  | (AutoAttackOptions & { readonly name: 'autoattack' })
  | (PaperAutoAttackOptions & { readonly name: 'autoattack-paper' });

/** Settings with every default filled in. */
export type AttackSettings =
  | FgsmL2Settings
  | PgdL2Settings
  | PgdLinfSettings
  | ApgdL2Settings
  | ApgdLinfSettings
  | SquareL2Settings
  | SquareLinfSettings
  | DeepFoolSettings
  | FabL2Settings
  | CarliniWagnerL2Settings
  | AutoAttackSettings
  | PaperAutoAttackSettings;

/**
 * The attack that settings name, for settings from a file.
 * @throws BoSearchError `E_ATTACK` for an unknown name, an unknown setting or a value out of range.
 */
export function createAttack(options: SearchAttackOptions): FixedBudgetAttack<FgsmL2Settings | PgdL2Settings>;
export function createAttack(options: AttackOptions): Attack;
export function createAttack(options: AttackOptions): Attack {
  const name: unknown = (options as { name?: unknown } | null)?.name;
  if (!isAttackName(name)) {
    const found = name === undefined ? 'nothing' : JSON.stringify(name);
    throw new BoSearchError(
      'E_ATTACK',
      `attack.name: expected one of ${ATTACK_NAMES.join(', ')}, got ${found}`,
    );
  }
  return { ...FIXED_BUDGET, ...MINIMUM_NORM }[name](options as never);
}

function isAttackName(name: unknown): name is AttackName {
  return ATTACK_NAMES.includes(name as AttackName);
}
