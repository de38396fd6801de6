/**
 * Making the search images again against the best α so far, every n trials.
 *
 * Round k begins when k·n trials have ended. Whom its images are made against is a function of the journal up to that
 * moment alone, so that a search that was killed finds the same images again, or makes them again.
 */
import { BoSearchError } from '../errors.js';
import { readStudy } from '../index.js';
import type { Study, Trial } from '../study/index.js';

/** Whose images a round is searched on. */
export interface RefreshRound {
  /** Number of the round, from 1; the images before it were made against every α = 0. */
  readonly round: number;
  /** Trials that had ended when it began. */
  readonly after: number;
  /** The trial that was recommended then, and its α; absent where no trial had a value yet. */
  readonly incumbent?: Pick<Trial, 'number' | 'alphas'>;
}

export interface RoundsAsked {
  /** n, trials between two rounds. */
  readonly every: number;
  /** Trials wanted in all. */
  readonly evaluations: number;
}

/** The round that the next trial belongs to, or, where none is left, that of the last trial. */
export function roundAt(ended: number, { every, evaluations }: RoundsAsked): number {
  return Math.floor((ended >= evaluations ? Math.max(0, ended - 1) : ended) / every);
}

/** A round of the study, of which so many trials have ended at least; undefined for round 0. */
export function refreshRound(
  study: Pick<Study, 'place'>,
  round: number,
  { every }: Pick<RoundsAsked, 'every'>,
): RefreshRound | undefined {
  if (round === 0) return undefined;
  const after = round * every;
  try {
    const view = readStudy(study.place, { ended: after });
    const { trial } = view.recommend();
    return { round, after, incumbent: view.trials[trial] };
  } catch (error) {
    if (!(error instanceof BoSearchError) || error.code !== 'E_TRIAL_STATE') throw error;
    return { round, after };
  }
}
