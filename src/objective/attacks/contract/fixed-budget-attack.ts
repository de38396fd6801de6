/**
 * The contract of attacks with a fixed budget: the most damaging image within a ball.
 *
 * Minimum-norm attacks answer another question, how far the nearest error is: `minimum-norm-attack.ts`.
 */
import type { Ball } from '../geometry/ball.js';
import type { AttackableModel } from '../model/attackable-model.js';
import type { DifferentiableModel } from './attack-batch.js';
import type { AttackMachine } from './attack-machine.js';

/** What an attack proposes, (B, H, W, C) flat; whether an image is valid and succeeds is checked by its caller. */
export type Perturbed = Float32Array;

interface Common<Settings extends FixedBudgetSettings> {
  readonly kind: 'fixed-budget';
  /** Every setting, defaults filled in: what the attack is, as manifests keep it. */
  readonly settings: Settings;
  readonly ball: Ball;
}

/** One attack with its settings, by what it asks of a model. */
export type FixedBudgetAttack<Settings extends FixedBudgetSettings = FixedBudgetSettings> = Common<Settings> &
  (
    | {
        readonly needs: 'gradients';
        readonly machine: AttackMachine<DifferentiableModel, object, Perturbed>;
      }
    | { readonly needs: 'logits'; readonly machine: AttackMachine<AttackableModel, object, Perturbed> }
  );

/** What the settings of every fixed-budget attack have: one of the two bounds, named by its norm. */
export interface FixedBudgetSettings {
  readonly name: string;
  /** ε, the largest ‖δ‖₂ over all values of an image with values in [0, 1]; above 0. */
  readonly l2Bound?: number;
  /** ε, the largest |δ_j|; above 0. */
  readonly linfBound?: number;
}
