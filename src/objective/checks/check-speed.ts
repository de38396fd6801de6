/** Measures images per second: purified and classified, and with gradients. Never fails; a machine may be busy with other things. */
import {
  allAlphas,
  type CheckedModel,
  type CheckImages,
  type Clock,
  type Finding,
  firstImages,
  passed,
  withDefence,
} from './checked-model.js';
import { cotangentFor } from './cotangent.js';

/** Images a pass. */
const IMAGES = 32;
const GRADIENT_IMAGES = 16;

const ROUNDS = 3;

/** The quickest of a few passes after one to warm up, at α = ½ with one draw: what is nearest to an idle machine. */
export async function checkSpeed(model: CheckedModel, clock: Clock): Promise<Finding> {
  const { description } = model.runtime;
  return withDefence(model, allAlphas(model, 0.5), async (defence) => {
    const drawOf = (imageIds: readonly string[]) => ({ key: 'check', index: 0, imageIds });
    const purified = await rate(firstImages(model, IMAGES), clock, ({ ids, pixels }) =>
      defence.logits(pixels, drawOf(ids)),
    );
    const differentiated = await rate(firstImages(model, GRADIENT_IMAGES), clock, ({ ids, pixels }) =>
      defence.vjp(pixels, drawOf(ids), cotangentFor(ids.length, defence.classes)),
    );
    return passed(
      `${rounded(purified)} images/s purified and classified, ${rounded(differentiated)} with gradients, one draw, on ${description}; timings vary with what else runs`,
      { purifiedPerSecond: purified, gradientsPerSecond: differentiated },
    );
  });
}

async function rate(
  images: CheckImages,
  clock: Clock,
  pass: (images: CheckImages) => Promise<unknown>,
): Promise<number> {
  await pass(images);
  let quickest = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = clock();
    await pass(images);
    quickest = Math.min(quickest, clock() - start);
  }
  return images.ids.length / quickest;
}

function rounded(perSecond: number): string {
  return perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toPrecision(2);
}
