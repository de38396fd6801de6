/** Asks a model which images it gets wrong, with NaN as a third answer. */
import type { AttackableModel } from './attackable-model.js';
import { predictedClass } from './cross-entropy.js';

/** What a model says of an image: right, wrong, or `non-finite` where a logit is NaN or infinite. */
export type Judgement = 'right' | 'wrong' | 'non-finite';

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

/** The model's judgement of every image (m) under draw 0 of the noise key. */
export async function judge(model: AttackableModel, key: string, asked: ImagesToJudge): Promise<Judgement[]> {
  const judgements: Judgement[] = [];
  for (let from = 0; from < asked.ids.length; from += asked.batchSize) {
    asked.signal?.throwIfAborted();
    const imageIds = asked.ids.slice(from, from + asked.batchSize);
    const values = asked.images.subarray(from * model.pixels, (from + imageIds.length) * model.pixels);
    const logits = await model.logits(values, { key, index: 0, imageIds });
    for (const row of imageIds.keys()) {
      const predicted = predictedClass(logits, model.classes, row);
      if (predicted === undefined) judgements.push('non-finite');
      else judgements.push(predicted === asked.labels[from + row] ? 'right' : 'wrong');
    }
  }
  return judgements;
}
