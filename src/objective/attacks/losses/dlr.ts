/**
 * The difference of logits ratio (DLR): a margin that neither a shift nor a positive scale of the logits changes.
 *
 * Notation: z logits, y the true class, t the target, π the order of falling logits, K classes.
 * Untargeted (z_max≠y − z_y)/(z_π1 − z_π3), targeted (z_t − z_y)/(z_π1 − ½(z_π3 + z_π4)): Croce and Hein 2020,
 * arXiv:2003.01690, equations 6 and 7, with 1e-12 added to the denominators as in their code.
 *
 * Where y itself is third, the untargeted ratio is 1 whatever the logits are, and its gradient 0; there the fourth logit
 * takes the place of the third, as the code of the paper this package follows has it. So both need four classes; with
 * fewer, attacks take the margins of `margin.ts`.
 */
import type { AttackLoss, LogitRow } from './attack-loss.js';
import { isFiniteRow } from './cross-entropy.js';
import { strongestWrongClass } from './margin.js';
import { topClasses } from './top-classes.js';

/** Classes that DLR needs. */
export const DLR_CLASSES = 4;

/** Keeps the ratio finite where the leading logits are equal. */
const DENOMINATOR_ROOM = 1e-12;

/** Untargeted DLR for K ≥ 4: above 0 where the row is misclassified; −1 to 1 while y is among the first three. */
export const DLR: AttackLoss = lossOf((row) => {
  const [first, , third, fourth] = topClasses(row, 4);
  return {
    numerator: strongestWrongClass(row),
    denominator: [
      [first, 1],
      [third === row.label ? fourth : third, -1],
    ],
  };
});

/** Targeted DLR for K ≥ 4: above 0 where t is ahead of y. */
export const TARGETED_DLR: AttackLoss = lossOf((row) => {
  const [first, , third, fourth] = topClasses(row, 4);
  return {
    numerator: row.target,
    denominator: [
      [first, 1],
      [third, -0.5],
      [fourth, -0.5],
    ],
  };
});

/** (z_numerator − z_y) / Σ weight·z. */
interface Ratio {
  readonly numerator: number;
  readonly denominator: readonly (readonly [klass: number, weight: number])[];
}

function lossOf(ratioOf: (row: LogitRow) => Ratio): AttackLoss {
  return {
    value: (row) => {
      if (!isFiniteRow(row.logits, row.classes, row.row)) return NaN;
      const { above, below } = parts(row, ratioOf(row));
      return above / below;
    },
    addCotangent: (cotangent, row) => {
      const ratio = ratioOf(row);
      const { above, below } = parts(row, ratio);
      const slope = new Float64Array(row.classes);
      slope[ratio.numerator] += 1 / below;
      slope[row.label] -= 1 / below;
      for (const [klass, weight] of ratio.denominator) slope[klass] -= (weight * above) / below ** 2;
      for (const [k, value] of slope.entries()) cotangent[row.row * row.classes + k] += value;
    },
  };
}

function parts(
  { logits, classes, row, label }: LogitRow,
  { numerator, denominator }: Ratio,
): { above: number; below: number } {
  const z = (k: number) => logits[row * classes + k];
  const gap = denominator.reduce((sum, [klass, weight]) => sum + weight * z(klass), 0);
  return { above: z(numerator) - z(label), below: gap + DENOMINATOR_ROOM };
}
