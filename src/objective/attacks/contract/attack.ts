/** Any attack. */
import type { FixedBudgetAttack } from './fixed-budget-attack.js';
import type { MinimumNormAttack } from './minimum-norm-attack.js';

export type Attack = FixedBudgetAttack | MinimumNormAttack;
