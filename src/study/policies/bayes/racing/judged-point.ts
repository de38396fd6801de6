/** The points of a history with all the blocks their trials were judged on. */
import type { OutcomeBlock } from '../../../../trial/index.js';
import { isFailed } from '../../../../trial/index.js';
import type { PolicyContext, TrialSnapshot } from '../../policy.js';

/** One point of the cube, whatever number of trials judged it. */
export interface RacedPoint {
  readonly unit: readonly number[];
  /** In trial order. */
  readonly trials: readonly TrialSnapshot[];
  /** Each block of each sample once, in the order of their coming. */
  readonly blocks: readonly OutcomeBlock[];
}

/** The points in the order of their first trials; those of trials that failed are there without their blocks. */
export function racedPoints({ trials }: PolicyContext): readonly RacedPoint[] {
  const points = new Map<
    string,
    { unit: readonly number[]; trials: TrialSnapshot[]; blocks: OutcomeBlock[] }
  >();
  for (const trial of trials) {
    const key = trial.unit.join();
    const point = points.get(key) ?? { unit: trial.unit, trials: [], blocks: [] };
    points.set(key, point);
    point.trials.push(trial);
    if (trial.outcome !== undefined && isFailed(trial.outcome)) continue;
    for (const block of trial.reported ?? []) {
      if (!point.blocks.some((known) => isSame(known, block))) point.blocks.push(block);
    }
  }
  return [...points.values()];
}

function isSame(a: OutcomeBlock, b: OutcomeBlock): boolean {
  return a.block === b.block && a.sample === b.sample;
}
