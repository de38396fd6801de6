/**
 * Projected gradient descent in L∞: steps of a·sign(∇), within |δ_j| ≤ ε.
 *
 * Madry et al. 2018, arXiv:1706.06083, section 2.1; one step of size ε is the fast gradient sign method of Goodfellow
 * et al. 2015, arXiv:1412.6572. On a linear model the margin falls by ε‖w‖₁.
 */
import { z } from 'zod';
import { checked } from '../../images/json-file.js';
import type { FixedBudgetAttack } from '../contract/fixed-budget-attack.js';
import { moveWithinLinf } from '../geometry/linf.js';
import { randomStartLinf } from '../geometry/random-start.js';
import { addStepLinf } from '../geometry/steepest-step.js';
import { createPgdMachine, type PgdGeometry } from './pgd-machine.js';
import { type PgdOptions, pgdShape, withStepSize } from './pgd-settings.js';
import { linfBoundSchema } from './settings.js';

const schema = z.strictObject(
  {
    name: z.literal('pgd-linf', 'expected "pgd-linf"').default('pgd-linf'),
    linfBound: linfBoundSchema,
    ...pgdShape,
  },
  'expected settings of pgd-linf only',
);

export interface PgdLinfOptions extends PgdOptions {
  readonly name?: 'pgd-linf';
  /** ε, above 0, at most 1e100; 1 reaches the whole box. */
  readonly linfBound: number;
}

export type PgdLinfSettings = Required<PgdLinfOptions>;

/**
 * PGD-L∞.
 * @throws BoSearchError `E_ATTACK` for settings out of range.
 */
export function pgdLinf(options: PgdLinfOptions): FixedBudgetAttack<PgdLinfSettings> {
  const given = checked(options, schema, 'E_ATTACK', 'pgd-linf');
  const settings = withStepSize(given, given.linfBound);
  const ball = { norm: 'linf', bound: settings.linfBound } as const;
  const machine = createPgdMachine(settings, geometryOf(settings.linfBound));
  return { kind: 'fixed-budget', settings, ball, needs: 'gradients', machine };
}

function geometryOf(bound: number): PgdGeometry {
  return { bound, addStep: addStepLinf, moveWithin: moveWithinLinf, randomStart: randomStartLinf };
}
