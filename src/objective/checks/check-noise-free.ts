/** Checks that with every α = 0 no noise reaches the images: the model's own encoding is kept as it is. */
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

const IMAGES = 4;

/** Purifies the same images under two noise keys and compares bit for bit. */
export async function checkNoiseFree(model: CheckedModel): Promise<Finding> {
  const { ids, pixels } = firstImages(model, IMAGES);
  const difference = await withDefence(bare(model), allAlphas(model, 0), async (defence) => {
    const under = (key: string) => defence.purify(pixels, { key, index: 0, imageIds: ids });
    return largestDifference(await under('check'), await under('another key'));
  });
  if (difference === 0) return passed(`two noise keys give ${apart(0)}`, { difference });
  return failed(
    `expected the same bits under two noise keys, got values up to ${small(difference)} apart`,
    'begin, posterior and commit must draw nothing: take the mean of the encoding',
    { difference },
  );
}
