/** Checks that purified images are finite and in [0, 1], and logits finite, from all kept to all re-sampled. */
import {
  allAlphas,
  bare,
  type CheckedModel,
  type Finding,
  failed,
  firstImages,
  passed,
  withDefence,
} from './checked-model.js';

const IMAGES = 8;

const ALPHAS = [0, 0.5, 1] as const;

/** Looks at a few images under three α. */
export async function checkOutputs(model: CheckedModel): Promise<Finding> {
  const { ids, pixels } = firstImages(model, IMAGES);
  const draw = { key: 'check', index: 0, imageIds: ids };
  let [low, high, largest] = [Infinity, -Infinity, 0];
  for (const alpha of ALPHAS) {
    const outputs = await withDefence(bare(model), allAlphas(model, alpha), async (defence) => ({
      images: await defence.purify(pixels, draw),
      logits: await defence.logits(pixels, draw),
    }));
    const wrong = outputs.images.find((value) => !(value >= 0 && value <= 1));
    if (wrong !== undefined) {
      const detail = `purified images at α = ${alpha}: expected values in [0, 1], got ${wrong}`;
      return failed(detail, 'finish must clamp what it decodes to [0, 1]');
    }
    for (const value of outputs.images) [low, high] = [Math.min(low, value), Math.max(high, value)];
    for (const logit of outputs.logits) largest = Math.max(largest, Math.abs(logit));
  }
  if (low === high) {
    return failed(`every value of every purified image is ${low}`, 'check the decoder and its weights');
  }
  const range = `[${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return passed(`purified images within ${range}, logits within ±${largest.toFixed(1)}`, {
    low,
    high,
    largestLogit: largest,
  });
}
