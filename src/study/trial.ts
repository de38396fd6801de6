/** A trial as a study shows it: immutable; a change makes a new one under the same number. */
import { fromUnit, paramsOf, type Space } from '../space/index.js';
import type {
  AskRecord,
  Decision,
  Json,
  Outcome,
  OutcomeBlock,
  TrialState,
  TrialView,
} from '../trial/index.js';

export interface Trial<Name extends string = string> extends TrialView<Name> {
  /** The point in the unit cube, shape (d). */
  readonly unit: readonly number[];
  readonly state: TrialState;
  /** Session token, or `detached`. */
  readonly owner: string;
  /** Why this point. */
  readonly origin: AskRecord['origin'];
  /** Blocks reported so far, in the order of their coming. */
  readonly reported: readonly OutcomeBlock[];
  /** Answer to the last block; absent before the first. */
  readonly decision?: Decision;
  /** There once the trial ended. */
  readonly outcome?: Outcome;
  /** What the policy wrote down when it suggested the point. */
  readonly memo?: Json;
}

/** A trial by its number, or by any state of it. */
export type TrialRef = number | { readonly number: number };

/** The running trial that an ask record begins. */
export function trialFromAsk(space: Space, record: AskRecord): Trial {
  const values = Object.freeze([...(record.values ?? fromUnit(space, record.unit))]);
  return Object.freeze({
    number: record.trial,
    params: Object.freeze(paramsOf(space, values)),
    alphas: values,
    unit: Object.freeze([...record.unit]),
    state: 'running',
    owner: record.owner,
    origin: record.origin,
    reported: Object.freeze([]),
    ...(record.blocks === undefined ? {} : { blocks: Object.freeze([...record.blocks]) }),
    ...(record.memo === undefined ? {} : { memo: record.memo }),
  });
}

export function numberOf(trial: TrialRef): number {
  return typeof trial === 'object' && trial !== null ? trial.number : trial;
}
