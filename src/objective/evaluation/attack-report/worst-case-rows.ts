/** The worst case over all attacks of a defence, at bounds: what is left of accuracy if the best attack is chosen for every image. */
import type { AttackCell, EvaluationData } from '../evaluation-data.js';
import { isPreprocessed, l2Bounds, rateOf, type Rate } from './attack-rows.js';
import { boundOf, normOf, type BudgetNorm } from './cell-distances.js';
import { successAt, worstCasesOf } from './success-curves.js';

export interface WorstCaseRow {
  readonly defence: string;
  readonly preprocessed: boolean;
  readonly norm: BudgetNorm;
  /** ε, above 0. */
  readonly bound: number;
  /** Images that all attacks of the row saw. */
  readonly images: number;
  readonly attacks: readonly string[];
  /** Wrong clean in any of the attacks' runs: a defence that draws may be wrong in one and right in another. */
  readonly cleanErrors: number;
  /** Share of images that are right clean and that no attack broke at ε or less. */
  readonly robustAccuracy: Rate;
}

/**
 * Rows by defence, norm, images and bound.
 * @param bounds - L2 bounds; default those of the fixed-budget attacks. L∞ bounds are those of the attacks.
 */
export function worstCaseRows(
  data: EvaluationData,
  bounds: readonly number[] = l2Bounds(data),
): WorstCaseRow[] {
  return data.defences.flatMap((defence) => {
    const cells = data.cells.filter((cell) => cell.defence === defence.label);
    return worstCasesOf(cells).flatMap(({ norm, attacks, distances }) =>
      (norm === 'l2' ? bounds : linfBounds(cells)).map((bound) => {
        const broken = Math.round(successAt(distances, bound).mean * distances.size);
        return {
          defence: defence.label,
          preprocessed: isPreprocessed(defence),
          norm,
          bound,
          images: distances.size,
          attacks,
          cleanErrors: [...distances.values()].filter((distance) => distance === 0).length,
          robustAccuracy: rateOf(distances.size - broken, distances.size),
        };
      }),
    );
  });
}

function linfBounds(cells: readonly AttackCell[]): number[] {
  const bounds = cells.flatMap(({ attack }) => (normOf(attack) === 'linf' ? (boundOf(attack) ?? []) : []));
  return [...new Set(bounds)].sort((a, b) => a - b);
}
