/** Checks that an image's logits and gradient do not depend on the others of its batch, nor on their order. */
import type { VjpResult } from '../attacks/model/attackable-model.js';
import {
  allAlphas,
  type CheckedModel,
  type CheckImages,
  type Finding,
  failed,
  firstImages,
  passed,
  withDefence,
} from './checked-model.js';
import { cotangentFor } from './cotangent.js';
import { apart, largestDifference, small } from './differences.js';

/** Kernels that choose tiles by shape add in another order: some roundings of float32 in a deep network. */
const TOLERANCE = 1e-4;

/** Compares a batch of two with each image alone and with the batch turned round, at α = ½. */
export async function checkBatch(model: CheckedModel): Promise<Finding> {
  const { pixels, ids } = firstImages(model, 2);
  const size = pixels.length / 2;
  const first = { ids: ids.slice(0, 1), pixels: pixels.subarray(0, size) };
  const second = { ids: ids.slice(1), pixels: pixels.subarray(size) };
  const both = { ids, pixels };
  const differences = await withDefence(model, allAlphas(model, 0.5), async (defence) => {
    const run = ({ ids: imageIds, pixels: images }: CheckImages) => {
      const cotangent = cotangentFor(1, defence.classes);
      const repeated = Float32Array.from(imageIds.flatMap(() => [...cotangent]));
      return defence.vjp(images, { key: 'check', index: 0, imageIds }, repeated);
    };
    const together = await run(both);
    const alone = joined(await run(first), await run(second));
    const turned = swapped(await run(joinedImages(second, first)));
    return { alone: furthest(together, alone), turned: furthest(together, turned) };
  });
  const worst = Math.max(differences.alone, differences.turned);
  if (worst <= TOLERANCE)
    return passed(`two together, each alone, and in the other order: ${apart(worst)}`, differences);
  return failed(
    `expected two images to be what each is alone, got ${small(differences.alone)} of difference, and ${small(differences.turned)} in the other order`,
    'no layer may look across the batch: batch norm must be in evaluation mode',
    differences,
  );
}

function furthest(a: VjpResult, b: VjpResult): number {
  return Math.max(largestDifference(a.logits, b.logits), largestDifference(a.gradient, b.gradient));
}

function joined(a: VjpResult, b: VjpResult): VjpResult {
  return { logits: concat(a.logits, b.logits), gradient: concat(a.gradient, b.gradient) };
}

function joinedImages(a: CheckImages, b: CheckImages): CheckImages {
  return { ids: [...a.ids, ...b.ids], pixels: concat(a.pixels, b.pixels) };
}

/** The two images of a result in the other order. */
function swapped({ logits, gradient }: VjpResult): VjpResult {
  const turn = (values: Float32Array): Float32Array => {
    const half = values.length / 2;
    return concat(values.subarray(half), values.subarray(0, half));
  };
  return { logits: turn(logits), gradient: turn(gradient) };
}

function concat(a: Float32Array, b: Float32Array): Float32Array {
  return Float32Array.from([...a, ...b]);
}
