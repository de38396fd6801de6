/** Checks that the classifier fits the images' labels: clean accuracy clearly above chance. */
import { accuracyOf } from '../evaluation/accuracy.js';
import { predictionBits, predictions } from '../evaluation/predictions.js';
import { bareClassifier } from '../purification/bare-classifier.js';
import {
  allAlphas,
  bare,
  type CheckedModel,
  type Finding,
  failed,
  passed,
  skipped,
  withDefence,
} from './checked-model.js';

/** Accuracy without a defence must be above chance; that of reconstructions is told beside it. */
export async function checkAccuracy(model: CheckedModel): Promise<Finding> {
  const { ids, pixels, labels } = model.images;
  const classes = model.classifier.classes.length;
  const draw = { key: 'check', index: 0, imageIds: ids };
  const origin = { classes, ids, stage: 'check of accuracy' };
  const accuracy = (logits: Float32Array) =>
    accuracyOf(predictionBits(predictions(logits, origin), labels), labels, classes);
  const clean = accuracy(await bareClassifier(model).logits(pixels, draw));
  const kept = await withDefence(bare(model), allAlphas(model, 0), (defence) => defence.logits(pixels, draw));
  const figures = {
    images: ids.length,
    clean: clean.mean,
    reconstructed: accuracy(kept).mean,
    chance: 1 / classes,
  };
  const [low, high] = clean.interval.map(percent);
  const detail =
    `${percent(clean.mean)} % of ${ids.length} images [${low}, ${high}], chance ${percent(1 / classes)} %; ` +
    `reconstructed with every α = 0: ${percent(figures.reconstructed)} %`;
  if (clean.interval[0] > 1 / classes) return passed(detail, figures);
  if (clean.mean > 1 / classes) return skipped(`${detail}; too few images to tell it from chance`);
  return failed(detail, 'classifier and images must have the same classes in the same order', figures);
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
