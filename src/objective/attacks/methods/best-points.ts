/** The memory of a fixed-budget attack: of each image the best point so far, misclassified or not, and its loss. */
import type { AttackBatch } from '../contract/attack-batch.js';
import { predictedClass } from '../losses/cross-entropy.js';

/** Plain data. */
export interface BestPoints {
  /** (B, d): the misclassified point of highest loss, else the point of highest loss, else the clean image. */
  readonly points: Float32Array;
  /** (B): 1 once a point was misclassified. */
  readonly adversarial: Uint8Array;
  /** (B): loss at the point, −∞ before the first. */
  readonly loss: Float64Array;
}

export function createBestPoints({ images, ids }: AttackBatch): BestPoints {
  return {
    points: images.slice(),
    adversarial: new Uint8Array(ids.length),
    loss: new Float64Array(ids.length).fill(-Infinity),
  };
}

/** Points of images `rows` (b) with what the model said of them. */
export interface JudgedPoints {
  /** Their rows in the batch (b). */
  readonly rows: Int32Array;
  /** (b, d) flat. */
  readonly points: Float32Array;
  /** (b, K) flat. */
  readonly logits: Float32Array;
  /** The attack's loss (b), higher is more damaging; not looked at where a logit is not finite. */
  readonly losses: ArrayLike<number>;
}

/** Compares points with the best so far; later points win ties, and those with logits that are not finite are passed over. */
export function recordBest(best: BestPoints, { model, labels }: AttackBatch, judged: JudgedPoints): void {
  const d = model.pixels;
  for (const [at, row] of judged.rows.entries()) {
    const predicted = predictedClass(judged.logits, model.classes, at);
    if (predicted === undefined) continue;
    const isWrong = predicted !== labels[row];
    const wasWrong = best.adversarial[row] === 1;
    const loss = judged.losses[at];
    if (isWrong === wasWrong ? !(loss >= best.loss[row]) : !isWrong) continue;
    best.adversarial[row] = isWrong ? 1 : 0;
    best.loss[row] = loss;
    best.points.set(judged.points.subarray(at * d, (at + 1) * d), row * d);
  }
}
