/**
 * Takes images apart into the codes of a model once, and puts codes of two images together (the paper's figures 9 and 10).
 *
 * Notation: M images, P pairs of them; r_i = (z_i^e − μ_i)/σ_i the standardised residual of latent i along an image's own
 * encoding; μ_i, σ_i the prior as a walk has it by then.
 */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { BoSearchError, internalError } from '../../errors.js';
import { predictions } from '../evaluation/predictions.js';
import type { Classifier } from '../models/classifier.js';
import type { Mlvgm, State } from '../models/mlvgm.js';
import { assertImages, chunksOf } from '../purification/image-chunks.js';
import { encodeCodes } from '../purification/mixers.js';
import { DEFAULT_CHUNK_SIZE, imagesTensor } from '../purification/pipeline.js';
import { type Mixer, walkLatents } from '../purification/walk.js';
import { assertRuns, type Runtime } from '../tensors/runtime.js';
import { concatStates, disposeState, gatherState, keepState } from '../tensors/state-tree.js';
import type { ImagePair } from './image-pairs.js';

/** Residuals belong to the prior as it is. */
const TEMPERATURE = 1;

/**
 * `residuals`: both images' residuals on the prior as the walk has it, z_i = μ_i + σ_i·r_i.
 * `re-encoded`: A's residuals likewise, but B is encoded again at the walk's state, so that its later codes can repair
 * what A's changed.
 */
export type MixingForm = 'residuals' | 're-encoded';

export interface CodeMixerOptions {
  readonly runtime: Runtime;
  /** Its priors must be affine in their noise, as Gaussian ones are. */
  readonly mlvgm: Mlvgm;
  readonly classifier: Classifier;
  /** Stable ids (M), for messages, and pixels (M, H, W, C) flat, in [0, 1]. */
  readonly images: { readonly ids: readonly string[]; readonly pixels: Float32Array };
  /** Images a pass, at least 1; default 100. It changes speed and memory, not results. */
  readonly chunkSize?: number;
  readonly signal?: AbortSignal;
}

/** Which codes are A's. */
export interface Mixture {
  /** One a latent (N); all others are B's. */
  readonly fromA: readonly boolean[];
  readonly form: MixingForm;
}

/** Images taken apart. */
export interface CodeMixer {
  /** Root mean square of the residuals of each latent over all images (N): near 0 where a latent carries nothing. */
  readonly residualSizes: readonly number[];
  /** What the classifier answers to each mixture (P). @throws BoSearchError `E_NON_FINITE`; the signal's reason. */
  classify(pairs: readonly ImagePair[], mixture: Mixture, signal?: AbortSignal): Promise<Int32Array>;
  /** The mixed images (P, H, W, C), flat, and the answers to them. */
  picture(
    pairs: readonly ImagePair[],
    mixture: Mixture,
  ): Promise<{ readonly pixels: Float32Array; readonly answers: Int32Array }>;
  dispose(): void;
}

/** What is kept of the images: what the walk begins with, and their residuals, one tensor (M, …) a latent. */
interface Parts {
  readonly begun: State;
  readonly residuals: readonly Tensor[];
}

/**
 * Encodes images.
 * @throws BoSearchError `E_BACKEND`, `E_IMAGES` or ShapeError for images that do not fit; `E_NON_FINITE` if a code is not
 * finite; the signal's reason if it is aborted.
 */
