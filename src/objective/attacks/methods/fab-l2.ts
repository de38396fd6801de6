/**
 * FAB, the fast adaptive boundary attack, in L2: onto the linearised boundary from where the image stands, drawn a
 * little towards the clean image, and back a little after every error.
 *
 * Croce and Hein 2020, arXiv:1907.02044, algorithm 1, p = 2, with the constants of AutoAttack. The projection onto the
 * hyperplane within the box is exact. On an affine model it ends 1.0052133 times as far as the nearest error in the
 * box, whatever the number of iterations from two on; the final search takes nearly all of the excess away.
 */
import type { MinimumNormAttack } from '../contract/minimum-norm-attack.js';
import { createFabMachine } from './fab-machine.js';
import { type FabL2Options, type FabL2Settings, fabL2Settings } from './fab-settings.js';

/**
 * FAB-L2. Untargeted, an iteration asks for K − 1 gradients and one answer; targeted, for one of each, and every one of
 * the targets is tried (AutoAttack stops at the first that succeeds within its bound), the nearest error of all counts.
 * @throws BoSearchError `E_ATTACK` for settings out of range, or restarts without a bound.
 */
export function fabL2(options: FabL2Options = {}): MinimumNormAttack<FabL2Settings> {
  const settings = fabL2Settings(options);
  return { kind: 'minimum-norm', settings, needs: 'gradients', machine: createFabMachine(settings) };
}
