/** Checks that with every α = 1 the noise decides the images, and counts the latents whose noise alone changes them. */
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
import { largestDifference, small } from './differences.js';

const IMAGES = 4;

/** More names than this are counted only. */
const NAMED = 3;

/** Purifies the same images under two noise keys: all latents re-sampled, then each alone. */
export async function checkNoiseReaches(model: CheckedModel): Promise<Finding> {
  const { mlvgm } = model;
  const images = firstImages(model, IMAGES);
  const difference = await effect(model, allAlphas(model, 1), images);
  if (difference === 0) {
    const hint = 'prior must make z from the noise it is given, and finish the images from every z';
    return failed('expected other images under another noise key, got the same bits', hint, { difference });
  }
  const silent: string[] = [];
  for (const [i, { name }] of mlvgm.latents.entries()) {
    const alone = mlvgm.latents.map((_, j) => (j === i ? 1 : 0));
    if ((await effect(model, alone, images)) === 0) silent.push(name);
  }
  const heard = mlvgm.latents.length - silent.length;
  const names = silent.slice(0, NAMED).join(', ') + (silent.length > NAMED ? ' …' : '');
  const which = silent.length === 0 ? '' : `, not ${names}: the search can gain nothing there`;
  return passed(
    `two noise keys change images by up to ${small(difference)}; so do ${heard} of ${mlvgm.latents.length} latents alone${which}`,
    { difference, latents: heard },
  );
}

async function effect(
  model: CheckedModel,
  alphas: readonly number[],
  { ids, pixels }: ReturnType<typeof firstImages>,
): Promise<number> {
  return withDefence(bare(model), alphas, async (defence) => {
    const under = (key: string) => defence.purify(pixels, { key, index: 0, imageIds: ids });
    return largestDifference(await under('check'), await under('another key'));
  });
}
