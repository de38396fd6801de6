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
  ask(): Promise<Trial>;
}

/** Where the loop stands. */
interface Progress {
  underWay: number;
  failuresInARow: number;
  lastFailure: string;
  /** The first error that is no finding about a trial, such as a full disk. */
  fault: { readonly error: unknown } | undefined;
}

/**
 * Evaluates until the study holds enough ended trials, the signal comes, or failures pile up.
 * @throws E_ARGUMENT for an option that cannot be; whatever stops the study itself (E_STORAGE, a listener's error).
 */
export async function optimize(
  study: OptimizedStudy,
  objective: Objective,
  options: OptimizeOptions,
): Promise<OptimizeResult> {
  const { evaluations, concurrency, maxFailures } = checkOptions(options);
  const progress: Progress = { underWay: 0, failuresInARow: 0, lastFailure: '', fault: undefined };
  const inner = new AbortController();
  const signal = AbortSignal.any([inner.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const goesOn = (): boolean =>
    progress.fault === undefined &&
    !signal.aborted &&
    progress.failuresInARow < maxFailures &&
    study.endedTrials + progress.underWay < evaluations;

  const work = async (): Promise<void> => {
    while (goesOn()) {
      progress.underWay++;
      try {
        const ended = await evaluateTrial(study, objective, await study.ask(), signal);
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
  return stopped(study, evaluations, progress, maxFailures);
}

function checkOptions(options: OptimizeOptions): {
  evaluations: number;
  concurrency: number;
  maxFailures: number;
} {
  const {
    evaluations,
    concurrency = 1,
    maxConsecutiveFailures: maxFailures = DEFAULT_MAX_FAILURES,
  } = options;
  const checks = { evaluations, concurrency, maxConsecutiveFailures: maxFailures };
  for (const [name, value] of Object.entries(checks)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new BoSearchError(
        'E_ARGUMENT',
        `optimize ${name}: expected an integer of at least 1, got ${String(value)}`,
      );
    }
  }
  return { evaluations, concurrency, maxFailures };
}

function note(progress: Progress, { state, outcome }: Trial): void {
  progress.failuresInARow = state === 'failed' ? progress.failuresInARow + 1 : 0;
  if (outcome !== undefined && 'failed' in outcome) progress.lastFailure = outcome.failed;
}

function stopped(
  study: OptimizedStudy,
  wanted: number,
  progress: Progress,
  maxFailures: number,
): StoppedEvent {
  const evaluations = study.endedTrials;
  const base = { kind: 'stopped', evaluations } as const;
  if (evaluations >= wanted) {
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
  return {
    ...base,
    reason: 'aborted',
    message: `ended by its signal after ${evaluations} of ${wanted} evaluations`,
    advice: 'open the study again to go on; trials that were running are handed out first',
  };
}
