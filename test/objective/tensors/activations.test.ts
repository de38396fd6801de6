import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { clampUnit, silu, softClamp } from '../../../src/objective/tensors/activations.js';
import { depthToSpace, spaceToDepth } from '../../../src/objective/tensors/depth-to-space.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import { FINITE_DIFFERENCE_TOLERANCE, FLOAT32_TOLERANCE } from '../../tolerances.js';
import { differenceOf, gradientError, irregular, largestDifference } from '../finite-differences.js';
import { thrown } from '../thrown.js';

beforeAll(async () => {
  await openRuntime();
});

const numbers = (f: (x: Tensor) => Tensor, values: number[]): number[] =>
  Array.from(tf.tidy(() => f(tf.tensor1d(values)).dataSync()));

describe.each([
  ['silu', silu],
  ['clampUnit', clampUnit],
  ['softClamp to 4', (x: Tensor) => softClamp(x, 4)],
] as const)('%s', (_, f) => {
  it('has the gradient of finite differences', () => {
    const x = irregular([3, 7], 2);
    expect(gradientError((t) => f(t), x).error).toBeLessThan(FINITE_DIFFERENCE_TOLERANCE);
    x.dispose();
  });

  it('keeps NaN, so that a broken model cannot pass for a working one', () => {
    expect(numbers(f, [NaN, 0.25, NaN, 0.5, 0.75, NaN]).map(Number.isNaN)).toEqual([
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
  });
});

describe('silu', () => {
  it('is x / (1 + e^-x)', () => {
    const x = [-20, -3, -1, 0, 0.5, 1, 3, 20];
    const expected = x.map((v) => v / (1 + Math.exp(-v)));
    expect(differenceOf(numbers(silu, x), expected)).toBeLessThan(20 * FLOAT32_TOLERANCE);
  });
});

describe('clampUnit', () => {
  it('is the identity within [0, 1] and its nearest bound beyond', () => {
    expect(numbers(clampUnit, [-Infinity, -1, 0, 0.25, 1, 3, Infinity])).toEqual([0, 0, 0, 0.25, 1, 1, 1]);
  });

  it('passes the whole gradient at its bounds, as torch.clamp does', () => {
    expect(numbers((x) => tf.grad((t) => clampUnit(t))(x), [-1, 0, 0.5, 1, 2])).toEqual([0, 1, 1, 1, 0]);
  });
});

describe('softClamp', () => {
  it('is bound·tanh(x / bound)', () => {
    const x = [-100, -5, -1, -1e-3, 0, 1e-3, 1, 5, 100];
    const expected = x.map((v) => 4 * Math.tanh(v / 4));
    expect(
      differenceOf(
        numbers((t) => softClamp(t, 4), x),
        expected,
      ),
    ).toBeLessThan(4 * FLOAT32_TOLERANCE);
  });
});

describe('depthToSpace', () => {
  it('puts channel (dy·s + dx)·C + c at row offset dy and column offset dx', () => {
    // One pixel, s = 2, C = 2: channels 0 … 7.
    const x = tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 8]);
    expect(tf.tidy(() => depthToSpace(x, 2).arraySync())).toEqual([
      [
        [
          [0, 1],
          [2, 3],
        ],
        [
          [4, 5],
          [6, 7],
        ],
      ],
    ]);
    x.dispose();
  });

  it.each([
    [[2, 3, 4, 8], 2],
    [[2, 1, 1, 18], 3],
    [[1, 2, 2, 3], 1],
  ] as [[number, number, number, number], number][])('agrees with the stock kernel on %j', (shape, block) => {
    tf.tidy(() => {
      const x = irregular(shape) as Tensor4D;
      const stock = block === 1 ? x : tf.depthToSpace(x, block);
      expect(largestDifference(depthToSpace(x, block), stock)).toBe(0);
    });
  });

  it('is undone by spaceToDepth', () => {
    tf.tidy(() => {
      const x = irregular([2, 3, 4, 18]) as Tensor4D;
      expect(largestDifference(spaceToDepth(depthToSpace(x, 3), 3), x)).toBe(0);
    });
  });

  it('has the gradient of finite differences, as has its inverse', () => {
    const x = irregular([2, 2, 2, 4]);
    expect(gradientError((t) => depthToSpace(t as Tensor4D, 2), x).error).toBeLessThan(
      FINITE_DIFFERENCE_TOLERANCE,
    );
    expect(gradientError((t) => spaceToDepth(t as Tensor4D, 2), x).error).toBeLessThan(
      FINITE_DIFFERENCE_TOLERANCE,
    );
    x.dispose();
  });

  it('refuses channels or sides that do not divide', () => {
    const x = irregular([1, 3, 2, 6]) as Tensor4D;
    expect(thrown(() => depthToSpace(x, 2))).toEqual([
      'E_SHAPE',
      'depthToSpace: channels must be a multiple of 4, got 6',
    ]);
    expect(thrown(() => spaceToDepth(x, 2))).toEqual([
      'E_SHAPE',
      'spaceToDepth: height and width must be multiples of 2, got 3 and 2',
    ]);
    x.dispose();
  });
});