export async function openCodeMixer(options: CodeMixerOptions): Promise<CodeMixer> {
  const { runtime, mlvgm, images } = options;
  assertRuns(runtime, 'openCodeMixer');
  assertImages('openCodeMixer', images.pixels, images.ids, sizeOf(mlvgm));
  const parts = await encodedParts(options);
  let disposed = false;
  const dispose = (): void => {
    if (!disposed) disposeParts(parts);
    disposed = true;
  };
  const live = (): Parts => {
    if (disposed) throw new BoSearchError('E_ARGUMENT', 'code mixer: asked after dispose');
    assertRuns(runtime, 'code mixer');
    return parts;
  };
  try {
    return {
      residualSizes: await sizesOf(parts.residuals, mlvgm),
      classify: (pairs, mixture, signal) => answersTo(options, live, { pairs, mixture }, signal),
      async picture(pairs, mixture) {
        const pixels = new Float32Array(pairs.length * sizeOf(mlvgm));
        return { pixels, answers: await answersTo(options, live, { pairs, mixture, pixels }) };
      },
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function encodedParts(options: CodeMixerOptions): Promise<Parts> {
  const { mlvgm, images, chunkSize = DEFAULT_CHUNK_SIZE, signal } = options;
  const encoded: Parts[] = [];
  try {
    for (const chunk of chunksOf(images.pixels, images.ids, { pixels: sizeOf(mlvgm), chunkSize })) {
      // Lets signals of the process through between passes.
      await setImmediate();
      signal?.throwIfAborted();
      encoded.push(
        kept(() => {
          const begun = mlvgm.begin(imagesTensor(mlvgm.image, chunk));
          return { begun, residuals: encodeCodes(mlvgm, begun, 'residual', TEMPERATURE).latents };
        }),
      );
    }
    return kept(() => ({
      begun: concatStates(encoded.map(({ begun }) => begun)),
      residuals: concatStates(encoded.map(({ residuals }) => residuals)) as readonly Tensor[],
    }));
  } finally {
    encoded.forEach(disposeParts);
  }
}

/** What is made, and nothing that was needed on the way. */
function kept(make: () => Parts): Parts {
  return tf.tidy(() => {
    const { begun, residuals } = make();
    return { begun: keepState(begun), residuals: keepState(residuals) } as never;
  });
}

/** What is asked for: answers, and with `pixels`, which are filled, the images too. */
interface Asked {
  readonly pairs: readonly ImagePair[];
  readonly mixture: Mixture;
  readonly pixels?: Float32Array;
}

async function answersTo(
  { mlvgm, classifier, images, chunkSize = DEFAULT_CHUNK_SIZE }: CodeMixerOptions,
  live: () => Parts,
  { pairs, mixture, pixels }: Asked,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const answers = new Int32Array(pairs.length);
  for (let from = 0; from < pairs.length; from += chunkSize) {
    await setImmediate();
    signal?.throwIfAborted();
    const own = pairs.slice(from, from + chunkSize);
    const parts = live();
    const [mixed, logits] = tf.tidy((): [Tensor4D, Tensor2D] => {
      const decoded = mlvgm.finish(mixedState(mlvgm, parts, own, mixture));
      return [decoded, classifier.logits(decoded)];
    });
    const values = await logits.data<'float32'>();
    pixels?.set(await mixed.data<'float32'>(), from * sizeOf(mlvgm));
    tf.dispose([mixed, logits]);
    const ids = own.map(({ a, b }) => `${images.ids[a]} with ${images.ids[b]}`);
    const origin = { classes: classifier.classes.length, ids, stage: 'mixed images' };
    answers.set(predictions(values, origin), from);
  }
  return answers;
}

/** The state after the walk that mixes; call it in a `tf.tidy`. */
function mixedState(
  mlvgm: Mlvgm,
  { begun, residuals }: Parts,
  pairs: readonly ImagePair[],
  { fromA, form }: Mixture,
): State {
  const [a, b] = [pairs.map((pair) => pair.a), pairs.map((pair) => pair.b)];
  const again = form === 're-encoded';
  const mixer: Mixer = (latent) => {
    const own = fromA[latent.index] === true;
    if (again && !own) return latent.posterior();
    // where the prior is affine in its noise, the residual is the noise of that code: prior(r) = μ + σ·r
    return latent.priorFrom(gatherState(residuals[latent.index], own ? a : b) as Tensor);
  };
  // what is encoded again is encoded from what its own walk begins with
  const state = gatherState(begun, again ? b : a);
  return walkLatents(mlvgm, state, { mixer, noise: noPrior, temperature: TEMPERATURE });
}

function noPrior(): never {
  throw internalError('mixing draws no prior');
}

async function sizesOf(residuals: readonly Tensor[], mlvgm: Mlvgm): Promise<number[]> {
  const sizes: number[] = [];
  for (const [i, tensor] of residuals.entries()) {
    const values = await tensor.data<'float32'>();
    let sum = 0;
    for (const value of values) sum += value * value;
    const size = Math.sqrt(sum / values.length);
    if (!Number.isFinite(size)) {
      const name = mlvgm.latents[i]?.name ?? '';
      throw new BoSearchError(
        'E_NON_FINITE',
        `${mlvgm.name}: latent ${name}: expected finite residuals of the encoded images, got ${size}`,
        { hint: 'the model overflowed on an image, or a prior has no spread' },
      );
    }
    sizes.push(size);
  }
  return sizes;
}

function disposeParts({ begun, residuals }: Parts): void {
  disposeState(begun);
  disposeState(residuals);
}

function sizeOf({ image }: Mlvgm): number {
  return image.height * image.width * image.channels;
}
