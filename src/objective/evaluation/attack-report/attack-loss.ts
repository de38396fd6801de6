/**
 * The loss that an attack really follows: DLR is a ratio of four logits, and with fewer classes a margin takes its place.
 */
import { DLR_CLASSES } from '../../attacks/losses/dlr.js';

/** The loss that settings ask for; null where they leave no choice. */
export function askedLoss(settings: Readonly<Record<string, unknown>>): string | null {
  const { loss } = settings;
  return typeof loss === 'string' ? loss : null;
}

/** The loss in use among K classes; null where there is no choice of losses. */
export function attackLoss(settings: Readonly<Record<string, unknown>>, classes: number): string | null {
  const asked = askedLoss(settings);
  if (asked === null || classes >= DLR_CLASSES) return asked;
  return asked.replace(/^dlr/, 'margin');
}
