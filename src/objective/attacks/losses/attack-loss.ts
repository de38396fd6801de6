/** What a loss of an attack is: a number for every row of logits, higher where it does more damage, and its slope. */
import { isFiniteRow } from './cross-entropy.js';

/** One row of logits (B, K), and what is asked of it. */
export interface LogitRow {
  readonly logits: Float32Array;
  /** K. */
  readonly classes: number;
  readonly row: number;
  /** The true class y. */
  readonly label: number;
  /** The class t ≠ y that a targeted loss aims at; other losses ignore it. */
  readonly target: number;
}

export interface AttackLoss {
  /** NaN if a logit of the row is not finite. */
  value(row: LogitRow): number;
  /** Adds ∂value/∂z of a finite row to that row of `cotangent`, (B, K) flat. */
  addCotangent(cotangent: Float32Array, row: LogitRow): void;
}

/** Logits of several images, with what is asked of each. */
export interface LogitRows {
  readonly logits: Float32Array;
  readonly classes: number;
  /** True classes (B). */
  readonly labels: ArrayLike<number>;
  /** Targets (B); other than targeted losses ignore them. */
  readonly targets: ArrayLike<number>;
}

/** The loss of every row (B). */
export function lossValues(loss: AttackLoss, rows: LogitRows): Float64Array {
  return Float64Array.from({ length: rows.labels.length }, (_, row) => loss.value(rowOf(rows, row)));
}

/** ∂loss/∂z of every row, (B, K) flat; rows with a logit that is not finite are 0. */
export function lossCotangent(loss: AttackLoss, rows: LogitRows): Float32Array {
  const cotangent = new Float32Array(rows.logits.length);
  for (let row = 0; row < rows.labels.length; row += 1) {
    if (isFiniteRow(rows.logits, rows.classes, row)) loss.addCotangent(cotangent, rowOf(rows, row));
  }
  return cotangent;
}

function rowOf({ logits, classes, labels, targets }: LogitRows, row: number): LogitRow {
  return { logits, classes, row, label: labels[row], target: targets[row] };
}
