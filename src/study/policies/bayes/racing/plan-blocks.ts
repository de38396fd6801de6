/** The blocks a new trial is judged on, in order: all of the search sample that its point has not seen. */
import type { PolicyContext, TrialSnapshot } from '../../policy.js';
import { racedPoints } from './judged-point.js';
import type { RacingSettings } from './racing-settings.js';

/**
 * Blocks 0 to B − 1 that the point has not seen; all of them where it has seen all.
 * `rotate`: those first that the fewest trials were judged on; among equals in turn, by the trial's number.
 */
export function planBlocks(
  context: PolicyContext,
  unit: readonly number[],
  { blocks: B, order }: Pick<RacingSettings, 'blocks' | 'order'>,
): readonly number[] {
  const all = Array.from({ length: B }, (_, block) => block);
  const seen = seenBlocks(context, unit);
  const unseen = all.filter((block) => !seen.has(block));
  const left = unseen.length > 0 ? unseen : all;
  if (order === 'same') return left;
  const uses = usesOf(context.trials);
  const turn = (block: number) => (block + context.trials.length * (B - 1)) % B;
  return left.toSorted((a, b) => (uses.get(a) ?? 0) - (uses.get(b) ?? 0) || turn(a) - turn(b));
}

/** Blocks of any sample that the point was judged on, or is to be. */
function seenBlocks(context: PolicyContext, unit: readonly number[]): ReadonlySet<number> {
  const point = racedPoints(context).find((other) => other.unit.every((u, j) => u === unit[j]));
  return new Set(point?.blocks.map(({ block }) => block));
}

/** How many trials were judged on each block; a running one without a report counts for the first block of its plan. */
function usesOf(trials: readonly TrialSnapshot[]): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  for (const { reported = [], blocks = [], state } of trials) {
    const judged = reported.map(({ block }) => block);
    const counted = judged.length === 0 && state === 'running' ? blocks.slice(0, 1) : judged;
    for (const block of counted) uses.set(block, (uses.get(block) ?? 0) + 1);
  }
  return uses;
}
