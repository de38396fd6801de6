import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import { logitsAndGradient } from '../../../src/objective/tensors/vjp.js';
import { rejected } from '../thrown.js';

beforeAll(async () => {
  await openRuntime();
});

let before = 0;
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
});

/** Two images of two pixels. */
const images = (): Tensor4D => tf.tensor4d([1, 2, 3, 4], [2, 1, 2, 1]);
/** Logits (x₀², x₁²). */
const squares = (x: Tensor4D): Tensor2D => tf.reshape(tf.square(x), [2, 2]);

async function run(
  f: Parameters<typeof logitsAndGradient>[0],
  cotangent: Parameters<typeof logitsAndGradient>[2],
): Promise<[number[], number[]]> {
  const x = images();
  try {
    const { logits, gradient } = await logitsAndGradient(f, x, cotangent);
    return [Array.from(logits), Array.from(gradient)];
  } finally {
    x.dispose();
  }
}

describe('logitsAndGradient', () => {
  it('gives f(x) and the product of the cotangent with its Jacobian', async () => {
    const [logits, gradient] = await run(squares, () => Float32Array.of(1, 10, 100, 1000));
    expect(logits).toEqual([1, 4, 9, 16]);
    expect(gradient).toEqual([2, 40, 600, 8000]);
  });

  it('lets the cotangent depend on the logits, and wait', async () => {
    const [, gradient] = await run(squares, async (logits) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return logits.map((value) => 1 / value);
    });
    expect(gradient).toEqual([2, 1, Math.fround(2 / 3), 0.5]);
  });

  it('shows the health of the pass, which has no part in the gradient', async () => {
    const seen: number[][] = [];
    const [, gradient] = await run(
      (x) => ({ logits: squares(x), health: tf.stack([tf.sum(x)]) }),
      (_, health) => {
        seen.push(Array.from(health));
        return Float32Array.of(1, 1, 1, 1);
      },
    );
    expect(seen).toEqual([[10]]);
    expect(gradient).toEqual([2, 4, 6, 8]);
  });

  it('keeps passes apart that run at the same time', async () => {
    const slow = run(squares, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return Float32Array.of(1, 1, 1, 1);
    });
    const quick = run(
      (x) => tf.reshape(tf.mul(x, 3), [2, 2]),
      () => Float32Array.of(1, 1, 1, 1),
    );
    expect((await quick)[1]).toEqual([3, 3, 3, 3]);
    expect((await slow)[1]).toEqual([2, 4, 6, 8]);
  });

  it('is exactly 0 where f ignores x', async () => {
    const constant = tf.tensor2d([5, 6, 7, 8], [2, 2]);
    expect(
      await run(
        () => tf.mul(constant, 2),
        () => Float32Array.of(1, 1, 1, 1),
      ),
    ).toEqual([
      [10, 12, 14, 16],
      [0, 0, 0, 0],
    ]);
    constant.dispose();
  });

  it('refuses a cotangent of another length, and leaves nothing behind', async () => {
    expect(await rejected(run(squares, () => new Float32Array(3)))).toEqual([
      'E_SHAPE',
      'cotangent: expected 4 numbers (2 images, 2 classes), got 3',
    ]);
  });

  it('frees all it noted where forward pass, cotangent or backward pass throw', async () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    await expect(run((x) => (squares(x), fail()), () => new Float32Array(4))).rejects.toThrow('broken'); // prettier-ignore
    await expect(run(squares, fail)).rejects.toThrow('broken');
    const noGradient = (x: Tensor4D): Tensor2D => tf.reshape(tf.maxPool(tf.square(x), 1, 1, 'valid'), [2, 2]);
    await expect(run(noGradient, () => new Float32Array(4))).rejects.toThrow('gradient function not found');
  });
});
