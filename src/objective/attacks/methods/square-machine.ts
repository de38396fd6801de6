/**
 * The rounds of Square: random search by windows, one proposal of every image a round.
 *
 * Andriushchenko et al. 2020, arXiv:1912.00049, algorithm 1. A proposal is taken where the lead of the wrong class rises,
 * or where the point is the first to be misclassified. Every image draws windows and signs of its own, keyed by its id
 * and the round; the public code shares them within a batch. Round t is draw t.
 */
import { randomStream, type RandomStream } from '../../../math/random.js';
import { type AttackBatch, drawOfRows } from '../contract/attack-batch.js';
import type { AttackMachine } from '../contract/attack-machine.js';
import type { Perturbed } from '../contract/fixed-budget-attack.js';
import { gatherRows } from '../geometry/gather-rows.js';
import { predictedClass } from '../losses/cross-entropy.js';
import { MARGIN } from '../losses/margin.js';
import type { AttackableModel } from '../model/attackable-model.js';
import { assertShape, type SquareOptions } from './square-settings.js';
import { shareAt } from './square-windows.js';

/** What depends on the norm: points (d) of an image, from its clean values (d), within ball and box. */
export interface SquareForm {
  start(clean: Float32Array, stream: RandomStream): Float32Array;
  /** @param share - p, the share of the area that a window covers. */
  propose(clean: Float32Array, current: Float32Array, share: number, stream: RandomStream): Float32Array;
}

type Settings = Required<SquareOptions> & { readonly name: string };

interface State {
  /** Rounds done: the start is the first, proposal i comes in round i + 1. */
  round: number;
  /** (B, d): the best points; the clean images before the first round. */
  readonly current: Float32Array;
  /** (B): lead of the wrong class there when it was taken, −∞ before the first. */
  readonly lead: Float64Array;
  /** (B): 1 where it was misclassified then. */
  readonly wrong: Uint8Array;
}

export function createSquareMachine(
  settings: Settings,
  form: SquareForm,
): AttackMachine<AttackableModel, State, Perturbed> {
  return {
    begin: ({ images, ids, model }) => {
      assertShape(settings.name, settings.shape, model.pixels);
      return {
        round: 0,
        current: images.slice(),
        lead: new Float64Array(ids.length).fill(-Infinity),
        wrong: new Uint8Array(ids.length),
      };
    },
    isDone: (_, state) => state.round > settings.iterations || activeRows(settings, state).length === 0,
    step: (batch, state) => goOn(batch, settings, form, state),
    result: (_, { current }) => current,
  };
}

function activeRows({ earlyStop }: Settings, { wrong }: State): Int32Array {
  return Int32Array.from(wrong.keys()).filter((row) => !(earlyStop && wrong[row] === 1));
}

async function goOn(batch: AttackBatch, settings: Settings, form: SquareForm, state: State): Promise<void> {
  const { model } = batch;
  const d = model.pixels;
  const rows = activeRows(settings, state);
  const points = proposals(batch, settings, form, state, rows);
  const draw = drawOfRows(batch, rows, state.round);
  const redraws = settings.incumbent === 'redrawn' && state.round > 0;
  const again = redraws ? await model.logits(gatherRows(state.current, rows, d), draw) : undefined;
  const logits = await model.logits(points, draw);
  for (const [at, row] of rows.entries()) {
    if (again !== undefined) remember(batch, state, row, again, at);
    const seen = judged(batch, row, logits, at);
    // NaN is no rise
    const rises = seen.lead > state.lead[row];
    if (!rises && !(seen.isWrong && state.wrong[row] === 0)) continue;
    state.current.set(points.subarray(at * d, (at + 1) * d), row * d);
    state.lead[row] = seen.lead;
    state.wrong[row] = seen.isWrong ? 1 : 0;
  }
  state.round += 1;
}

/** The points to ask about in this round, (b, d). */
function proposals(
  { model, images, ids, seed }: AttackBatch,
  { name, initialShare, iterations, rescaleSchedule }: Settings,
  form: SquareForm,
  { round, current }: State,
  rows: Int32Array,
): Float32Array {
  const d = model.pixels;
  const share = shareAt(initialShare, round - 1, rescaleSchedule ? iterations : undefined);
  const points = new Float32Array(rows.length * d);
  for (const [at, row] of rows.entries()) {
    const stream = randomStream(name, seed, ids[row], round);
    const clean = images.subarray(row * d, (row + 1) * d);
    const best = current.subarray(row * d, (row + 1) * d);
    points.set(round === 0 ? form.start(clean, stream) : form.propose(clean, best, share, stream), at * d);
  }
  return points;
}

/** Puts what the best point is under this draw in place of what it was when it was taken. */
function remember(batch: AttackBatch, state: State, row: number, logits: Float32Array, at: number): void {
  const { lead, isWrong } = judged(batch, row, logits, at);
  if (Number.isNaN(lead)) return;
  state.lead[row] = lead;
  state.wrong[row] = isWrong ? 1 : 0;
}

/** The lead of the wrong class, NaN where a logit is not finite, and whether the point is misclassified. */
function judged({ model, labels }: AttackBatch, row: number, logits: Float32Array, at: number) {
  const { classes } = model;
  const label = labels[row];
  const predicted = predictedClass(logits, classes, at);
  const lead = MARGIN.value({ logits, classes, row: at, label, target: label });
  return { lead, isWrong: predicted !== undefined && predicted !== label };
}
