/** Checks gradients against differences of the logits: of the classifier alone, and of the whole defence. */
import { bareClassifier } from '../purification/bare-classifier.js';
import {
  allAlphas,
  type CheckedModel,
  type Finding,
  failed,
  firstImages,
  passed,
  withDefence,
} from './checked-model.js';
import { small } from './differences.js';
import {
  GRADIENT_DIRECTIONS,
  GRADIENT_IMAGES,
  GRADIENT_TOLERANCE,
  gradientAgreement,
  insideImages,
} from './gradient-agreement.js';

/** The classifier alone. */
export async function checkClassifierGradient(model: CheckedModel): Promise<Finding> {
  return compare(bareClassifier(model), model);
}

/** Preprocessing, model and classifier, at α = ½ with noise. */
export async function checkDefenceGradient(model: CheckedModel): Promise<Finding> {
  return withDefence(model, allAlphas(model, 0.5), (defence) => compare(defence, model));
}

async function compare(
  checked: Parameters<typeof gradientAgreement>[0],
  model: CheckedModel,
): Promise<Finding> {
  const found = await gradientAgreement(checked, insideImages(firstImages(model, GRADIENT_IMAGES)));
  if (found === undefined) {
    return failed('the logits do not change with the image', 'the model must look at its images');
  }
  const { relativeError, step } = found;
  const detail = `relative error ${small(relativeError)} against differences along ${GRADIENT_DIRECTIONS} directions, step ${small(step)}`;
  if (relativeError <= GRADIENT_TOLERANCE) return passed(detail, { relativeError, step });
  return failed(
    `${detail}; expected at most ${GRADIENT_TOLERANCE}`,
    "build layers from the library's (createConvLayer, createDenseLayer …): some gradients of TensorFlow.js are wrong",
    { relativeError, step },
  );
}
