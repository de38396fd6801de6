/**
 * DeepFool: step onto the nearest boundary of the model's linearisation until the class changes.
 *
 * Moosavi-Dezfooli et al. 2016, arXiv:1511.04599, algorithm 2, p = 2. Two forms: `'reference'`, what the authors'
 * code and foolbox run, takes gradients at the overshot point and adds a little to the length of every step;
 * `'paper'` takes them at the point before overshooting, and asks the model once more a step to see whether the
 * overshot point has changed class. Every point is clipped to [0, 1] before the model sees it: points outside are not
 * images, and are often right again once clipped.
 */
import type { MinimumNormAttack } from '../contract/minimum-norm-attack.js';
import { createDeepFoolMachine } from './deepfool-machine.js';
import { type DeepFoolOptions, type DeepFoolSettings, deepFoolSettings } from './deepfool-settings.js';

/**
 * DeepFool in L2, untargeted.
 *
 * Steps start from the true class, which is the one that wins where images are attacked; a draw of a defence that
 * draws may see it otherwise, and steps all the same. An image whose class has changed takes no further step.
 * @throws BoSearchError `E_ATTACK` for settings out of range.
 */
export function deepFool(options: DeepFoolOptions = {}): MinimumNormAttack<DeepFoolSettings> {
  const settings = deepFoolSettings(options);
  return { kind: 'minimum-norm', settings, needs: 'gradients', machine: createDeepFoolMachine(settings) };
}
