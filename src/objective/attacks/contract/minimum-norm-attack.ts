/**
 * The contract of minimum-norm attacks: the nearest image, in L2, that is misclassified.
 *
 * For a randomised defence the nearest point that was misclassified once is the luckiest draw, not the nearest error.
 * Such an attack therefore hands over several candidates; its caller takes the nearest that is still misclassified
 * under fresh draws.
 */
import type { AttackableModel } from '../model/attackable-model.js';
import type { DifferentiableModel } from './attack-batch.js';
import type { AttackMachine } from './attack-machine.js';

/** Of every image (B) points that were misclassified, or lie beyond one that was, (H, W, C) flat, nearest first. */
export type Candidates = readonly (readonly Float32Array[])[];

interface Common<Settings extends MinimumNormSettings> {
  readonly kind: 'minimum-norm';
  readonly settings: Settings;
}

export type MinimumNormAttack<Settings extends MinimumNormSettings = MinimumNormSettings> = Common<Settings> &
  (
    | {
        readonly needs: 'gradients';
        readonly machine: AttackMachine<DifferentiableModel, object, Candidates>;
      }
    | { readonly needs: 'logits'; readonly machine: AttackMachine<AttackableModel, object, Candidates> }
  );

export interface MinimumNormSettings {
  readonly name: string;
}
