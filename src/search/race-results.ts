/** What a race cost and what its finalists came to, as `results.json` holds it. */
import type { Study, Trial } from '../study/index.js';
import {
  judgedPoints,
  type Measurement,
  measurementOf,
  type OutcomeBlock,
  observedInterval,
  type ScoreWeights,
} from '../trial/index.js';
import type { RacingPlan } from './config/racing-plan.js';
import { isFinal } from './race.js';

/** Purifications by what was purified: images times draws. */
export interface Purifications {
  readonly clean: number;
  readonly attacked: number;
}

/** A score on some images. */
export interface JudgedScore {
  readonly mean: number;
  /** 95 % interval for fresh images. */
  readonly interval: readonly [number, number];
  readonly images: number;
}

/** A point that was judged on fresh images. */
export interface RaceFinalist {
  readonly trial: number;
  readonly alphas: readonly number[];
  /** On the images it was searched on, which flatter the best of many. */
  readonly search: JudgedScore;
  /** On images that no trial before it had seen; absent where that failed. */
  readonly fresh?: JudgedScore;
}

export interface RaceResults {
  readonly blocks: number;
  readonly blockImages: number;
  /** Trials that ended with a part of their blocks. */
  readonly stopped: number;
  /** Trials of points that were judged before: promoted, or due on a fresh sample. */
  readonly again: number;
  readonly purifications: {
    /** Of points when first judged, of known points judged again, and of finalists on fresh images. */
    readonly first: Purifications;
    readonly again: Purifications;
    readonly fresh: Purifications;
    readonly total: number;
    /** Most that the budget allows, and what the same number of full judgements would take. */
    readonly budget: number;
    readonly full: number;
    /** 1 − total / full. */
    readonly saved: number;
  };
  /** In the order of their ranking before they were judged on fresh images. */
  readonly finalists: readonly RaceFinalist[];
}

/** The race of a study. @param draws - purifications an image whose logits are averaged. */
export function raceResults(
  { trials, header, imagesJudged }: Pick<Study, 'trials' | 'header' | 'imagesJudged'>,
  plan: RacingPlan,
  draws: number,
): RaceResults {
  const kinds = kindsOf(trials);
  const spent = (kind: TrialKind) => purifications(kinds.get(kind) ?? [], draws);
  const { blocks, blockImages, images, full } = plan;
  return {
    blocks,
    blockImages,
    stopped: trials.filter(({ state }) => state === 'stopped').length,
    again: kinds.get('again')?.length ?? 0,
    purifications: {
      first: spent('first'),
      again: spent('again'),
      fresh: spent('fresh'),
      total: imagesJudged * draws,
      budget: images * draws,
      full: full * draws,
      saved: 1 - imagesJudged / full,
    },
    finalists: finalistsOf(trials, plan, header.weights),
  };
}

type TrialKind = 'first' | 'again' | 'fresh';

function kindsOf(trials: readonly Trial[]): ReadonlyMap<TrialKind, Trial[]> {
  const kinds = new Map<TrialKind, Trial[]>();
  const seen = new Set<string>();
  for (const trial of trials) {
    const key = trial.unit.join();
    const kind = isFinal(trial) ? 'fresh' : seen.has(key) ? 'again' : 'first';
    kinds.set(kind, [...(kinds.get(kind) ?? []), trial]);
    seen.add(key);
  }
  return kinds;
}

function purifications(trials: readonly Trial[], draws: number): Purifications {
  const blocks = trials.flatMap(({ reported }) => reported);
  const count = (part: 'clean' | 'robust') =>
    draws * blocks.reduce((sum, { outcomes }) => sum + (outcomes[part]?.length ?? 0), 0);
  return { clean: count('clean'), attacked: count('robust') };
}

function finalistsOf(trials: readonly Trial[], plan: RacingPlan, weights: ScoreWeights): RaceFinalist[] {
  const points = judgedPoints(
    trials.filter((trial) => !isFinal(trial)),
    weights,
  );
  return trials.filter(isFinal).flatMap(({ number, unit, alphas, state, reported }) => {
    const before = points.find(({ trial }) => trials[trial].unit.join() === unit.join());
    if (before === undefined) return [];
    const search = before.blocks.filter(({ block }) => block < plan.blocks);
    const fresh = state === 'failed' ? [] : reported.filter(({ block }) => block >= plan.blocks);
    return [
      {
        trial: number,
        alphas,
        search: scoreOf(search, weights),
        ...(fresh.length === 0 ? {} : { fresh: scoreOf(fresh, weights) }),
      },
    ];
  });
}

function scoreOf(blocks: readonly OutcomeBlock[], weights: ScoreWeights): JudgedScore {
  const measurement: Measurement = measurementOf(blocks, weights);
  const { mean, images } = measurement;
  return { mean, interval: observedInterval(measurement) ?? [mean, mean], images };
}
