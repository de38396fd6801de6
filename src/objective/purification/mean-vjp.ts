/** Vector-Jacobian products of the mean of several runs of a classifier, chunk by chunk. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import type { CotangentOf, VjpResult } from '../attacks/model/attackable-model.js';
import { logitsAndGradient } from '../tensors/vjp.js';
import type { ForwardPass } from '../tensors/vjp.js';
import type { PlacedChunk } from './image-chunks.js';
import { firstNonFinite, nonFiniteGradient } from './non-finite.js';

/** A classifier whose gradient is wanted. */
export interface DifferentiableRuns {
  /** For messages. */
  readonly name: string;
  readonly classes: number;
  readonly pixels: number;
  /** Runs whose logits are averaged, at least one. */
  readonly runs: readonly number[];
  /** Mean logits over all runs of all images: asked for only where the cotangent needs them first. */
  logits(): Promise<Float32Array>;
  /** One run on a chunk, differentiable. */
  run(images: Tensor4D, chunk: PlacedChunk, run: number): ForwardPass;
  tensor(chunk: PlacedChunk): Tensor4D;
  /** Looks at the logits of a chunk, with the health of its pass, and throws if they are not finite. */
  check(logits: Float32Array, health: Float32Array, chunk: PlacedChunk, run: number): void | Promise<void>;
}

/**
 * Logits and ∂loss/∂images. One pass forward and back where one run and one chunk give all logits, or the cotangent is
 * fixed; else the logits come first.
 * @throws ShapeError for a cotangent of another length; BoSearchError `E_NON_FINITE` naming the image whose gradient is
 * not finite, and what `check` throws.
 */
export async function meanVjp(
  model: DifferentiableRuns,
  chunks: readonly PlacedChunk[],
  cotangent: CotangentOf,
): Promise<VjpResult> {
  const ids = chunks.flatMap((chunk) => chunk.ids);
  const count = ids.length;
  const once = model.runs.length === 1 && chunks.length <= 1;
  const fixed = typeof cotangent === 'function' && !once ? cotangent(await model.logits()) : cotangent;
  if (typeof fixed !== 'function' && fixed.length !== count * model.classes) {
    const expected = `${count * model.classes} numbers (${count} images, ${model.classes} classes)`;
    throw new ShapeError(`cotangent: expected ${expected}, got ${fixed.length}`);
  }
  const logits = new Float64Array(count * model.classes);
  const gradient = new Float64Array(count * model.pixels);
  for (const chunk of chunks) {
    const from = chunk.from * model.classes;
    const own =
      typeof fixed === 'function'
        ? fixed
        : () => fixed.subarray(from, from + chunk.ids.length * model.classes);
    for (const run of model.runs) {
      const result = await oneRun(model, chunk, run, own);
      add(logits, result.logits, from);
      add(gradient, result.gradient, chunk.from * model.pixels);
      await setImmediate();
    }
  }
  const wrong = firstNonFinite(gradient);
  if (wrong >= 0) throw nonFiniteGradient(model.name, ids[Math.floor(wrong / model.pixels)], gradient[wrong]);
  return { logits: mean(logits, model.runs.length), gradient: mean(gradient, model.runs.length) };
}

async function oneRun(
  model: DifferentiableRuns,
  chunk: PlacedChunk,
  run: number,
  cotangent: (logits: Float32Array) => Float32Array,
): Promise<VjpResult> {
  const images = model.tensor(chunk);
  try {
    return await logitsAndGradient(
      (x) => model.run(x, chunk, run),
      images,
      async (logits, health) => {
        await model.check(logits, health, chunk, run);
        return cotangent(logits);
      },
    );
  } finally {
    tf.dispose(images);
  }
}

function add(sums: Float64Array, values: Float32Array, from: number): void {
  // A plain loop: over the pixels of a batch, an iterator costs as much as a layer.
  for (let i = 0; i < values.length; i += 1) sums[from + i] = (sums[from + i] ?? 0) + (values[i] ?? NaN);
}

function mean(sums: Float64Array, runs: number): Float32Array {
  const means = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i += 1) means[i] = (sums[i] ?? NaN) / runs;
  return means;
}
