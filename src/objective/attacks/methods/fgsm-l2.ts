/**
 * The fast gradient method in L2: one step to the bound along the gradient of cross-entropy.
 *
 * Goodfellow et al. 2015, arXiv:1412.6572, with an L2 ball. `direction: 'gradient'` takes ∇/‖∇‖₂, the steepest step;
 * `'sign'` takes sign(∇)/‖sign(∇)‖₂, what the paper's code does. On a linear model the margin falls by ε‖w‖₂ and by
 * ε‖w‖₁/√d.
 */
import { z } from 'zod';
import { checked } from '../../images/json-file.js';
import type { AttackBatch, DifferentiableModel } from '../contract/attack-batch.js';
import type { AttackMachine } from '../contract/attack-machine.js';
import type { FixedBudgetAttack, Perturbed } from '../contract/fixed-budget-attack.js';
import { l2Norm, moveWithin } from '../geometry/l2.js';
import { errorLogOddsCotangent } from '../losses/cross-entropy.js';
import { l2BoundSchema } from './settings.js';

const schema = z.strictObject(
  {
    name: z.literal('fgsm-l2', 'expected "fgsm-l2"').default('fgsm-l2'),
    l2Bound: l2BoundSchema,
    direction: z.enum(['gradient', 'sign'], 'expected "gradient" or "sign"').default('gradient'),
  },
  'expected settings of fgsm-l2 only',
);

export type FgsmL2Options = z.input<typeof schema>;
export type FgsmL2Settings = z.output<typeof schema>;

/**
 * FGSM-L2.
 * @param options - `l2Bound` ε, above 0, at most 1e100; `direction` 'gradient' (default) or 'sign' (the paper's preset).
 * @throws BoSearchError `E_ATTACK` for settings out of range.
 */
export function fgsmL2(options: FgsmL2Options): FixedBudgetAttack<FgsmL2Settings> {
  const settings = checked(options, schema, 'E_ATTACK', 'fgsm-l2');
  const ball = { norm: 'l2', bound: settings.l2Bound } as const;
  return { kind: 'fixed-budget', settings, ball, needs: 'gradients', machine: createMachine(settings) };
}

interface State {
  /** The perturbed images; null before the one round. */
  moved: Float32Array | null;
}

function createMachine(settings: FgsmL2Settings): AttackMachine<DifferentiableModel, State, Perturbed> {
  return {
    begin: () => ({ moved: null }),
    isDone: (_, { moved }) => moved !== null,
    step: async (batch, state) => {
      state.moved = await moveOnce(batch, settings);
    },
    result: (batch, { moved }) => moved ?? batch.images,
  };
}

async function moveOnce(
  { model, images, labels, ids, key }: AttackBatch<DifferentiableModel>,
  settings: FgsmL2Settings,
): Promise<Float32Array> {
  const { gradient } = await model.vjp(images, { key, index: 0, imageIds: ids }, (z) =>
    errorLogOddsCotangent(z, model.classes, labels),
  );
  const out = images.slice();
  for (const row of ids.keys()) {
    const from = row * model.pixels;
    const direction = unitDirection(gradient.subarray(from, from + model.pixels), settings.direction);
    if (direction === undefined) continue;
    const delta = direction.map((value) => settings.l2Bound * value);
    moveWithin(out, images, from, delta, settings.l2Bound);
  }
  return out;
}

/** A direction of norm 1; undefined where the gradient is 0 or not finite. */
function unitDirection(
  gradient: Float32Array,
  direction: FgsmL2Settings['direction'],
): Float64Array | undefined {
  const raw = Float64Array.from(gradient, direction === 'sign' ? Math.sign : undefined);
  const norm = l2Norm(raw, 0, raw.length);
  return norm > 0 && Number.isFinite(norm) ? raw.map((value) => value / norm) : undefined;
}
