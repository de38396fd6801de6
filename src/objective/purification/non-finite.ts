/** Finds out where a pipeline first gave NaN or an infinity, and says so. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { BoSearchError } from '../../errors.js';
import type { Mlvgm, State } from '../models/mlvgm.js';
import { stateTensors } from '../tensors/state-tree.js';
import type { LatentWeight } from './mixing-weights.js';
import type { NoiseKey } from './noise.js';
import { imagesTensor, purifiedImages } from './pipeline.js';
import type { Chunk, Pipeline } from './pipeline.js';

const HINT =
  'no score was made of it: check weights, temperature and images, or walk the model on one image alone';

/** Position of the first value that is not finite, or -1. */
export function firstNonFinite(values: ArrayLike<number>): number {
  for (let i = 0; i < values.length; i += 1) {
    if (!Number.isFinite(values[i])) return i;
  }
  return -1;
}

/**
 * Runs one purification again, keeping what each step gives, and reads it up to the first step that is not finite.
 * @returns the error to throw; it names model, step and image.
 */
export async function nonFiniteError(
  pipeline: Pipeline,
  chunk: Chunk,
  weights: readonly LatentWeight[],
  noise: NoiseKey,
): Promise<BoSearchError> {
  const { mlvgm, classifier } = pipeline;
  const steps: Step[] = [];
  const keep = (model: string, name: string, state: State): void => {
    steps.push({ model, name, tensors: stateTensors(state).map((tensor) => tf.keep(tf.clone(tensor))) });
  };
  try {
    tf.tidy(() => {
      const watched = watchSteps(mlvgm, (name, state) => keep(mlvgm.name, name, state));
      const images = imagesTensor(mlvgm.image, chunk);
      const purified = purifiedImages({ ...pipeline, mlvgm: watched }, images, weights, noise, chunk.ids);
      keep(classifier.name, 'the logits', classifier.logits(purified));
    });
    const message =
      (await firstBroken(steps, chunk.ids)) ??
      `${mlvgm.name}: expected values that can be added up, got an overflow`;
    return new BoSearchError('E_NON_FINITE', message, { hint: HINT });
  } finally {
    for (const { tensors } of steps) tf.dispose(tensors);
  }
}

/** Error for a gradient that is not finite, naming the image. */
export function nonFiniteGradient(
  where: string,
  id: string | undefined,
  value: number | undefined,
): BoSearchError {
  return new BoSearchError(
    'E_NON_FINITE',
    `${where}: expected a finite gradient, got ${value} on image "${id}"`,
    { hint: HINT },
  );
}

/** What one step of a walk gave, in tensors of its own. */
interface Step {
  readonly model: string;
  readonly name: string;
  readonly tensors: Tensor[];
}

/** What to say of the first step that is not finite. */
async function firstBroken(steps: readonly Step[], ids: readonly string[]): Promise<string | undefined> {
  for (const { model, name, tensors } of steps) {
    for (const tensor of tensors) {
      const values = await tensor.data();
      const at = firstNonFinite(values);
      if (at < 0) continue;
      const id = ids[Math.floor(at / (values.length / ids.length))];
      return `${model}: expected finite numbers in ${name}, got ${values[at]} on image "${id}"`;
    }
  }
  return undefined;
}

/** The model, showing what each step gives. */
function watchSteps(mlvgm: Mlvgm, look: (step: string, state: State) => void): Mlvgm {
  const shown = <S extends State>(step: string, state: S): S => {
    look(step, state);
    return state;
  };
  const latent = (i: number): string => `latent ${i} "${mlvgm.latents[i]?.name}"`;
  return {
    name: mlvgm.name,
    hash: mlvgm.hash,
    latents: mlvgm.latents,
    image: mlvgm.image,
    begin: (images) => shown('the encoding', mlvgm.begin(shown('the preprocessed images', images))),
    posterior: (state, i) => shown(`the posterior of ${latent(i)}`, mlvgm.posterior(state, i)),
    prior: (state, i, noise, t) => shown(`the prior of ${latent(i)}`, mlvgm.prior(state, i, noise, t)),
    commit: (state, i, z) => shown(`the state after ${latent(i)}`, mlvgm.commit(state, i, z)),
    finish: (state) => shown('the decoded images', mlvgm.finish(state)),
    dispose: () => mlvgm.dispose(),
  };
}
