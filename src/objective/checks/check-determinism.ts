/** Checks that the same images, noise and α give the same numbers twice. */
import {
  allAlphas,
  type CheckedModel,
  type Finding,
  failed,
  firstImages,
  passed,
  withDefence,
} from './checked-model.js';
import { cotangentFor } from './cotangent.js';
import { apart, largestDifference, small } from './differences.js';

const IMAGES = 4;

/** Gradients of GPUs may add in an order that changes from run to run; attacks are made once and kept. */
const GRADIENT_TOLERANCE = 1e-4;

/** Runs logits and gradient twice, at α = ½. */
export async function checkDeterminism(model: CheckedModel): Promise<Finding> {
  const { ids, pixels } = firstImages(model, IMAGES);
  const draw = { key: 'check', index: 0, imageIds: ids };
  const [one, two] = await withDefence(model, allAlphas(model, 0.5), async (defence) => {
    const cotangent = cotangentFor(ids.length, defence.classes);
    const run = async () => ({
      logits: await defence.logits(pixels, draw),
      gradient: (await defence.vjp(pixels, draw, cotangent)).gradient,
    });
    return [await run(), await run()];
  });
  const logits = largestDifference(one.logits, two.logits);
  const gradient = largestDifference(one.gradient, two.gradient);
  const figures = { logits, gradient };
  if (logits === 0 && gradient <= GRADIENT_TOLERANCE) {
    return passed(`twice the same: logits ${apart(logits)}, gradients ${apart(gradient)}`, figures);
  }
  return failed(
    `expected the same numbers twice, got logits ${small(logits)} and gradients ${small(gradient)} apart`,
    'dropout must be off and nothing drawn but from the noise that is given; a search cannot be resumed otherwise',
    figures,
  );
}
