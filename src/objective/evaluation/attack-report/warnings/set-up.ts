/** Faults of the set-up that no number of images mends. */
import { DLR_CLASSES } from '../../../attacks/losses/dlr.js';
import type { AttackCell, EvaluationData } from '../../evaluation-data.js';
import { lossesInUse } from '../attack-loss.js';
import { isWhiteBox } from './attack-traits.js';
import { type EvaluationWarning, percent } from './warning.js';

/** Defences whose outputs are probabilities where logits belong. */
export function softmaxOutputs({ defences }: EvaluationData): EvaluationWarning[] {
  const soft = defences.filter(({ looksLikeSoftmax }) => looksLikeSoftmax);
  return soft.map(({ label }) => ({
    code: 'softmax-outputs',
    severity: 'warning',
    text: 'its outputs are in [0, 1] and add up to 1: probabilities where attacks expect logits, whose gradients vanish where it is sure',
    numbers: {},
    defence: label,
  }));
}

/** Attacks whose loss needs more classes than there are: one for each attack and loss. */
export function tooFewClasses({ cells, classes }: EvaluationData): EvaluationWarning[] {
  const K = classes.length;
  return firstOfEachAttack(cells).flatMap(({ attack }): EvaluationWarning[] => {
    const changed = lossesInUse(attack.settings, K).filter(({ asked, used }) => asked !== used);
    return changed.map(({ asked, used }) => ({
      code: 'too-few-classes',
      severity: 'warning',
      text: `the loss ${asked} needs ${DLR_CLASSES} classes and there are ${K}: ${used === null ? 'it was left out' : `${used} took its place`}`,
      numbers: { classes: K, needed: DLR_CLASSES },
      attack: attack.label,
    }));
  });
}

/** Images of the evaluation that a search had seen. */
export function searchedImages({ searched, images }: EvaluationData): EvaluationWarning[] {
  if (searched.length === 0) return [];
  const share = percent(searched.length / images.length);
  return [
    {
      code: 'searched-images',
      severity: 'warning',
      text: `${searched.length} of ${images.length} images (${share}) were in the search: its α was chosen on them`,
      numbers: { searched: searched.length, images: images.length },
    },
  ];
}

/** Defences that no attack with gradients of their own was run against. */
export function blackBoxOnly({ cells, defences }: EvaluationData): EvaluationWarning[] {
  return defences.flatMap(({ label }): EvaluationWarning[] => {
    const ours = cells.filter(({ defence }) => defence === label);
    if (ours.length === 0 || ours.some(({ attack }) => isWhiteBox(attack))) return [];
    return [
      {
        code: 'black-box-only',
        severity: 'warning',
        text: `none of its ${ours.length} attacks followed its own gradients: what is left of its accuracy is an upper bound`,
        numbers: { attacks: ours.length },
        defence: label,
      },
    ];
  });
}

function firstOfEachAttack(cells: readonly AttackCell[]): AttackCell[] {
  const first = new Map<string, AttackCell>();
  for (const cell of cells) if (!first.has(cell.attack.label)) first.set(cell.attack.label, cell);
  return [...first.values()];
}
