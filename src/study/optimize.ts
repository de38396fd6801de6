/** The loop: ask, evaluate, tell, with any number of evaluations under way at once. */
import { BoSearchError } from '../errors.js';
import type { Objective } from '../trial/index.js';
import { evaluateTrial, type EvaluatedStudy } from './evaluate-trial.js';
import type { StoppedEvent, StudyListener } from './events.js';
import type { Trial } from './trial.js';

/** After so many failures in a row it is the objective, not the points. */
const DEFAULT_MAX_FAILURES = 10;

export interface OptimizeOptions {
  /** Ended trials the study shall hold at the end, those of earlier sessions and failed ones included; at least 1. */
  readonly evaluations: number;
  /**
   * Image judgements in all, those of earlier sessions included, at which to stop, see `study.imagesJudged`; at least 1,
   * default no limit. A trial that has a plan of blocks ends with what it has then, so that at most one block a trial under
   * way goes beyond; one without a plan is judged to its end.
   */
  readonly images?: number;
  /** Evaluations under way at once; default 1. */
  readonly concurrency?: number;
  /** Ends the loop; trials whose objective gives up because of it stay running and are handed out again. */
  readonly signal?: AbortSignal;
  readonly onEvent?: StudyListener;
  /** Failures in a row after which to stop; default 10. */
  readonly maxConsecutiveFailures?: number;
}

/** Why the loop ended, as its last event says. */
export type OptimizeResult = StoppedEvent;

/** What the loop needs of a study. */
export interface OptimizedStudy extends EvaluatedStudy {
  readonly imagesJudged: number;
  /** Number of running trials that the next asks hand out again. */
  readonly brokenOff: number;
  ask(): Promise<Trial>;
}

/** Where the loop stands. */
interface Progress {
  underWay: number;
  /** Calls of ask() that have no answer yet: each takes one of the trials that were broken off. */
  asking: number;
  failuresInARow: number;
  lastFailure: string;
  /** The first error that is no finding about a trial, such as a full disk. */
  fault: { readonly error: unknown } | undefined;
}

const NOTHING_DONE: Progress = {
  underWay: 0,
  asking: 0,
  failuresInARow: 0,
  lastFailure: '',
  fault: undefined,
};

/**
 * Evaluates until the study holds enough ended trials, the signal comes, or failures pile up.
 * @throws E_ARGUMENT for an option that cannot be; whatever stops the study itself (E_STORAGE, a listener's error).
 */
export async function optimize(
  study: OptimizedStudy,
  objective: Objective,
  options: OptimizeOptions,
): Promise<OptimizeResult> {
  const { evaluations, images, concurrency, maxFailures } = checkOptions(options);
  const progress: Progress = { ...NOTHING_DONE };
  const inner = new AbortController();
  const signal = AbortSignal.any([inner.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const enough = (): boolean => study.imagesJudged >= images;
  const goesOn = (): boolean =>
    progress.fault === undefined &&
    !signal.aborted &&
    progress.failuresInARow < maxFailures &&
    // a trial that was broken off is ended first: it would have been, had nothing broken off
    (!enough() || study.brokenOff > progress.asking) &&
    study.endedTrials + progress.underWay < evaluations;

  const work = async (): Promise<void> => {
    while (goesOn()) {
      progress.underWay++;
      try {
        const trial = await askIn(study, progress);
        const ended = await evaluateTrial(study, objective, trial, { signal, enough });
        if (ended !== undefined) note(progress, ended);
      } catch (error) {
        progress.fault ??= { error };
        inner.abort(error);
      } finally {
        progress.underWay--;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  if (progress.fault !== undefined) throw progress.fault.error;
  return stopped(study, { evaluations, images }, progress, maxFailures);
}

async function askIn(study: OptimizedStudy, progress: Progress): Promise<Trial> {
  progress.asking++;
  try {
    return await study.ask();
  } finally {
    progress.asking--;
  }
}

function checkOptions(options: OptimizeOptions): {
  evaluations: number;
  images: number;
  concurrency: number;
  maxFailures: number;
} {
  const {
    evaluations,
    concurrency = 1,
    images,
    maxConsecutiveFailures: maxFailures = DEFAULT_MAX_FAILURES,
  } = options;
  const checks = {
    evaluations,
    concurrency,
    ...(images === undefined ? {} : { images }),
    maxConsecutiveFailures: maxFailures,
  };
  for (const [name, value] of Object.entries(checks)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new BoSearchError(
        'E_ARGUMENT',
        `optimize ${name}: expected an integer of at least 1, got ${String(value)}`,
      );
    }
  }
  return { evaluations, images: images ?? Infinity, concurrency, maxFailures };
}

function note(progress: Progress, { state, outcome }: Trial): void {
  progress.failuresInARow = state === 'failed' ? progress.failuresInARow + 1 : 0;
  if (outcome !== undefined && 'failed' in outcome) progress.lastFailure = outcome.failed;
}

function stopped(
  study: OptimizedStudy,
  wanted: { readonly evaluations: number; readonly images: number },
  progress: Progress,
  maxFailures: number,
): StoppedEvent {
  const evaluations = study.endedTrials;
  const base = { kind: 'stopped', evaluations } as const;
  if (evaluations >= wanted.evaluations) {
    return {
      ...base,
      reason: 'evaluations',
      message: `the study holds ${evaluations} ended trials`,
      advice: 'take recommend(), or go on with more evaluations',
    };
  }
  if (progress.failuresInARow >= maxFailures) {
    return {
      ...base,
      reason: 'failures',
      message: `${progress.failuresInARow} evaluations in a row failed, the last with: ${progress.lastFailure}`,
      advice: 'mend the objective, try it on one point, then go on: the study is as good as before',
    };
  }
  if (study.imagesJudged >= wanted.images && study.brokenOff === 0) {
    return {
      ...base,
      reason: 'images',
      message: `${study.imagesJudged} image judgements are made, ${wanted.images} were wanted`,
      advice: 'take recommend(), or go on with more images',
    };
  }
  return {
    ...base,
    reason: 'aborted',
    message: `ended by its signal after ${evaluations} of ${wanted.evaluations} evaluations`,
    advice: 'open the study again to go on; trials that were running are handed out first',
  };
}
