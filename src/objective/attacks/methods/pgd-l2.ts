/**
 * Projected gradient descent in L2: steps of length a along ∇/‖∇‖₂, within ‖δ‖₂ ≤ ε.
 *
 * Madry et al. 2018, arXiv:1706.06083, section 2.1, with L2 steps.
 */
import { z } from 'zod';
import { checked } from '../../images/json-file.js';
import type { FixedBudgetAttack } from '../contract/fixed-budget-attack.js';
import { moveWithin } from '../geometry/l2.js';
import { randomStart } from '../geometry/random-start.js';
import { addStepL2 } from '../geometry/steepest-step.js';
import { createPgdMachine, type PgdGeometry } from './pgd-machine.js';
import { type PgdOptions, pgdShape, withStepSize } from './pgd-settings.js';
import { l2BoundSchema } from './settings.js';

const schema = z.strictObject(
  {
    name: z.literal('pgd-l2', 'expected "pgd-l2"').default('pgd-l2'),
    l2Bound: l2BoundSchema,
    ...pgdShape,
  },
  'expected settings of pgd-l2 only',
);

export interface PgdL2Options extends PgdOptions {
  readonly name?: 'pgd-l2';
  /** ε, above 0, at most 1e100. */
  readonly l2Bound: number;
}

export type PgdL2Settings = Required<PgdL2Options>;

/**
 * PGD-L2.
 * @throws BoSearchError `E_ATTACK` for settings out of range.
 */
export function pgdL2(options: PgdL2Options): FixedBudgetAttack<PgdL2Settings> {
  const given = checked(options, schema, 'E_ATTACK', 'pgd-l2');
  const settings = withStepSize(given, given.l2Bound);
  const ball = { norm: 'l2', bound: settings.l2Bound } as const;
  const machine = createPgdMachine(settings, geometryOf(settings.l2Bound));
  return { kind: 'fixed-budget', settings, ball, needs: 'gradients', machine };
}

function geometryOf(bound: number): PgdGeometry {
  return { bound, addStep: addStepL2, moveWithin, randomStart };
}
