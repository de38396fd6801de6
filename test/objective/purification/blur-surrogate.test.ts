import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { randomStream } from '../../../src/math/random.js';
import { createBlur } from '../../../src/objective/purification/blur.js';
import { blurSurrogate } from '../../../src/objective/purification/blur-surrogate.js';
import { openRuntime } from '../../../src/objective/tensors/runtime.js';
import { FLOAT32_TOLERANCE } from '../../tolerances.js';

const image = { height: 7, width: 5, channels: 2 };
const SIZE = 70;

function normals(count: number, seed: number): Float32Array {
  const stream = randomStream('blur', seed);
  return Float32Array.from({ length: count }, () => stream.normal());
}

beforeAll(() => openRuntime());

describe('blurSurrogate(options, image)', () => {
  it.each([
    [1, 3],
    [2, 5],
    [0.7, 'paper'],
  ] as const)(
    'is the adjoint of the blur: ⟨blur(x), c⟩ = ⟨x, vjp(c)⟩ (σ = %p, %p taps)',
    async (sigma, kernelSize) => {
      const blur = createBlur({ sigma, kernelSize }, image);
      const [x, c] = [normals(2 * SIZE, 1), normals(2 * SIZE, 2)];
      const blurred = tf.tidy(() => blur.apply(tf.tensor4d(x, [2, 7, 5, 2])).dataSync());
      const back = await blurSurrogate({ sigma, kernelSize }, image).vjp(x, c);
      const dot = (a: ArrayLike<number>, b: Float32Array, from: number): number => {
        let sum = 0;
        for (let j = from; j < from + SIZE; j += 1) sum += a[j] * b[j];
        return sum;
      };
      for (const from of [0, SIZE]) {
        expect(Math.abs(dot(blurred, c, from) - dot(back, x, from))).toBeLessThan(10 * FLOAT32_TOLERANCE);
      }
      blur.dispose();
    },
  );
  it('is the identity where the kernel is one tap', async () => {
    const c = normals(SIZE, 3);
    expect(await blurSurrogate({ sigma: 1, kernelSize: 1 }, image).vjp(c, c)).toEqual(c);
  });
  it('names itself by what it is', () => {
    const { name } = blurSurrogate({ sigma: 1, kernelSize: 3 }, image);
    expect(name).toBe('gaussian blur, sigma 1, 3 taps');
  });
});
