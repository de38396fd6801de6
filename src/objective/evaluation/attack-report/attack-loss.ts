/** The losses that an attack really follows: DLR needs four classes, and with fewer a margin takes its place, or nothing. */
import { DLR_CLASSES } from '../../attacks/losses/dlr.js';
import { type ApgdSettings, lossInUse } from '../../attacks/methods/apgd-settings.js';

type ApgdLoss = ApgdSettings['loss'];

/** Losses that may give way to another one; others are what they say. */
const CHOICES: readonly ApgdLoss[] = ['ce', 'dlr', 'dlr-targeted'];

/** Losses of the cascades, whose settings do not name them, by attack and version. */
const CASCADES: Readonly<Record<string, readonly ApgdLoss[]>> = {
  'autoattack standard': ['ce', 'dlr-targeted'],
  'autoattack rand': ['ce', 'dlr'],
  'autoattack-paper': ['ce', 'dlr'],
};

/** Leaves DLR out where there are too few classes, as the paper's code does. */
const LEAVES_OUT = 'autoattack-paper';

/** A loss, and what it comes to: null where it is left out. */
export interface LossInUse {
  readonly asked: string;
  readonly used: string | null;
}

/** Every loss that settings ask for among K classes; none where they leave no choice. */
export function lossesInUse(settings: Readonly<Record<string, unknown>>, classes: number): LossInUse[] {
  const { name, version, loss } = settings;
  if (typeof loss === 'string') return [{ asked: loss, used: replaced(loss, classes) }];
  const cascade = CASCADES[[name, version].filter((part) => typeof part === 'string').join(' ')] ?? [];
  return cascade.map((asked) => ({
    asked,
    used: name === LEAVES_OUT && asked !== 'ce' && classes < DLR_CLASSES ? null : replaced(asked, classes),
  }));
}

/** The losses in use, joined by commas; null where there is no choice of losses. */
export function attackLoss(settings: Readonly<Record<string, unknown>>, classes: number): string | null {
  const used = lossesInUse(settings, classes).flatMap((loss) => loss.used ?? []);
  return used.length === 0 ? null : used.join(', ');
}

function replaced(asked: string, classes: number): string {
  const choice = CHOICES.find((loss) => loss === asked);
  return choice === undefined ? asked : lossInUse({ loss: choice }, classes);
}
