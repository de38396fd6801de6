/** Checks that no tensor stays behind: a search calls the model ten thousands of times. */
import * as tf from '@tensorflow/tfjs-core';
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

const ROUNDS = 3;

/** Counts tensors before and after a few rounds of logits, gradients and purified images; the first one may build things. */
export async function checkTensors(model: CheckedModel): Promise<Finding> {
  const { ids, pixels } = firstImages(model, 2);
  const draw = { key: 'check', index: 0, imageIds: ids };
  const round = () =>
    withDefence(model, allAlphas(model, 0.5), async (defence) => {
      await defence.logits(pixels, draw);
      await defence.purify(pixels, draw);
      await defence.vjp(pixels, draw, cotangentFor(ids.length, defence.classes));
    });
  await round();
  const before = tf.memory().numTensors;
  for (let i = 0; i < ROUNDS; i += 1) await round();
  const grown = tf.memory().numTensors - before;
  const figures = { tensors: before, grown };
  if (grown === 0) return passed(`${before} tensors before and after ${ROUNDS} rounds`, figures);
  return failed(
    `expected as many tensors after ${ROUNDS} rounds as before, got ${grown} more than ${before}`,
    'methods are called in a tf.tidy: keep nothing with tf.keep, and make constants once, not in every call',
    figures,
  );
}
