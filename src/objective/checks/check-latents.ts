/** Checks that every latent has the shapes the model says: noise in, posterior and prior out, image at the end. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { imagesTensor } from '../purification/pipeline.js';
import { walkLatents } from '../purification/walk.js';
import { stateBatch } from '../tensors/state-tree.js';
import { type CheckedModel, type Finding, failed, firstImages, passed } from './checked-model.js';

const HINT = 'latents and image of the model must say the shapes its methods take and give, batch axis first';

/** Walks a batch of two and compares every shape. */
export async function checkLatents(model: CheckedModel): Promise<Finding> {
  const { mlvgm } = model;
  const batch = firstImages(model, 2);
  const { length } = batch.ids;
  const { height, width, channels } = mlvgm.image;
  const wrong: string[] = [];
  const compare = (what: string, { shape }: Tensor, expected: readonly number[]): void => {
    if (shape.join() === expected.join()) return;
    wrong.push(`${what}: expected ${expected.join('x')}, got ${shape.join('x')}`);
  };
  tf.tidy(() => {
    const begun = mlvgm.begin(imagesTensor(mlvgm.image, batch));
    const walked = walkLatents(mlvgm, begun, {
      temperature: model.temperature,
      noise: (i) => tf.zeros([length, ...mlvgm.latents[i].noise]),
      mixer: (latent) => {
        const { name, shape } = latent.spec;
        const z = latent.posterior();
        compare(`posterior of ${name}`, z, [length, ...shape]);
        compare(`prior of ${name}`, latent.prior(), [length, ...shape]);
        return z;
      },
    });
    if (stateBatch(walked) !== length)
      wrong.push(`state: expected ${length} rows, got ${stateBatch(walked)}`);
    compare('images', mlvgm.finish(walked), [length, height, width, channels]);
  });
  if (wrong.length > 0) return failed(wrong.join('; '), HINT);
  const latents = mlvgm.latents.length;
  const sizes = mlvgm.latents.map(({ shape }) => shape.reduce((n, side) => n * side, 1));
  const dimensions = sizes.reduce((sum, size) => sum + size, 0);
  return passed(
    `${latents} latents of ${dimensions} numbers in all, images of ${height}x${width}x${channels}`,
    { latents, dimensions },
  );
}
