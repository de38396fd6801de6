/** Central differences of a tensor function, the arbiter of every gradient we ship. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Step of the central difference: large against float32's rounding, small against the curvature of our layers. */
const STEP = 1e-3;

/** A fixed cotangent that no symmetry of a layer hides: cos(1.7·i) for output i. */
export function cotangentLike(shape: number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.cos(1.7 * i)),
    shape,
  );
}

/** Relative error ‖analytic − numeric‖ / ‖numeric‖ of the gradient of ⟨cotangent, f(x)⟩. */
export function gradientError(
  f: (x: Tensor) => Tensor,
  x: Tensor,
): { analytic: Float32Array; numeric: Float64Array; error: number } {
  const cotangent = cotangentLike(tf.tidy(() => f(x).shape as unknown as Tensor) as unknown as number[]);
  const weights = cotangent.dataSync();
  const analytic = tf.tidy(() => Float32Array.from(tf.grad(f)(x, cotangent).dataSync()));
  const values = Float32Array.from(x.dataSync());
  cotangent.dispose();
  const at = (i: number, step: number): number => {
    const moved = values.slice();
    moved[i] = (moved[i] ?? 0) + step;
    return tf.tidy(() => dot(f(tf.tensor(moved, x.shape)).dataSync(), weights));
  };
  const numeric = Float64Array.from(values, (_, i) => (at(i, STEP) - at(i, -STEP)) / (2 * STEP));
  const off = Math.hypot(...numeric.map((value, i) => value - (analytic[i] ?? NaN)));
  const norm = Math.hypot(...numeric);
  return { analytic, numeric, error: norm === 0 ? off : off / norm };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? NaN) * (b[i] ?? NaN);
  return sum;
}

/** A tensor of repeatable, irregular values of about unit size. */
export function irregular(shape: number[], phase = 0): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => 1.3 * Math.sin(2.399 * i + phase + 0.1 * i * phase)),
    shape,
  );
}

/** max |a − b|; infinite where the shapes differ. */
export function largestDifference(a: Tensor, b: Tensor): number {
  if (a.shape.join() !== b.shape.join()) return Infinity;
  return differenceOf(a.dataSync(), b.dataSync());
}

/** max |a − b| of two lists; NaN counts as infinite. */
export function differenceOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i += 1) {
    const off = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN));
    worst = Number.isNaN(off) ? Infinity : Math.max(worst, off);
  }
  return worst;
}
