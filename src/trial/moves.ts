/**
 * The life of a trial, as ordered guards: each names one rule, what it expected and what it got.
 *
 *     ask ──► running ──report*──► running ──tell──► complete | stopped | failed
 *
 * A trial ends once; ended trials never change. A running trial may change hands (after its session died, or because
 * it was released), never its number or its point.
 */
import { BoSearchError } from '../errors.js';
import { checkOutcome } from './check-outcome.js';
import { measurementOf } from './measurement.js';
import { isFailed } from './observed.js';
import { isPlanDone } from './plan.js';
import type { Outcome, OutcomeBlock, ScoreWeights } from './outcome.js';
import type { Decision, EndState, TrialState } from './record.js';

/** Owner of trials that outlive the process that asked for them. */
export const DETACHED = 'detached';

/** What the rules look at. */
export interface TrialLife {
  readonly number: number;
  readonly state: TrialState;
  readonly owner: string;
  /** Blocks reported so far. */
  readonly reported: readonly OutcomeBlock[];
  /** Answer to the last new block; absent before the first. */
  readonly decision?: Decision;
  /** Positions of the blocks to judge; absent: all there are. */
  readonly blocks?: readonly number[];
}

/** How a trial ends. */
export interface Ending {
  readonly state: EndState;
  readonly outcome: Outcome;
}

/**
 * The trial of that number.
 * @param move - names the call in the message, for example `tell`.
 * @throws E_TRIAL_STATE
 */
export function trialOf<T extends TrialLife>(trials: readonly T[], number: unknown, move: string): T {
  const trial = Number.isSafeInteger(number) ? trials[number as number] : undefined;
  if (trial !== undefined) return trial;
  const got = typeof number === 'number' ? number : (JSON.stringify(number) ?? String(number));
  throw new BoSearchError(
    'E_TRIAL_STATE',
    trials.length === 0
      ? `${move}: expected a trial that was asked for, got ${got} before the first ask`
      : `${move}: expected a trial number from 0 to ${trials.length - 1}, got ${got}`,
    { hint: 'trials are numbered from 0, in the order in which they are asked for' },
  );
}

/**
 * A trial can be reported, told, failed, expired, handed over or released only while it runs.
 * @throws E_TRIAL_STATE
 */
export function assertRunning(trial: TrialLife, move: string): void {
  if (trial.state !== 'running') {
    throw new BoSearchError(
      'E_TRIAL_STATE',
      `${move}: expected trial ${trial.number} to be running, got ${trial.state}`,
      { hint: 'a trial ends once; ask for another to judge the point again' },
    );
  }
}

/**
 * Only detached trials expire; a session's own are handed out again instead.
 * @throws E_TRIAL_STATE
 */
export function assertDetached(trial: TrialLife, move: string): void {
  if (trial.owner !== DETACHED) {
    throw new BoSearchError(
      'E_TRIAL_STATE',
      `${move}: expected trial ${trial.number} to be detached, got one of session ${trial.owner}`,
      { hint: 'to end it without a value, fail it' },
    );
  }
}

/** After one `stop` a trial stays stopped, whatever blocks come late. */
export function decisionAfter(trial: TrialLife, decision: Decision): Decision {
  return trial.decision === 'stop' ? 'stop' : decision;
}

/**
 * How a running trial ends when it is told `outcome`, or, told nothing, by its reported blocks: `complete` with all of its
 * planned blocks, `stopped` with a part of them.
 * @throws E_OUTCOME where both or neither are there, or the outcome is not valid; the trial stays running.
 */
export function endingOf(
  trial: TrialLife,
  outcome: Outcome | undefined,
  weights: ScoreWeights,
  move: string,
): Ending {
  const where = `${move}(trial ${trial.number})`;
  if (outcome === undefined && trial.reported.length === 0) {
    throw new BoSearchError('E_OUTCOME', `${where}: expected an outcome or reported blocks, got neither`);
  }
  if (outcome === undefined) {
    const part = !(isPlanDone(trial.blocks, trial.reported) ?? trial.decision !== 'stop');
    return { state: part ? 'stopped' : 'complete', outcome: measurementOf(trial.reported, weights) };
  }
  const checked = checkOutcome(outcome, where);
  if (isFailed(checked)) return { state: 'failed', outcome: checked };
  if (trial.reported.length > 0) {
    throw new BoSearchError(
      'E_OUTCOME',
      `${where}: expected no outcome beside ${trial.reported.length} reported blocks, ` +
        `got { ${Object.keys(checked).join(', ')} }`,
      { hint: 'tell it without an outcome: the blocks are the outcome' },
    );
  }
  if (trial.blocks !== undefined) {
    throw new BoSearchError(
      'E_OUTCOME',
      `${where}: expected a report of its planned blocks ${trial.blocks.join(', ')}, ` +
        `got { ${Object.keys(checked).join(', ')} }`,
      { hint: 'report block by block; an objective that knows no blocks cannot race' },
    );
  }
  return { state: 'complete', outcome: checked };
}
