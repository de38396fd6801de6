/** Vector-Jacobian products of a classifier in its images, as flat arrays: one forward and one backward pass. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';

/** Logits (B, K) and ∂loss/∂images (B, H, W, C), flat. */
export interface LogitsAndGradient {
  readonly logits: Float32Array;
  readonly gradient: Float32Array;
}

/**
 * Runs f forward, asks for the cotangent at its logits, and runs f backward.
 *
 * The logits are read in the middle of the pass, while TensorFlow.js holds its tape open: the backend must allow
 * synchronous reads, as wasm and cpu do. A gradient that does not exist, because f ignores x, is exactly 0.
 * @param f - images (B, H, W, C) to logits (B, K); tensors it makes on the way are freed.
 * @param cotangent - ∂loss/∂logits, (B, K) flat, at given logits.
 */
export function logitsAndGradient(
  f: (x: Tensor4D) => Tensor2D,
  x: Tensor4D,
  cotangent: (logits: Float32Array) => Float32Array,
): LogitsAndGradient {
  let logits = new Float32Array(0);
  let gradient = new Float32Array(x.size);
  const run = (): void => {
    const loss = tf.customGrad((...args) => {
      const z = args[0] as Tensor2D;
      logits = Float32Array.from(z.dataSync());
      return { value: tf.scalar(0), gradFunc: () => cotangentTensor(cotangent(logits), z.shape) };
    });
    const [dx] = tf.engine().gradients(() => loss(f(x)), [x], undefined, true).grads;
    if (!isMissing(dx)) gradient = Float32Array.from(dx.dataSync());
  };
  try {
    // Results leave by assignment: tidy looks for tensors in every element of what it returns.
    tf.tidy(run);
  } catch (error) {
    forgetTape();
    throw error;
  }
  return { logits, gradient };
}

/** Frees what an interrupted tape saved; TensorFlow.js does so only for tapes that ran to their end. */
function forgetTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  for (const node of state.activeTape ?? []) tf.dispose(node.saved ?? []);
  state.activeTape = [];
}

function cotangentTensor(values: Float32Array, shape: [number, number]): Tensor {
  if (values.length !== shape[0] * shape[1]) {
    throw new ShapeError(
      `cotangent: expected ${shape[0] * shape[1]} numbers (${shape[0]} images, ${shape[1]} classes), got ${values.length}`,
    );
  }
  return tf.tensor2d(values, shape);
}

/** TensorFlow.js leaves a hole where the tape has no path, whatever its types say. */
function isMissing(gradient: Tensor | null | undefined): gradient is null | undefined {
  return gradient === null || gradient === undefined;
}
