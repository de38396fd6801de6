/** The leader of a race, asked for again on the blocks it has not seen. */
import type { PolicyContext, Suggestion } from '../../policy.js';
import type { Surrogate } from '../surrogate.js';
import { planBlocks } from './plan-blocks.js';
import type { RacingSettings } from './racing-settings.js';
import { standings } from './standing.js';

/** undefined where the point of greatest posterior mean has seen all of the search sample, or is being judged. */
export function promotedLeader(
  context: PolicyContext,
  settings: RacingSettings,
  surrogate: Surrogate,
): Pick<Suggestion, 'unit' | 'by' | 'blocks'> | undefined {
  if (!isDue(context, settings.promote)) return undefined;
  const leader = standings(context, surrogate)[0]?.point;
  if (leader === undefined || leader.trials.some(({ state }) => state === 'running')) return undefined;
  const seen = new Set(leader.blocks.map(({ block }) => block).filter((block) => block < settings.blocks));
  if (seen.size === 0 || seen.size === settings.blocks) return undefined;
  return { unit: leader.unit, by: 'promote', blocks: planBlocks(context, leader.unit, settings) };
}

/** Whether so many trials were asked for since the last promotion, or since the beginning. */
function isDue({ trials }: PolicyContext, every: number): boolean {
  if (every === 0 || trials.length < every) return false;
  const newest = every === 1 ? [] : trials.slice(1 - every);
  return newest.every(({ origin }) => origin.by !== 'promote');
}
