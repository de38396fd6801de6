/**
 * Why a trial went where it went, from the journal before it: the suggestion is made again by the policy as it stood, so that
 * what is told of the choice is what chose.
 */
import { BoSearchError } from '../errors.js';
import {
  type AskRecord,
  type JournalRecord,
  type Json,
  observedInterval,
  type Outcome,
  type TrialState,
} from '../trial/index.js';
import { valueOf } from './explain.js';
import { firstDifference, type JsonDifference } from './first-difference.js';
import { nextPoint, policyContext } from './next-point.js';
import { losingPairs, type PairedBlocks } from './paired-blocks.js';
import type { Foresight } from './policies/explanation.js';
import type { Policy, PolicyNote, Recommended } from './policies/policy.js';
import { replay, replaying } from './replay.js';
import type { StudyState } from './state.js';
import type { Trial } from './trial.js';

/** A coordinate that differs from the point that was recommended then, in user units. */
export interface MovedParameter {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** |difference| in the unit cube. */
  readonly distance: number;
}

export interface TrialExplanation {
  readonly study: string;
  readonly direction: 'maximize' | 'minimize';
  readonly policy: string;
  readonly trial: number;
  readonly state: TrialState;
  /** Which rule chose the point, and its label. */
  readonly origin: AskRecord['origin'];
  /** The point in user units, in parameter order. */
  readonly values: readonly number[];
  readonly names: readonly string[];
  readonly outcome?: Outcome;
  /** The value of the outcome, its interval, and its rank among the trials with a value that had ended by then (1 is best). */
  readonly value?: number;
  readonly interval?: readonly [number, number];
  readonly rank?: { readonly place: number; readonly of: number };
  /** What was recommended when the trial was asked for; absent while there was nothing. */
  readonly recommendedThen?: Recommended;
  /** Whether the trial is what is recommended now. */
  readonly recommendedNow: boolean;
  /** Coordinates that differ from those of `recommendedThen`, greatest move first. */
  readonly moved: readonly MovedParameter[];
  /** Trials that were running then. */
  readonly pending: readonly number[];
  /** What the model of that moment said of the point; absent where there was none. */
  readonly foresight?: Foresight;
  /** What the policy had to do without. */
  readonly notes: readonly PolicyNote[];
  /** Whether the suggestion came out the same to the last bit when it was made again; else the first difference. */
  readonly identical: boolean;
  readonly difference?: JsonDifference;
  /** There for trials that were stopped. */
  readonly stopped?: StoppedTrial;
}

export interface StoppedTrial {
  /** The block after which the answer was `stop`, and how many had been seen with it. */
  readonly block: number;
  readonly blocks: number;
  /** Against the trial that was recommended then, on the images both had been judged on; absent where there were none. */
  readonly against?: PairedBlocks;
}

/**
 * @param records - of the journal.
 * @param makePolicy - a policy as the study has it, that remembers nothing.
 * @throws E_TRIAL_STATE if there is no such trial; E_JOURNAL if the records do not follow from one another.
 */
export function explainTrial(
  records: readonly JournalRecord[],
  place: string,
  makePolicy: () => Policy,
  number: number,
): TrialExplanation {
  const now = replay(records, place);
  assertTrial(now.trials, number);
  const trial = now.trials[number];
  const policy = makePolicy();
  for (const { state, record } of replaying(records, place)) {
    if (record.kind !== 'ask' || record.trial !== number) continue;
    const stopped = trial.state === 'stopped' ? stoppedTrial(records, place, policy, number) : undefined;
    return {
      ...factsOf(now, trial, place, policy),
      ...choiceOf(state, record, trial, policy),
      ...(stopped === undefined ? {} : { stopped }),
    };
  }
  throw new BoSearchError('E_JOURNAL', `${place}: expected an ask of trial ${number}, got none`);
}

function assertTrial(trials: readonly Trial[], number: number): void {
  if (Number.isSafeInteger(number) && number >= 0 && number < trials.length) return;
  const expected =
    trials.length === 0 ? 'a trial that was asked for' : `a trial from 0 to ${trials.length - 1}`;
  const got = trials.length === 0 ? `${number} before the first ask` : String(number);
  throw new BoSearchError('E_TRIAL_STATE', `explain: expected ${expected}, got ${got}`, {
    hint: 'trials are numbered from 0, in the order in which they are asked for',
  });
}

