/** What an attack of either kind proposes, in one form. */
import type { AttackableModel } from '../model/attackable-model.js';
import type { Attack } from './attack.js';
import type { Candidates } from './minimum-norm-attack.js';

/**
 * Of every image (B) what is proposed, nearest first: of a fixed budget the one point, whether it was misclassified or
 * not.
 * @param result - of the attack's machine.
 */
export function proposalsOf(
  { kind }: Pick<Attack, 'kind'>,
  result: unknown,
  images: number,
  { pixels }: Pick<AttackableModel, 'pixels'>,
): Candidates {
  if (kind === 'minimum-norm') return result as Candidates;
  const moved = result as Float32Array;
  return Array.from({ length: images }, (_, at) => [moved.slice(at * pixels, (at + 1) * pixels)]);
}
