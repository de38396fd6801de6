/**
 * A cascade: one attack after another, each on the images that those before it did not break.
 *
 * Croce and Hein 2020, arXiv:2003.01690, section 5: the robust images are those that no attack breaks. Where the model
 * draws, a point that fooled it once may have been lucky, and an image dropped for it would be missed by the attacks
 * that follow. A stage's point therefore has to hold under draws of its own, the screening, before its image is left
 * alone.
 *
 * Notation: B images a batch, d values an image.
 */
import type { Attack } from '../contract/attack.js';
import type { AttackBatch, DifferentiableModel } from '../contract/attack-batch.js';
import type { AttackMachine } from '../contract/attack-machine.js';
import { proposalsOf } from '../contract/proposals.js';
import { gatherRows } from '../geometry/gather-rows.js';
import { type ExpectationPlan, withExpectation } from '../model/expected-model.js';
import { type ScreenedPoint, type Screening, screenPoints } from './screening.js';

export interface CascadeStage {
  /** Distinct; part of the noise keys of the stage. */
  readonly label: string;
  readonly attack: Attack;
  /** Images that an earlier stage of the same group broke are left alone. */
  readonly group: string;
  /** Left out for models with fewer classes; default 2. */
  readonly leastClasses?: number;
  /** Default true. Otherwise every point it proposes counts as one that held, for a caller that verifies them all. */
  readonly screened?: boolean;
}

export interface CascadePlan {
  readonly stages: readonly CascadeStage[];
  readonly screening: Screening;
  /** Means over draws that the attacks see, and the screening does not; none where absent. */
  readonly expectation?: ExpectationPlan;
  /** Which points of a stage count, in the order they are screened in; all, as they come, where absent. */
  readonly among?: (candidates: readonly Float32Array[], clean: Float32Array) => readonly Float32Array[];
}

/** What is known of an image after a cascade. */
export interface CascadeOutcome {
  /** Points that held, in the order of the stages: one of every stage that broke the image, of unscreened ones all. */
  readonly held: readonly Float32Array[];
  /** Of the points that did not hold the one of largest mean margin; null where there was none. */
  readonly nearest: Float32Array | null;
}

/** Plain data. */
interface CascadeState {
  /** The stage under way. */
  stage: number;
  /** Rows of its images (b). */
  rows: Int32Array;
  /** State of its machine; null once it is over. */
  machine: object | null;
  /** What its machine proposed (b, …), while that is being screened; and which candidate is next. */
  proposed: Float32Array[][];
  candidate: number;
  /** (B, …): groups that broke the image, and the points that held. */
  readonly brokenBy: string[][];
  readonly held: Float32Array[][];
  /** (B): the point of largest mean margin that did not hold, and that margin. */
  readonly nearest: (Float32Array | null)[];
  readonly margin: Float64Array;
}

type Batch = AttackBatch<DifferentiableModel>;

/**
 * The machine of a cascade. Its rounds are those of its stages, and one for every candidate that is screened.
 * @param resultOf - the result, from what is known of every image (B).
 */
export function cascadeMachine<Result>(
  plan: CascadePlan,
  resultOf: (batch: AttackBatch, outcomes: readonly CascadeOutcome[]) => Result,
): AttackMachine<DifferentiableModel, CascadeState, Result> {
  return {
    begin: (batch) => {
      const state = emptyState(batch);
      enterStage(batch, plan, state, 0);
      return state;
    },
    isDone: (_, { stage }) => stage >= plan.stages.length,
    step: (batch, state) =>
      state.machine === null ? screen(batch, plan, state) : attack(batch, plan, state, state.machine),
    result: (batch, { held, nearest }) =>
      resultOf(
        batch,
        held.map((points, row) => ({ held: points, nearest: nearest[row] })),
      ),
  };
}

function emptyState({ ids }: Batch): CascadeState {
  return {
    stage: 0,
    rows: new Int32Array(0),
    machine: null,
    proposed: [],
    candidate: 0,
    brokenBy: ids.map(() => []),
    held: ids.map(() => []),
    nearest: ids.map(() => null),
    margin: new Float64Array(ids.length).fill(-Infinity),
  };
}

