/** The loss that an attack really follows, where its settings name one. */
import { type ApgdSettings, lossInUse } from '../../attacks/methods/apgd-settings.js';

/** Losses that may give way to another one; others are what they say. */
const CHOICES: readonly ApgdSettings['loss'][] = ['ce', 'dlr', 'dlr-targeted'];

/** The loss that settings ask for; null where they leave no choice. */
export function askedLoss(settings: Readonly<Record<string, unknown>>): string | null {
  const { loss } = settings;
  return typeof loss === 'string' ? loss : null;
}

/** The loss in use among K classes; null where there is no choice of losses. */
export function attackLoss(settings: Readonly<Record<string, unknown>>, classes: number): string | null {
  const asked = askedLoss(settings);
  const choice = CHOICES.find((loss) => loss === asked);
  return choice === undefined ? asked : lossInUse({ loss: choice }, classes);
}
