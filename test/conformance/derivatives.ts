/** Gradients by the tape, and by fourth-order central differences of a plain function. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** f(x + h), f(x − h), f(x + 2h), f(x − 2h) weigh 8, −8, −1 and 1 over 12h. */
const STENCIL = [
  [1, 8],
  [-1, -8],
  [2, -1],
  [-2, 1],
] as const;

/** Values of irregular size about one, as the test tensors have them. */
export function irregularValues(size: number, phase = 0): number[] {
  return Array.from({ length: size }, (_, i) =>
    Math.fround(1.3 * Math.sin(2.399 * i + phase + 0.1 * i * phase)),
  );
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, length) => n * length, 1);
}

/** The cotangent of every case: cos(1.7·i) for output i. */
export function cotangentValues(size: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.cos(1.7 * i));
}

/** Values and gradient of ⟨cotangent, f(x)⟩ on the backend that runs, read asynchronously. */
export async function valuesAndGradient(
  f: (x: Tensor) => Tensor,
  values: readonly number[],
  shape: number[],
): Promise<{ readonly values: Float32Array; readonly gradient: Float32Array; readonly leaked: number }> {
  const before = tf.memory().numTensors;
  const [y, dx] = tf.tidy((): [Tensor, Tensor] => {
    const x = tf.tensor(Float32Array.from(values), shape);
    const output = f(x);
    const cotangent = tf.tensor(Float32Array.from(cotangentValues(output.size)), output.shape);
    return [output, tf.grad(f)(x, cotangent)];
  });
  const result = {
    values: Float32Array.from(await y.data()),
    gradient: Float32Array.from(await dx.data()),
  };
  tf.dispose([y, dx]);
  return { ...result, leaked: tf.memory().numTensors - before };
}

/**
 * Gradient of ⟨cotangent, f(x)⟩ by differences.
 * @param step - 2⁻⁸ for f in float32 (rounding 2e-5, truncation far below), 1e-3 in float64.
 */
export function differences(
  f: (x: number[]) => ArrayLike<number>,
  x: readonly number[],
  step: number,
): Float64Array {
  const weights = cotangentValues(f([...x]).length);
  const loss = (i: number, by: number): number => {
    const moved = [...x];
    moved[i] = (moved[i] ?? 0) + by;
    const y = f(moved);
    return weights.reduce((sum, weight, k) => sum + weight * (y[k] ?? NaN), 0);
  };
  return Float64Array.from(x, (_, i) =>
    STENCIL.reduce((sum, [steps, weight]) => sum + (weight * loss(i, steps * step)) / (12 * step), 0),
  );
}

/** ‖a − b‖ / ‖b‖, or ‖a − b‖ where b is 0. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let [off, norm] = [0, 0];
  for (let i = 0; i < b.length; i += 1) {
    off += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2;
    norm += (b[i] ?? NaN) ** 2;
  }
  return Math.sqrt(norm === 0 ? off : off / norm);
}

/** max |a − b| over max(1, |b|). */
export function largestError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < b.length; i += 1) {
    const off = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)) / Math.max(1, Math.abs(b[i] ?? NaN));
    worst = Number.isNaN(off) ? Infinity : Math.max(worst, off);
  }
  return worst;
}
