/**
 * Carlini and Wagner's attack in L2: the nearest error, by minimising ‖x′ − x‖² + c·max(z_y − max_{k≠y} z_k + κ, 0).
 *
 * Carlini and Wagner 2017, arXiv:1608.04644, section VI-A: x′ = ½(tanh w + 1), Adam in w, and a search over c.
 * `search: 'binary'` is the original: every run starts at the clean image, c is bisected, and of all points visited the
 * nearest that are wrong by κ or more are kept. `search: 'multiplicative'` is what the code of the paper behind this
 * library does: every run starts outside, at a sign step and noise, and shrinks; c moves by factors; a point counts
 * where it is wrong at all, κ being in the loss alone. That code may end on a point that is not misclassified, since
 * a nearer point replaces the best whether it is wrong or not; here it does not.
 *
 * For a defence that draws, a lucky draw counts as a success in the choice of c: attack its expectation over draws.
 */
import { checked } from '../../images/json-file.js';
import type { MinimumNormAttack } from '../contract/minimum-norm-attack.js';
import { createCarliniWagnerMachine } from './carlini-wagner-machine.js';
import {
  binarySchema,
  type CarliniWagnerL2Options,
  type CarliniWagnerL2Settings,
  multiplicativeSchema,
} from './carlini-wagner-settings.js';

/**
 * C&W-L2. Norms are counted in float64 between the clean image and the float32 point that was asked about.
 * @throws BoSearchError `E_ATTACK` for settings out of range.
 */
export function carliniWagnerL2(
  options: CarliniWagnerL2Options = {},
): MinimumNormAttack<CarliniWagnerL2Settings> {
  const settings =
    options.search === 'multiplicative'
      ? checked(options, multiplicativeSchema, 'E_ATTACK', 'cw-l2')
      : checked(options, binarySchema, 'E_ATTACK', 'cw-l2');
  return {
    kind: 'minimum-norm',
    settings,
    needs: 'gradients',
    machine: createCarliniWagnerMachine(settings),
  };
}
