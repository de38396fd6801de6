/** From logits to predicted classes and bits; a logit that is not finite is an error, never a class. */
import { BoSearchError, ShapeError } from '../../errors.js';
import { bitsFrom, type Bits } from '../../trial/index.js';
import { predictedClass } from '../attacks/losses/cross-entropy.js';

/** Where logits come from, for messages. */
export interface LogitsOrigin {
  /** Number of classes K. */
  readonly classes: number;
  /** Ids of the images (B). */
  readonly ids: readonly string[];
  /** What was computed, for example `attacked images`. */
  readonly stage: string;
}

/**
 * The first class of largest logit of every image (B).
 * @param logits - (B, K) flat.
 * @throws ShapeError if there are not B·K logits; BoSearchError `E_NON_FINITE` naming stage and image if one is NaN or
 * infinite: argmax of NaN is class 0 in one runtime and another class in the next.
 */
export function predictions(logits: Float32Array, { classes, ids, stage }: LogitsOrigin): Int32Array {
  if (logits.length !== ids.length * classes) {
    throw new ShapeError(
      `${stage}: expected B·K = ${ids.length * classes} logits (B = ${ids.length}, K = ${classes}), got ${logits.length}`,
    );
  }
  return Int32Array.from(ids, (id, row) => {
    const predicted = predictedClass(logits, classes, row);
    if (predicted !== undefined) return predicted;
    const values = logits.subarray(row * classes, (row + 1) * classes);
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    throw new BoSearchError(
      'E_NON_FINITE',
      `${stage}: image "${id}" logit ${wrong}: expected a finite number, got ${values[wrong]}`,
      { hint: 'the model overflowed or its weights are damaged; nothing was counted' },
    );
  });
}

/** '1' where the prediction is the label. */
export function predictionBits(predicted: Int32Array, labels: Int32Array): Bits {
  if (predicted.length !== labels.length) {
    throw new ShapeError(
      `predictionBits: expected ${labels.length} predictions, one a label, got ${predicted.length}`,
    );
  }
  return bitsFrom(predicted.map((value, row) => (value === labels[row] ? 1 : 0)));
}
