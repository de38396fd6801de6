/**
 * What a cell says of every image, as the least budget at which it was broken: 0 for clean errors, Infinity where no
 * verified way was found.
 */
import { attackDistances } from '../attack-summary.js';
import type { AttackCell, EvaluatedAttack } from '../evaluation-data.js';

/** Norms that budgets are measured in; distances of different norms are never compared. */
export type BudgetNorm = 'l2' | 'linf';

/** The least budget that broke an image, by id. */
export type Distances = ReadonlyMap<string, number>;

export function normOf(attack: EvaluatedAttack): BudgetNorm {
  return attack.ball?.norm ?? 'l2';
}

/** ε of a fixed budget; null for minimum-norm attacks. */
export function boundOf(attack: EvaluatedAttack): number | null {
  return attack.ball?.bound ?? null;
}

/**
 * Distances of a cell in the norm of its attack: in L2 that of the stored image, never beyond the bound; in L∞ the
 * bound.
 */
export function distancesOf({ attack, perImage }: AttackCell): Distances {
  const { ball } = attack;
  if (ball?.norm !== 'linf') {
    return new Map(attackDistances(perImage, ball?.bound).map(({ id, distance }) => [id, distance]));
  }
  const distance = { 'clean-error': 0, success: ball.bound, failure: Infinity };
  return new Map(perImage.map(({ id, outcome }) => [id, distance[outcome]]));
}

/** Of every image that all cells saw the least distance; no image for no cell. */
export function leastDistances(cells: readonly Distances[]): Distances {
  const [first, ...others] = cells;
  const least = new Map<string, number>();
  for (const [id, distance] of first ?? []) {
    if (!others.every((other) => other.has(id))) continue;
    least.set(id, Math.min(distance, ...others.map((other) => other.get(id) as number)));
  }
  return least;
}
