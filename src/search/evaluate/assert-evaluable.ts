/** Checks that attacks and images fit each other and the model, before anything is computed. */
import { BoSearchError } from '../../errors.js';
import type { AttackBatch, DifferentiableModel } from '../../objective/attacks/contract/attack-batch.js';
import type { AttackMachine } from '../../objective/attacks/contract/attack-machine.js';
import { availableImages } from '../../objective/images/choose-images.js';
import { assertTaskFits } from '../../objective/images/image-task.js';
import { assertModelsClasses } from '../config/assert-enough-images.js';
import type { FittingModel } from '../config/assert-fits.js';
import { configPlace } from '../config/config-place.js';
import type { SearchConfig } from '../config/search-config.js';
import type { EvaluationPlan } from './evaluation-plan.js';

/**
 * @throws BoSearchError `E_CONFIG` with the place if there are too few held-out images; what an attack throws that does
 * not fit images or classes.
 */
export async function assertEvaluable(
  plan: EvaluationPlan,
  config: SearchConfig,
  configFile: string | undefined,
  { images, manifest, task }: FittingModel,
): Promise<void> {
  const survey = await images.survey();
  if (config.images !== undefined) assertModelsClasses(survey, manifest, task, configFile);
  assertTaskFits(task, survey.classes);
  const fine = survey.labels.heldOut;
  const most = fine.length === 0 ? 0 : availableImages(fine, { split: 'heldOut', task, seed: config.seed });
  if (plan.evaluation.images > most) {
    throw new BoSearchError(
      'E_CONFIG',
      `${configPlace(configFile, ['evaluation', 'images'])}: expected at most ${most}, which the split heldOut has with all classes alike, got ${plan.evaluation.images}`,
      { hint: `ask for ${most} or fewer, or add images of every class to heldOut` },
    );
  }
  const { height, width, channels } = manifest.image;
  assertAttacksFit(plan, height * width * channels, task.classes.length);
}

/** @throws BoSearchError as an attack does that fits neither such images nor so many classes. */
export function assertAttacksFit({ attacks }: EvaluationPlan, pixels: number, classes: number): void {
  for (const { attack } of attacks) {
    const machine = attack.machine as AttackMachine<DifferentiableModel>;
    machine.begin(batchOfOne(pixels, classes));
  }
}

/** A grey image, and a model that is asked nothing. */
function batchOfOne(pixels: number, classes: number): AttackBatch<DifferentiableModel> {
  const unasked = () =>
    Promise.reject(new Error('Internal error: an attack asked its model before it began'));
  return {
    model: { classes, pixels, logits: unasked, vjp: unasked },
    images: new Float32Array(pixels).fill(0.5),
    labels: new Int32Array(1),
    ids: ['none'],
    key: 'none',
    seed: 0,
  };
}
