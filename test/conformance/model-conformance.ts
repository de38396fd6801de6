/** The whole bundled model against PyTorch in float64: walks, logits, and gradients through encoder, walk and classifier. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { OpenedModel } from '../../src/objective/models/open-model.js';
import type { State } from '../../src/objective/models/mlvgm.js';
import { logitsAndGradient } from '../../src/objective/tensors/vjp.js';
import { crossEntropySlope, readTorchFixtures } from '../objective/torch-fixtures.js';
import type { ConformanceCase, Deviation } from './conformance-case.js';
import { largestError, relativeError } from './derivatives.js';

const torch = readTorchFixtures();
const TASK = 'coarse';

/** @param model - the bundled model, opened with the task `coarse`; it stays the caller's. */
export function modelCases(model: OpenedModel): ConformanceCase[] {
  return [
    {
      title: 'bundled model, walk with noise, latent by latent',
      run: ({ tolerances }) => comparedWalk(model, tolerances.model),
    },
    {
      title: 'bundled model, bare logits and input gradient',
      run: async ({ tolerances }) => {
        const bare = await gradientOf((x) => model.classifier.logits(x));
        return [
          deviation('logits', bare.logits, `${TASK}.logits.bare`, tolerances.model),
          gradientDeviation(bare.gradient, `${TASK}.gradient.bare`, tolerances.modelGradient),
        ];
      },
    },
    {
      title: 'bundled model, input gradient through encoder, walk and classifier',
      run: async ({ tolerances }) => {
        const { logits, gradient } = await gradientOf((x) => model.classifier.logits(purified(model, x)));
        return [
          deviation('logits', logits, `${TASK}.logits.alpha0`, tolerances.model),
          gradientDeviation(gradient, `${TASK}.gradient.alpha0`, tolerances.modelGradient),
        ];
      },
    },
  ];
}

/** Every tensor of the walk that PyTorch has, kept until all are read. */
async function comparedWalk({ mlvgm, classifier }: OpenedModel, bound: number): Promise<Deviation[]> {
  const found: [string, Tensor][] = [];
  const keep = <T extends Tensor>(name: string, tensor: T): T => {
    found.push([name, tf.keep(tf.clone(tensor))]);
    return tensor;
  };
  tf.tidy(() => {
    let state: State = mlvgm.begin(torch.tensor('images') as Tensor4D);
    for (const [i, { name }] of mlvgm.latents.entries()) {
      const alpha = torch.alphas.linear[i] ?? NaN;
      const posterior = keep(`linear.${name}.posterior`, mlvgm.posterior(state, i));
      const noise = torch.tensor(`noise.${name}`);
      const prior = keep(`linear.${name}.prior`, mlvgm.prior(state, i, noise, torch.temperature));
      const mixed = tf.add(tf.mul(posterior, 1 - alpha), tf.mul(prior, alpha));
      state = mlvgm.commit(state, i, keep(`linear.${name}.mixed`, mixed));
    }
    const output = keep('linear.output', mlvgm.finish(state));
    keep(`${TASK}.logits.linear`, classifier.logits(output));
  });
  const deviations: Deviation[] = [];
  for (const [name, tensor] of found) {
    deviations.push(deviation(name, await tensor.data(), name, bound));
    tensor.dispose();
  }
  return deviations;
}

function purified({ mlvgm }: OpenedModel, images: Tensor4D): Tensor4D {
  let state = mlvgm.begin(images);
  for (const i of mlvgm.latents.keys()) state = mlvgm.commit(state, i, mlvgm.posterior(state, i));
  return mlvgm.finish(state);
}

async function gradientOf(f: Parameters<typeof logitsAndGradient>[0]) {
  const images = torch.tensor('images') as Tensor4D;
  try {
    return await logitsAndGradient(f, images, crossEntropySlope(torch.labels[TASK]));
  } finally {
    images.dispose();
  }
}

function deviation(what: string, got: ArrayLike<number>, fixture: string, bound: number): Deviation {
  return { what, got: largestError(got, torch.values(fixture)), bound };
}

function gradientDeviation(got: ArrayLike<number>, fixture: string, bound: number): Deviation {
  return { what: 'gradient', got: relativeError(got, torch.values(fixture)), bound };
}
