/**
 * Moves on state trees: immutable trees of tensors, batch axis first, as `Mlvgm` models make them.
 *
 * Every function makes new tensors and leaves its arguments alone, but for `disposeState`.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import type { State } from '../models/mlvgm.js';

/** The tensors of a tree, depth first, objects in the order of their keys. */
export function stateTensors(state: State): Tensor[] {
  if (isTensor(state)) return [state];
  return Object.values(state).flatMap((part: State) => stateTensors(part));
}

/** A tree of the same form with every tensor replaced. */
export function mapState(state: State, f: (tensor: Tensor) => Tensor): State {
  if (isTensor(state)) return f(state);
  if (isList(state)) return state.map((part) => mapState(part, f));
  return Object.fromEntries(Object.entries(state).map(([key, part]) => [key, mapState(part, f)]));
}

/** Images in a tree: the length of the batch axis, the same in every tensor; 0 for a tree without tensors. */
export function stateBatch(state: State): number {
  const batches = new Set(stateTensors(state).map((tensor) => tensor.shape[0] ?? 0));
  if (batches.size > 1) {
    throw new ShapeError(
      `stateBatch: every tensor of a state must have the same batch, got ${[...batches].join(' and ')}`,
      { hint: 'begin and commit must return tensors with the batch axis first' },
    );
  }
  return batches.values().next().value ?? 0;
}

/** Rows `from` (included) to `to` (excluded) of every tensor. */
export function sliceState(state: State, from: number, to: number): State {
  assertRange('sliceState', from, to, stateBatch(state));
  return mapState(state, (tensor) => sliceRows(tensor, from, to));
}

/** The rows of every tensor at `indices`, in that order, repeats allowed. */
export function gatherState(state: State, indices: readonly number[]): State {
  const batch = stateBatch(state);
  for (const index of indices) assertRange('gatherState', index, index + 1, batch);
  return tf.tidy(() => {
    const rows = tf.tensor1d(Int32Array.from(indices), 'int32');
    return mapState(state, (tensor) => tf.gather(tensor, rows)) as Tensor;
  });
}

/** The whole batch `times` times over: rows 0 … B−1, 0 … B−1, … */
export function tileState(state: State, times: number): State {
  return mapState(state, (tensor) => tf.tile(tensor, [times, ...tensor.shape.slice(1).map(() => 1)]));
}

/** Trees of the same form, one after another along the batch. */
export function concatStates(states: readonly State[]): State {
  const [first, ...others] = states;
  if (first === undefined) throw new ShapeError('concatStates: expected at least one state, got none');
  const lists = others.map((state) => stateTensors(state));
  let position = 0;
  return mapState(first, (tensor) => {
    const parts = lists.map((list) => tensorAt(list, position));
    position += 1;
    return tf.concat([tensor, ...parts], 0);
  });
}

/** Bytes the tensors of a tree hold (float32 and int32: 4 a value). */
export function stateBytes(state: State): number {
  return stateTensors(state).reduce((sum, tensor) => sum + 4 * tensor.size, 0);
}

/** Marks every tensor as kept: `tf.tidy` leaves it alone until `disposeState`. */
export function keepState<S extends State>(state: S): S {
  for (const tensor of stateTensors(state)) tf.keep(tensor);
  return state;
}

/** Frees every tensor of a tree. */
export function disposeState(state: State): void {
  for (const tensor of stateTensors(state)) tensor.dispose();
}

/** Rows `from` to `to` of one tensor. */
function sliceRows<T extends Tensor>(tensor: T, from: number, to: number): T {
  const rest = tensor.shape.slice(1);
  return tf.slice(tensor, [from, ...rest.map(() => 0)], [to - from, ...rest]);
}

function tensorAt(list: readonly Tensor[], position: number): Tensor {
  const tensor = list[position];
  if (tensor === undefined)
    throw new ShapeError('concatStates: expected states of one form, got different ones');
  return tensor;
}

function assertRange(where: string, from: number, to: number, batch: number): void {
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= batch) return;
  throw new ShapeError(`${where}: expected rows within 0 and ${batch}, got ${from} to ${to}`);
}

function isTensor(state: State): state is Tensor {
  return state instanceof tf.Tensor;
}

function isList(state: State): state is readonly State[] {
  return Array.isArray(state);
}
