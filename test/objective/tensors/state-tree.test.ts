import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { State } from '../../../src/objective/models/mlvgm.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import {
  concatStates,
  disposeState,
  gatherState,
  keepState,
  sliceState,
  stateBatch,
  stateBytes,
  stateTensors,
  tileState,
} from '../../../src/objective/tensors/state-tree.js';
import { thrown } from '../thrown.js';

beforeAll(async () => {
  await openRuntime();
});

let tensorsBefore = 0;
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});

/** A tree with a list, a nested object and tensors of several ranks; row b holds multiples of b + 1. */
function tree(batch: number): State {
  const rows = (width: number): tf.Tensor =>
    tf.tensor2d(
      Array.from({ length: batch }, (_, b) =>
        Array.from({ length: width }, (_value, i) => (b + 1) * (i + 1)),
      ),
      [batch, width],
    );
  return {
    codes: [rows(1), rows(2)],
    deep: {
      h: tf.reshape(
        tf.tidy(() => rows(4)),
        [batch, 2, 2, 1],
      ),
    },
  };
}

/** The first number of every row of every tensor. */
const firsts = (state: State): number[][] =>
  stateTensors(state).map((t) => {
    const values = t.dataSync();
    const width = t.size / (t.shape[0] ?? 1);
    return Array.from({ length: t.shape[0] ?? 0 }, (_, b) => values[b * width] ?? NaN);
  });

const each = (...rows: number[]): number[][] => [rows, rows, rows];

describe('state trees', () => {
  it('know their batch, their tensors and their bytes', () => {
    tf.tidy(() => {
      const state = tree(3);
      expect(stateBatch(state)).toBe(3);
      expect(stateTensors(state).map((t) => t.shape)).toEqual([[3, 1], [3, 2], [3, 2, 2, 1]]); // prettier-ignore
      expect(stateBytes(state)).toBe(4 * (3 + 6 + 12));
      expect(stateBatch([])).toBe(0);
      expect(stateBytes({})).toBe(0);
    });
  });

  it('are sliced, gathered, tiled and concatenated along the batch, in every tensor', () => {
    tf.tidy(() => {
      const state = tree(4);
      expect(firsts(sliceState(state, 1, 3))).toEqual(each(2, 3));
      expect(firsts(sliceState(state, 2, 2))).toEqual(each());
      expect(firsts(gatherState(state, [3, 0, 0]))).toEqual(each(4, 1, 1));
      expect(firsts(tileState(sliceState(state, 0, 2), 2))).toEqual(each(1, 2, 1, 2));
      const parts = [sliceState(state, 3, 4), sliceState(state, 0, 2)];
      expect(firsts(concatStates(parts))).toEqual(each(4, 1, 2));
    });
  });

  it('keep their form', () => {
    tf.tidy(() => {
      const form = (state: State): unknown =>
        state instanceof tf.Tensor
          ? state.rank
          : Array.isArray(state)
            ? state.map(form)
            : Object.fromEntries(Object.entries(state).map(([key, part]) => [key, form(part)]));
      expect(form(tileState(tree(2), 3))).toEqual({ codes: [2, 2], deep: { h: 4 } });
    });
  });

  it('outlive a tidy once kept, until they are disposed', () => {
    const state = tf.tidy(() => keepState(tree(2) as never)) as State;
    expect(firsts(state)).toEqual(each(1, 2));
    disposeState(state);
    expect(tf.memory().numTensors).toBe(tensorsBefore);
  });

  it('are refused with rows out of range, or tensors of different batches', () => {
    tf.tidy(() => {
      expect(thrown(() => sliceState(tree(2), 1, 3))).toEqual([
        'E_SHAPE',
        'sliceState: expected rows within 0 and 2, got 1 to 3',
      ]);
      expect(thrown(() => gatherState(tree(2), [0, -1]))).toEqual([
        'E_SHAPE',
        'gatherState: expected rows within 0 and 2, got -1 to 0',
      ]);
      expect(thrown(() => stateBatch([tf.zeros([2, 1]), tf.zeros([3, 1])]))).toEqual([
        'E_SHAPE',
        'stateBatch: every tensor of a state must have the same batch, got 2 and 3',
      ]);
      expect(thrown(() => concatStates([]))).toEqual([
        'E_SHAPE',
        'concatStates: expected at least one state, got none',
      ]);
    });
  });
});
