/** Checks that noise follows the id of an image: another id, another purification; the same id, the same, wherever it stands. */
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
import { apart, largestDifference, small } from './differences.js';

/** As between batches: the order of sums may follow the place in the batch. */
const TOLERANCE = 1e-4;

/** Purifies one picture three times in a batch, as two images of one id and one of another, all re-sampled. */
export async function checkNoiseKeys(model: CheckedModel): Promise<Finding> {
  const [picture] = [firstImages(model, 1).pixels];
  const pixels = Float32Array.from([...picture, ...picture, ...picture]);
  const purified = await withDefence(bare(model), allAlphas(model, 1), async (defence) => {
    const at = (index: number) => defence.purify(pixels, { key: 'check', index, imageIds: ['a', 'b', 'a'] });
    return { first: await at(0), next: await at(1) };
  });
  const part = (of: Float32Array, i: number) => of.subarray(i * picture.length, (i + 1) * picture.length);
  const same = largestDifference(part(purified.first, 2), part(purified.first, 0));
  const other = largestDifference(part(purified.first, 1), part(purified.first, 0));
  const next = largestDifference(part(purified.next, 0), part(purified.first, 0));
  const figures = { same, other, next };
  const hint = 'prior must make each row of z from the same row of the noise, and from nothing else';
  if (!(same <= TOLERANCE)) {
    return failed(
      `expected one image twice in a batch to be the same, got ${small(same)} of difference`,
      hint,
      figures,
    );
  }
  if (other === 0)
    return failed('expected another id to give another image, got the same bits', hint, figures);
  if (next === 0)
    return failed('expected another draw to give another image, got the same bits', hint, figures);
  return passed(
    `one id in two places: ${apart(same)}; another id changes by ${small(other)}, another draw by ${small(next)}`,
    figures,
  );
}
