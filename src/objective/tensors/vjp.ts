/**
 * Vector-Jacobian products of a classifier in its images, as flat arrays: one forward and one backward pass, with
 * nothing read synchronously.
 *
 * TensorFlow.js records a pass and runs it backward in one synchronous call, so that a cotangent which depends on the
 * logits would have to be read in the middle; a GPU cannot. Here the recorded tape is taken out after the forward pass
 * and put back for the backward one: in between, anything may be awaited and other passes may run.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { internalError, ShapeError } from '../../errors.js';

/** What a forward pass gives. */
export interface ForwardPass {
  /** (B, K). */
  readonly logits: Tensor2D;
  /** Numbers to look at before the gradient is made; they have none. */
  readonly health?: Tensor;
}

/** Logits (B, K) and ∂loss/∂images (B, H, W, C), flat. */
export interface LogitsAndGradient {
  readonly logits: Float32Array;
  readonly gradient: Float32Array;
}

/** ∂loss/∂logits, (B, K) flat, at given logits; it may throw, and then nothing stays allocated. */
export type CotangentAt = (
  logits: Float32Array,
  health: Float32Array,
) => Float32Array | Promise<Float32Array>;

/**
 * Runs f forward, asks for the cotangent at its logits, and runs f backward.
 *
 * A gradient that does not exist, because f ignores x, is exactly 0. Not to be called within `tf.tidy`.
 * @param f - images (B, H, W, C) to logits (B, K); tensors it makes on the way are freed.
 * @throws ShapeError for a cotangent of another length.
 */
export async function logitsAndGradient(
  f: (x: Tensor4D) => Tensor2D | ForwardPass,
  x: Tensor4D,
  cotangent: CotangentAt,
): Promise<LogitsAndGradient> {
  const { pass, tape } = recordForward(f, x);
  const outputs = pass.health === undefined ? [pass.logits] : [pass.logits, pass.health];
  try {
    const [logits = new Float32Array(0), health = new Float32Array(0)] = await Promise.all(
      outputs.map(async (tensor) => Float32Array.from(await tensor.data())),
    );
    const slope = await cotangent(logits, health);
    const dx = runBackward(tape, pass.logits, x, slope);
    if (dx === undefined) return { logits, gradient: new Float32Array(x.size) };
    const gradient = Float32Array.from(await dx.data());
    dx.dispose();
    return { logits, gradient };
  } finally {
    forget(tape);
    for (const output of outputs) if (!output.kept) output.dispose();
  }
}

/** What TensorFlow.js notes of every kernel it runs. */
type Tape = NonNullable<ReturnType<typeof tf.engine>['state']['activeTape']>;

/** Runs f with the tape on, and takes the tape out of the engine. */
function recordForward(
  f: (x: Tensor4D) => Tensor2D | ForwardPass,
  x: Tensor4D,
): { readonly pass: ForwardPass; readonly tape: Tape } {
  const { state } = tf.engine();
  if (state.gradientDepth !== 0) throw internalError('logitsAndGradient: called within another gradient');
  const tape: Tape = [];
  state.activeTape = tape;
  state.gradientDepth = 1;
  try {
    const pass = tf.tidy(() => asPass(f(x)) as never) as ForwardPass;
    return { pass, tape };
  } catch (error) {
    forget(tape);
    throw error;
  } finally {
    state.gradientDepth = 0;
    state.activeTape = [];
  }
}

function asPass(result: Tensor2D | ForwardPass): ForwardPass {
  return result instanceof tf.Tensor ? { logits: result } : result;
}

/** Puts the tape back and runs it from the logits to x; frees what it saved. Undefined where no way leads to x. */
function runBackward(tape: Tape, logits: Tensor2D, x: Tensor4D, slope: Float32Array): Tensor | undefined {
  return tf.tidy(() => {
    const engine = tf.engine();
    const replay = (): Tensor => {
      engine.state.activeTape = tape;
      return logits;
    };
    const { grads } = engine.gradients(replay, [x], cotangentTensor(slope, logits.shape), true);
    // TensorFlow.js leaves a hole where the tape has no path, whatever its types say.
    return (grads[0] ?? undefined) as never;
  });
}

/** Frees what a tape saved; tensors that are gone already are left alone. */
function forget(tape: Tape): void {
  for (const node of tape) tf.dispose(node.saved ?? []);
}

function cotangentTensor(values: Float32Array, shape: [number, number]): Tensor {
  if (values.length !== shape[0] * shape[1]) {
    throw new ShapeError(
      `cotangent: expected ${shape[0] * shape[1]} numbers (${shape[0]} images, ${shape[1]} classes), got ${values.length}`,
    );
  }
  return tf.tensor2d(values, shape);
}
