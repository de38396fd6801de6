/** APGD in L2 (`apgd.ts`): steps ∇/‖∇‖₂. Random starts are directions drawn uniformly, at distance ε. */
import { z } from 'zod';
import { randomStream } from '../../../math/random.js';
import { checked } from '../../images/json-file.js';
import type { FixedBudgetAttack } from '../contract/fixed-budget-attack.js';
import { l2Norm, moveWithin } from '../geometry/l2.js';
import { addStepL2 } from '../geometry/steepest-step.js';
import { apgdMachine } from './apgd.js';
import type { ApgdGeometry } from './apgd-ascent.js';
import { type ApgdOptions, apgdSchemas, type ApgdSettings } from './apgd-settings.js';
import { l2BoundSchema } from './settings.js';

const schema = z.strictObject(
  {
    name: z.literal('apgd-l2', 'expected "apgd-l2"').default('apgd-l2'),
    l2Bound: l2BoundSchema,
    ...apgdSchemas,
  },
  'expected settings of apgd-l2 only',
);

export interface ApgdL2Options extends ApgdOptions {
  readonly name?: 'apgd-l2';
  /** ε, above 0, at most 1e100. */
  readonly l2Bound: number;
}

export interface ApgdL2Settings extends ApgdSettings {
  readonly name: 'apgd-l2';
  readonly l2Bound: number;
}

/**
 * APGD-L2.
 * @throws BoSearchError `E_ATTACK` for settings out of range.
 */
export function apgdL2(options: ApgdL2Options): FixedBudgetAttack<ApgdL2Settings> {
  const settings = checked(options, schema, 'E_ATTACK', 'apgd-l2');
  const ball = { norm: 'l2', bound: settings.l2Bound } as const;
  const machine = apgdMachine({ name: settings.name, settings, ball, geometry: L2 });
  return { kind: 'fixed-budget', settings, ball, needs: 'gradients', machine };
}

const L2: ApgdGeometry = {
  addStep: addStepL2,
  moveWithin: (out, x, delta, bound) => moveWithin(out, x, 0, delta, bound),
  randomStart: (d, bound, key) => {
    const delta = new Float64Array(d);
    randomStream('attack-sphere', ...key).fillNormal(delta);
    const scale = bound / l2Norm(delta, 0, d);
    return delta.map((value) => value * scale);
  },
};
