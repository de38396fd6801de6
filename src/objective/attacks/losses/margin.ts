/**
 * Margins as losses: by how much a wrong class is ahead of the true one.
 *
 * Notation: z logits, y the true class, t the target; untargeted max_{k≠y} z_k − z_y, above 0 where the row is
 * misclassified; targeted z_t − z_y. They are defined for every K ≥ 2, change with the scale of the logits and not with
 * a shift.
 */
import type { AttackLoss, LogitRow } from './attack-loss.js';
import { isFiniteRow } from './cross-entropy.js';
import { topClasses } from './top-classes.js';

/** max_{k≠y} z_k − z_y; its slope is that of the first of the largest wrong classes. */
export const MARGIN: AttackLoss = {
  value: (row) => marginTo(row, strongestWrongClass(row)),
  addCotangent: (cotangent, row) => addMargin(cotangent, row, strongestWrongClass(row)),
};

/** z_t − z_y. */
export const TARGETED_MARGIN: AttackLoss = {
  value: (row) => marginTo(row, row.target),
  addCotangent: (cotangent, row) => addMargin(cotangent, row, row.target),
};

/** The first of the wrong classes with the largest logit. */
export function strongestWrongClass(row: LogitRow): number {
  return topClasses(row, 1, row.label)[0];
}

function marginTo({ logits, classes, row, label }: LogitRow, k: number): number {
  return isFiniteRow(logits, classes, row) ? logits[row * classes + k] - logits[row * classes + label] : NaN;
}

function addMargin(cotangent: Float32Array, { classes, row, label }: LogitRow, k: number): void {
  cotangent[row * classes + k] += 1;
  cotangent[row * classes + label] -= 1;
}
