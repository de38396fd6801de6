/**
 * Where the next new trial goes: points due on a fresh sample, then enqueued ones, then the space's seeds, then the
 * policy's. A function of the journal alone.
 */
import { BoSearchError, type ErrorCode } from '../errors.js';
import { randomStream } from '../math/index.js';
import { fromUnit, snapUnit, type Space, toUnit } from '../space/index.js';
import { type AskRecord, assertPlan, type Json } from '../trial/index.js';
import type { Policy, PolicyContext, PolicyNote } from './policies/policy.js';
import { nextRescore } from './rescore.js';
import type { StudyState } from './state.js';

/** Errors of bad numerics: `ask` goes on without the policy, and says so. Any other error is a bug and is thrown. */
const NUMERIC_ERRORS: readonly ErrorCode[] = ['E_NON_FINITE', 'E_NOT_POSITIVE_DEFINITE'];

/** A point and all that the journal keeps about it. */
export interface NextPoint {
  readonly unit: readonly number[];
  readonly values?: readonly number[];
  readonly origin: AskRecord['origin'];
  /** Positions of the blocks to judge; absent: all of the sample. */
  readonly blocks?: readonly number[];
  readonly memo?: Json;
  readonly notes: readonly PolicyNote[];
}

/**
 * The point of the next new trial, and the blocks to judge it on where a policy races.
 * @throws E_ARGUMENT if the policy plans what is no list of different blocks.
 */
export function nextPoint(state: StudyState, policy: Policy): NextPoint {
  const point = rescorePoint(state) ?? enqueuedPoint(state) ?? seedPoint(state) ?? policyPoint(state, policy);
  const blocks = point.blocks ?? policy.blocksFor?.(policyContext(state), point.unit);
  if (blocks === undefined) return point;
  assertPlan(blocks, `policy ${policy.name} blocks`);
  return { ...point, blocks };
}

/** What a policy sees of a study. */
export function policyContext({ header, space, trials }: StudyState): PolicyContext {
  const { seed, direction, weights } = header;
  return { seed, direction, weights, dimension: space.names.length, trials: [...trials] };
}

function rescorePoint(state: StudyState): NextPoint | undefined {
  const due = nextRescore(state);
  if (due === undefined) return undefined;
  const { unit, alphas } = due.trial;
  return {
    unit,
    ...exactValues(state.space, unit, alphas),
    origin: { by: 'rescore', label: due.label },
    notes: [],
  };
}

function enqueuedPoint(state: StudyState): NextPoint | undefined {
  const point = state.enqueued[state.enqueuedAsked];
  if (point === undefined) return undefined;
  const { values, label, blocks } = point;
  return {
    ...fromValues(state.space, values, 'enqueued', label),
    ...(blocks === undefined ? {} : { blocks }),
  };
}

/** Seeds that were tried, under whatever name, are not tried again. */
function seedPoint({ space, trials }: StudyState): NextPoint | undefined {
  for (const { label, values } of space.seeds) {
    const point = fromValues(space, values, 'seed', label);
    if (!trials.some(({ unit }) => unit.every((u, j) => u === point.unit[j]))) return point;
  }
  return undefined;
}

function fromValues(space: Space, values: readonly number[], by: string, label: string): NextPoint {
  const unit = toUnit(space, values);
  return { unit, ...exactValues(space, unit, values), origin: { by, label }, notes: [] };
}

/** User units are kept beside the unit point where rounding would change them. */
function exactValues(space: Space, unit: readonly number[], values: readonly number[]): Partial<NextPoint> {
  const back = fromUnit(space, unit);
  return values.every((x, j) => x === back[j]) ? {} : { values };
}

function policyPoint(state: StudyState, policy: Policy): NextPoint {
  const { space } = state;
  try {
    const { unit, by, memo, notes, blocks } = policy.suggest(policyContext(state));
    const fault = faultOf(unit, space.names.length);
    if (fault !== undefined) return randomPoint(state, `policy ${policy.name} gave ${fault}`);
    return {
      unit: snapUnit(space, unit),
      origin: { by },
      notes,
      ...(blocks === undefined ? {} : { blocks }),
      ...(memo === undefined ? {} : { memo }),
    };
  } catch (error) {
    if (!(error instanceof BoSearchError) || !NUMERIC_ERRORS.includes(error.code)) throw error;
    return randomPoint(state, `policy ${policy.name} failed: ${error.message}`);
  }
}

/** The last resort: a point keyed by seed and trial, so that a replay finds the same. */
function randomPoint({ space, header, trials }: StudyState, why: string): NextPoint {
  const stream = randomStream(header.seed, 'trial', trials.length, 'fallback');
  const unit = snapUnit(
    space,
    space.names.map(() => stream.uniform()),
  );
  const message = `trial ${trials.length} is a random point: ${why}`;
  return { unit, origin: { by: 'random' }, notes: [{ kind: 'random-fallback', message }] };
}

function faultOf(unit: readonly number[], d: number): string | undefined {
  if (unit.length !== d) return `${unit.length} coordinates instead of ${d}`;
  const j = unit.findIndex((u) => !(u >= 0 && u <= 1));
  return j < 0 ? undefined : `coordinate ${j} = ${unit[j]}`;
}