type Facts = Omit<
  TrialExplanation,
  'recommendedThen' | 'moved' | 'pending' | 'foresight' | 'notes' | 'identical' | 'difference' | 'stopped'
>;

function factsOf(now: StudyState, trial: Trial, place: string, policy: Policy): Facts {
  const { header, space } = now;
  const { outcome } = trial;
  const value = valueOf(trial);
  const interval = outcome === undefined || value === undefined ? undefined : observedInterval(outcome);
  return {
    study: place,
    direction: header.direction,
    policy: policy.name,
    trial: trial.number,
    state: trial.state,
    origin: trial.origin,
    values: trial.alphas,
    names: space.names,
    ...(outcome === undefined ? {} : { outcome }),
    ...(value === undefined ? {} : { value, rank: rankOf(now, trial, value) }),
    ...(interval === undefined ? {} : { interval }),
    recommendedNow: policy.recommend(policyContext(now))?.trial === trial.number,
  };
}

/** Place among the values known when the trial ended, equal ones sharing the best place. */
function rankOf(
  { endings, trials, header }: StudyState,
  trial: Trial,
  value: number,
): { place: number; of: number } {
  const sign = header.direction === 'maximize' ? 1 : -1;
  const until = endings.slice(0, endings.indexOf(trial.number) + 1);
  const values = until.flatMap((number) => valueOf(trials[number]) ?? []);
  return { place: 1 + values.filter((other) => sign * other > sign * value).length, of: values.length };
}

type Choice = Pick<
  TrialExplanation,
  'recommendedThen' | 'moved' | 'pending' | 'foresight' | 'notes' | 'identical' | 'difference'
>;

/** @param then - the study before the trial was asked for. */
function choiceOf(then: StudyState, record: AskRecord, trial: Trial, policy: Policy): Choice {
  const context = policyContext(then);
  const again = nextPoint(then, policy);
  const difference = differenceOf(record, again as unknown as Readonly<Record<string, Json | undefined>>);
  const recommendedThen = policy.recommend(context);
  const { unit, outcome, reported } = trial;
  const foresight = policy.foresee?.(context, {
    unit,
    reported,
    ...(outcome === undefined ? {} : { outcome }),
  });
  return {
    ...(recommendedThen === undefined ? {} : { recommendedThen }),
    moved: recommendedThen === undefined ? [] : movedFrom(then, recommendedThen.trial, trial),
    pending: [...then.running],
    ...(foresight === undefined ? {} : { foresight }),
    notes: again.notes,
    identical: difference === undefined,
    ...(difference === undefined ? {} : { difference }),
  };
}

function differenceOf(
  record: AskRecord,
  point: Readonly<Record<string, Json | undefined>>,
): JsonDifference | undefined {
  const again = JSON.parse(JSON.stringify(point)) as typeof point;
  const kept = record as unknown as typeof point;
  for (const part of ['unit', 'values', 'origin', 'blocks', 'memo']) {
    const difference = firstDifference(kept[part], again[part], part);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function movedFrom({ space, trials }: StudyState, from: number, trial: Trial): MovedParameter[] {
  const incumbent = trials[from];
  return space.names
    .map((name, j) => ({
      name,
      from: incumbent.alphas[j],
      to: trial.alphas[j],
      distance: Math.abs(trial.unit[j] - incumbent.unit[j]),
    }))
    .filter(({ from: a, to: b }) => a !== b)
    .sort((a, b) => b.distance - a.distance);
}

/** The moment of the first `stop`, and how the trial stood then against what was recommended. */
function stoppedTrial(
  records: readonly JournalRecord[],
  place: string,
  policy: Policy,
  number: number,
): StoppedTrial | undefined {
  for (const { state, record } of replaying(records, place)) {
    if (record.kind !== 'report' || record.trial !== number || record.decision !== 'stop') continue;
    const reported = [...state.trials[number].reported, record.block];
    const best = policy.recommend(policyContext(state));
    const against =
      best === undefined ? undefined : losingPairs(reported, state.trials[best.trial], state.header.weights);
    return {
      block: record.block.block,
      blocks: reported.length,
      ...(against === undefined ? {} : { against }),
    };
  }
  return undefined;
}
