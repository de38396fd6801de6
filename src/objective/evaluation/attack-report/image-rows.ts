/** An evaluation image by image: one flat row for every defence, attack and image. */
import type { EvaluationData } from '../evaluation-data.js';
import { boundOf, distancesOf, normOf, type BudgetNorm } from './cell-distances.js';
import { finiteOrNull } from './order-statistics.js';

export interface ImageRow {
  readonly defence: string;
  readonly attack: string;
  readonly norm: BudgetNorm;
  /** ε of a fixed budget; null for minimum-norm attacks. */
  readonly bound: number | null;
  readonly image: string;
  readonly outcome: 'clean-error' | 'success' | 'failure';
  /** Least budget that broke it, in the attack's norm: 0 for clean errors, null (infinite) where nothing did. */
  readonly distance: number | null;
  /** L2 norm of the stored image's perturbation. */
  readonly l2Norm: number;
  readonly shareFooled: number;
  readonly eightBitShareFooled: number;
  readonly queries: number;
  readonly gradients: number;
  readonly zeroGradients: number;
  readonly nonFinite: number;
}

/** In the order of the cells and of their images. */
export function imageRows({ cells }: EvaluationData): ImageRow[] {
  return cells.flatMap((cell) => {
    const { defence, attack, perImage } = cell;
    const distances = distancesOf(cell);
    return perImage.map(({ id, outcome, norm, shares, tally }) => ({
      defence,
      attack: attack.label,
      norm: normOf(attack),
      bound: boundOf(attack),
      image: id,
      outcome,
      distance: finiteOrNull(distances.get(id) ?? Infinity),
      l2Norm: norm,
      shareFooled: shares.float32,
      eightBitShareFooled: shares.eightBit,
      queries: tally.queries,
      gradients: tally.gradients,
      zeroGradients: tally.zeroGradients,
      nonFinite: tally.nonFinite,
    }));
  });
}