/** Begins stage `from`, or the next one after it that has images; ends the cascade where there is none. */
function enterStage(batch: Batch, plan: CascadePlan, state: CascadeState, from: number): void {
  state.proposed = [];
  state.candidate = 0;
  for (state.stage = from; state.stage < plan.stages.length; state.stage += 1) {
    const { group, leastClasses = 2 } = plan.stages[state.stage];
    if (batch.model.classes < leastClasses) continue;
    state.rows = Int32Array.from(batch.ids.keys()).filter((row) => !state.brokenBy[row].includes(group));
    if (state.rows.length === 0) continue;
    const { machine, own } = stageOf(batch, plan, state);
    state.machine = machine.begin(own);
    return;
  }
  state.rows = new Int32Array(0);
  state.machine = null;
}

/** The machine of the stage under way, and the batch of its images. */
function stageOf(
  batch: Batch,
  { stages, expectation }: CascadePlan,
  { stage, rows }: CascadeState,
): { readonly machine: AttackMachine<DifferentiableModel>; readonly own: Batch } {
  const { label, attack: chosen } = stages[stage];
  const model = expectation === undefined ? batch.model : withExpectation(batch.model, expectation);
  const own = { ...partOf(batch, rows), model, key: `${batch.key}/${label}` };
  return { machine: chosen.machine, own };
}

function partOf(batch: Batch, rows: Int32Array): Batch {
  return {
    ...batch,
    images: gatherRows(batch.images, rows, batch.model.pixels),
    labels: rows.map((row) => batch.labels[row]),
    ids: Array.from(rows, (row) => batch.ids[row]),
  };
}

/** One round of the stage's attack; after the last, what it proposes waits to be screened. */
async function attack(batch: Batch, plan: CascadePlan, state: CascadeState, known: object): Promise<void> {
  const { machine, own } = stageOf(batch, plan, state);
  if (!machine.isDone(own, known)) await machine.step(own, known);
  if (!machine.isDone(own, known)) return;
  const { attack: chosen, screened = true, group } = plan.stages[state.stage];
  const d = batch.model.pixels;
  const all = proposalsOf(chosen, machine.result(own, known), own.ids.length, own.model);
  const proposed = all.map((candidates, at) => {
    const finite = candidates.filter((image) => image.every(Number.isFinite));
    return [...(plan.among?.(finite, own.images.subarray(at * d, (at + 1) * d)) ?? finite)];
  });
  state.machine = null;
  if (screened) state.proposed = proposed;
  else for (const [at, row] of state.rows.entries()) hold(state, row, group, proposed[at]);
  if (state.proposed.every(({ length }) => length === 0)) enterStage(batch, plan, state, state.stage + 1);
}

function hold(state: CascadeState, row: number, group: string, points: readonly Float32Array[]): void {
  if (points.length === 0) return;
  state.brokenBy[row].push(group);
  state.held[row].push(...points);
}

/** Screens the next candidate of every image of the stage; after the last, begins the next stage. */
async function screen(batch: Batch, plan: CascadePlan, state: CascadeState): Promise<void> {
  const { label, group } = plan.stages[state.stage];
  const { candidate, proposed } = state;
  const isOpen = (at: number, next: number) =>
    next < proposed[at].length && !state.brokenBy[state.rows[at]].includes(group);
  const open = Int32Array.from(proposed.keys()).filter((at) => isOpen(at, candidate));
  const rows = open.map((at) => state.rows[at]);
  const points = Array.from(open, (at) => proposed[at][candidate]);
  const asked = { ...partOf(batch, rows), key: `${batch.key}/${label}/screen` };
  const judged = await screenPoints(asked, points, plan.screening, candidate);
  for (const [at, row] of rows.entries()) take(state, row, points[at], group, judged[at]);
  state.candidate += 1;
  if (!proposed.some((_, at) => isOpen(at, state.candidate))) enterStage(batch, plan, state, state.stage + 1);
}

function take(
  state: CascadeState,
  row: number,
  point: Float32Array,
  group: string,
  judged: ScreenedPoint,
): void {
  if (judged.holds) {
    hold(state, row, group, [point]);
  } else if (judged.margin > state.margin[row]) {
    state.margin[row] = judged.margin;
    state.nearest[row] = point;
  }
}
