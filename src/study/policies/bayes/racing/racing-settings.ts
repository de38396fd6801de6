/** The settings of racing: what each means, its default, and the check of what a caller or journal gives. */
import { BoSearchError } from '../../../../errors.js';

export interface RacingSettings {
  /** Blocks B of the search sample, at least 1. Blocks from B on are fresh images, for finalists only. */
  readonly blocks: number;
  /** Blocks on which every new point is judged before it can be stopped, from 1 to B. Default 1. */
  readonly start: number;
  /** `rotate`: every trial begins with the blocks that were used least; `same`: all begin with block 0. Default `rotate`. */
  readonly order: 'rotate' | 'same';
  /**
   * A trial stops where the posterior probability that it is better than the best other point is below this; in [0, 1]. At 1,
   * the default, every new point stops after its first blocks: more points on few images taught more than fewer on many.
   */
  readonly futility: number;
  /** A leading point is asked for again, on the blocks it has not seen, at most every so many trials; 0 for never. */
  readonly promote: number;
  /** Evidence (e-value) of the paired test against the incumbent at which a losing trial stops, above 1. Default 20. */
  readonly evidence: number;
}

/** What a caller may give: the number of blocks, and any of the other settings. */
export type RacingOptions = Pick<RacingSettings, 'blocks'> & Partial<RacingSettings>;

/** Settings of racing but the number of blocks, which has no default. */
export const RACING_DEFAULTS: Omit<RacingSettings, 'blocks'> = {
  start: 1,
  order: 'rotate',
  futility: 1,
  promote: 0,
  evidence: 20,
};

/**
 * Settings with defaults filled in; null for no racing.
 * @throws BoSearchError E_ARGUMENT naming the setting, what it may be and what came.
 */
export function racingSettings(given: unknown): RacingSettings | null {
  if (given === null) return null;
  if (typeof given !== 'object' || Array.isArray(given)) throw refuse('', 'an object or null', given);
  const known = ['blocks', ...Object.keys(RACING_DEFAULTS)];
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw refuse('', `only ${known.join(', ')}`, name);
  }
  const settings = { ...RACING_DEFAULTS, ...(given as { readonly blocks: number }) };
  const { blocks, start, order, futility, promote, evidence } = settings;
  if (!isCount(blocks)) throw refuse('.blocks', 'an integer of at least 1', blocks);
  if (!isCount(start) || start > blocks) throw refuse('.start', `an integer from 1 to ${blocks}`, start);
  if (order !== 'rotate' && order !== 'same') throw refuse('.order', 'rotate, same', order);
  if (!(futility >= 0 && futility <= 1)) throw refuse('.futility', 'a number from 0 to 1', futility);
  if (promote !== 0 && !isCount(promote)) throw refuse('.promote', 'an integer of at least 0', promote);
  if (!(evidence > 1 && evidence < Infinity)) {
    throw refuse('.evidence', 'a finite number above 1', evidence);
  }
  return settings;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function refuse(name: string, expected: string, got: unknown): BoSearchError {
  const shown = typeof got === 'number' || got === undefined ? String(got) : JSON.stringify(got);
  return new BoSearchError('E_ARGUMENT', `bayes policy racing${name}: expected ${expected}, got ${shown}`);
}
