/** The memory of an iterative attack: of each image the best point so far, adversarial and in loss, and its flags. */
import { errorLogOdds, predictedClass } from './cross-entropy.js';
import type { AttackBatch, AttackFlags, Perturbed } from './fixed-budget-attack.js';

export interface PgdTrack {
  /** Compares points (b, d) with logits (b, K), of the images `rows` (b), with the best so far. Later points win ties. */
  record(rows: Int32Array, points: Float32Array, logits: Float32Array): void;
  /** True once a point of image `row` was misclassified. */
  isAdversarial(row: number): boolean;
  flag(row: number, name: keyof AttackFlags): void;
  /** The misclassified point of highest loss, else the point of highest loss, else the clean image. */
  result(): Perturbed;
}

export function createPgdTrack({ model, images, labels }: AttackBatch): PgdTrack {
  const d = model.pixels;
  const best = images.slice();
  const adversarial = new Array<boolean>(labels.length).fill(false);
  const loss = new Float64Array(labels.length).fill(-Infinity);
  const flags = Array.from(labels, () => ({ zeroGradient: false, nonFinite: false }));

  const flag = (row: number, name: keyof AttackFlags): void => {
    flags[row] = { ...flags[row], [name]: true };
  };

  const recordOne = (row: number, point: Float32Array, logits: Float32Array, at: number): void => {
    const label = labels[row];
    const predicted = predictedClass(logits, model.classes, at);
    if (predicted === undefined) {
      flag(row, 'nonFinite');
      return;
    }
    const isWrong = predicted !== label;
    const value = errorLogOdds(logits, model.classes, at, label);
    const better = isWrong === adversarial[row] ? value >= loss[row] : isWrong;
    if (!better) return;
    adversarial[row] = isWrong;
    loss[row] = value;
    best.set(point, row * d);
  };

  return {
    record(rows, points, logits) {
      for (const [at, row] of rows.entries()) {
        recordOne(row, points.subarray(at * d, (at + 1) * d), logits, at);
      }
    },
    isAdversarial: (row) => adversarial[row] === true,
    flag,
    result: () => ({ images: best, flags }),
  };
}
