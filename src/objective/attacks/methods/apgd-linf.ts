/** APGD in L∞ (`apgd.ts`): steps sign(∇). Random starts are drawn uniformly in the cube and stretched to its surface. */
import { z } from 'zod';
import { randomStream } from '../../../math/random.js';
import { checked } from '../../images/json-file.js';
import type { FixedBudgetAttack } from '../contract/fixed-budget-attack.js';
import { moveWithinLinf } from '../geometry/linf.js';
import { addStepLinf } from '../geometry/steepest-step.js';
import { apgdMachine } from './apgd.js';
import type { ApgdGeometry } from './apgd-ascent.js';
import { type ApgdOptions, apgdSchemas, type ApgdSettings } from './apgd-settings.js';
import { linfBoundSchema } from './settings.js';

const schema = z.strictObject(
  {
    name: z.literal('apgd-linf', 'expected "apgd-linf"').default('apgd-linf'),
    linfBound: linfBoundSchema,
    ...apgdSchemas,
  },
  'expected settings of apgd-linf only',
);

export interface ApgdLinfOptions extends ApgdOptions {
  readonly name?: 'apgd-linf';
  /** ε, above 0, at most 1e100; 1 reaches the whole box. */
  readonly linfBound: number;
}

export interface ApgdLinfSettings extends ApgdSettings {
  readonly name: 'apgd-linf';
  readonly linfBound: number;
}

/**
 * APGD-L∞.
 * @throws BoSearchError `E_ATTACK` for settings out of range.
 */
export function apgdLinf(options: ApgdLinfOptions): FixedBudgetAttack<ApgdLinfSettings> {
  const settings = checked(options, schema, 'E_ATTACK', 'apgd-linf');
  const ball = { norm: 'linf', bound: settings.linfBound } as const;
  const machine = apgdMachine({ name: settings.name, settings, ball, geometry: LINF });
  return { kind: 'fixed-budget', settings, ball, needs: 'gradients', machine };
}

const LINF: ApgdGeometry = {
  addStep: addStepLinf,
  moveWithin: (out, x, delta, bound) => moveWithinLinf(out, x, 0, delta, bound),
  randomStart: (d, bound, key) => {
    const delta = new Float64Array(d);
    randomStream('attack-cube', ...key).fillUniform(delta);
    let largest = 0;
    for (let j = 0; j < d; j += 1) {
      delta[j] = 2 * delta[j] - 1;
      largest = Math.max(largest, Math.abs(delta[j]));
    }
    return delta.map((value) => (value / largest) * bound);
  },
};
