/** Screens points between the attacks of a cascade: do they hold under draws that did not choose them? */
import type { AttackBatch } from '../contract/attack-batch.js';
import { isFiniteRow, predictedClass } from '../losses/cross-entropy.js';
import { MARGIN } from '../losses/margin.js';

export interface Screening {
  /** Draws a point is judged under, at least 1. */
  readonly draws: number;
  /** Least share of them that has to be fooled, in (0, 1]. */
  readonly share: number;
}

export interface ScreenedPoint {
  /** True if draws enough are fooled. */
  readonly holds: boolean;
  /** Mean margin of a wrong class over the draws; −∞ where no draw's logits were finite. */
  readonly margin: number;
}

/**
 * What the model says of one point of every image of the batch.
 * @param points - (b) points, (d) each.
 * @param turn - screenings of the same images before: every one has draws of its own.
 */
export async function screenPoints(
  { model, labels, ids, key }: AttackBatch,
  points: readonly Float32Array[],
  { draws, share }: Screening,
  turn: number,
): Promise<ScreenedPoint[]> {
  const { classes, pixels } = model;
  const images = new Float32Array(points.length * pixels);
  for (const [at, point] of points.entries()) images.set(point, at * pixels);
  const wrong = new Int32Array(points.length);
  const finite = new Int32Array(points.length);
  const margins = new Float64Array(points.length);
  for (let draw = 0; draw < draws; draw += 1) {
    const logits = await model.logits(images, { key, index: turn * draws + draw, imageIds: ids });
    for (const [at, label] of labels.entries()) {
      if (!isFiniteRow(logits, classes, at)) continue;
      finite[at] += 1;
      margins[at] += MARGIN.value({ logits, classes, row: at, label, target: label });
      if (predictedClass(logits, classes, at) !== label) wrong[at] += 1;
    }
  }
  return points.map((_, at) => ({
    holds: wrong[at] > 0 && wrong[at] >= share * draws,
    margin: finite[at] === 0 ? -Infinity : margins[at] / finite[at],
  }));
}
