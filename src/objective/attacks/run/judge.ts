/** Asks a model which images it gets wrong, over one draw or several, with NaN as a third answer. */
import { predictedClass } from '../losses/cross-entropy.js';
import type { AttackableModel } from '../model/attackable-model.js';

export interface ImagesToJudge {
  /** (m, H, W, C) flat. */
  readonly images: Float32Array;
  /** True classes (m). */
  readonly labels: Int32Array;
  readonly ids: readonly string[];
  /** Images judged at once; no answer depends on it. */
  readonly batchSize: number;
  readonly signal?: AbortSignal;
}

/** Which draws judge. */
export interface JudgingDraws {
  readonly key: string;
  /** Number of the first, default 0. */
  readonly from?: number;
  readonly count: number;
}

/** What the draws say of an image. */
export interface DrawnJudgement {
  /** Share of the draws under which it is misclassified. */
  readonly wrong: number;
  /** A logit was NaN or infinite under one of them; such a draw is not counted as wrong. */
  readonly nonFinite: boolean;
}

/** The model's judgement of every image (m). */
export async function judge(
  model: AttackableModel,
  draws: JudgingDraws,
  asked: ImagesToJudge,
): Promise<DrawnJudgement[]> {
  const wrong = new Int32Array(asked.ids.length);
  const nonFinite = new Uint8Array(asked.ids.length);
  for (let from = 0; from < asked.ids.length; from += asked.batchSize) {
    const imageIds = asked.ids.slice(from, from + asked.batchSize);
    const values = asked.images.subarray(from * model.pixels, (from + imageIds.length) * model.pixels);
    for (let draw = 0; draw < draws.count; draw += 1) {
      asked.signal?.throwIfAborted();
      const index = (draws.from ?? 0) + draw;
      const logits = await model.logits(values, { key: draws.key, index, imageIds });
      for (const row of imageIds.keys()) {
        const predicted = predictedClass(logits, model.classes, row);
        if (predicted === undefined) nonFinite[from + row] = 1;
        else if (predicted !== asked.labels[from + row]) wrong[from + row] += 1;
      }
    }
  }
  return asked.ids.map((_, row) => ({ wrong: wrong[row] / draws.count, nonFinite: nonFinite[row] === 1 }));
}
